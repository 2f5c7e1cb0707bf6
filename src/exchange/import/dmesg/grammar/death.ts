// death.ts - the kernel or the hypervisor dies of an access of its own: one death is one fault, however it is printed.
//
// A warning goes on, also one that begins with BUG, and a program that dies is no death of the kernel's.

import type { Grammar } from "./grammar.ts";

/** The first line says why, the next by which trap, the last that nothing goes on (arch/x86/mm/fault.c, kernel/panic.c). */
const oops: Grammar = {
  fault: "oops",
  begins:
    /^(?:watchdog: )?BUG: (?:unable to handle |kernel NULL pointer |soft lockup |.{1,16}stack guard page was hit)|^kernel BUG at |^Unable to handle kernel |\[#\d+\]|^Kernel panic - not syncing|^(?:NMI watchdog: )?Watchdog detected hard LOCKUP|^traps: PANIC: /,
  goesOn:
    /(?<die>\[#\d+\])|^Kernel panic - not syncing: (?:Fatal exception|Fatal error|Oops|Aiee|Attempted to kill|softlockup|hard LOCKUP|panic_on_oops)/i,
  takes: (fault, { die }) => {
    if (die === undefined) return true;
    if (fault.told || /\[#\d+\]/.test(fault.first)) return false;
    fault.told = true;
    return true;
  },
};

/** xen/common/kernel.c, drivers/char/console.c */
const panic: Grammar = {
  fault: "oops",
  begins: /^Panic on CPU \d+|^Xen BUG at |^Assertion '.*' failed at /,
  goesOn: /^Panic on CPU \d+|^Xen BUG at |^Assertion '.*' failed at /,
};

export const kernelDeath: readonly Grammar[] = [oops];
export const hypervisorDeath: readonly Grammar[] = [panic];
