// p2m.ts - the pseudo-physical page's machine frame changes, and what is asked of the hypervisor.
//
// An entry is first recorded when the run first meets its page; what no event names is not known.

import { hex, mfnOf, pfnOf } from "../address.ts";
import {
  machineField,
  named,
  optional,
  physField,
  resultField,
  sizeField,
  subject,
  textField,
  virtField,
} from "./field.ts";
import { kind } from "./kind.ts";

/** The hypercalls of the Xen of today by number (xen/include/public/xen.h); null where a number is nobody's. */
export const numberedHypercalls = [
  "set_trap_table",
  "mmu_update",
  "set_gdt",
  "stack_switch",
  "set_callbacks",
  "fpu_taskswitch",
  "sched_op_compat",
  "platform_op",
  "set_debugreg",
  "get_debugreg",
  "update_descriptor",
  null,
  "memory_op",
  "multicall",
  "update_va_mapping",
  "set_timer_op",
  "event_channel_op_compat",
  "xen_version",
  "console_io",
  "physdev_op_compat",
  "grant_table_op",
  "vm_assist",
  "update_va_mapping_otherdomain",
  "iret",
  "vcpu_op",
  "set_segment_base",
  "mmuext_op",
  "xsm_op",
  "nmi_op",
  "sched_op",
  "callback_op",
  "xenoprof_op",
  "event_channel_op",
  "physdev_op",
  "hvm_op",
  "sysctl",
  "domctl",
  "kexec_op",
  "tmem_op",
  "argo_op",
  "xenpmu_op",
  "dm_op",
  "hypfs_op",
] as const;

/** Hypercalls by name; those of the Xen of March 2005 by what they do (xen 2594f8caad, include/public/xen.h). */
export const hypercalls = [
  "mmu_update(PTE)",
  "mmu_update(MACHPHYS_UPDATE)",
  "mmuext(TLB_FLUSH)",
  "dom_mem_op(MEMOP_decrease_reservation)",
  "dom_mem_op(MEMOP_increase_reservation)",
  "xen_create_contiguous_region",
  ...numberedHypercalls.filter((name) => name !== null),
  "xen_destroy_contiguous_region",
] as const;

const entry = {
  /** The page's pseudo-physical frame number; names the subject. */
  page: subject("p2m"),
  /** Where the page begins, as the kernel calls it. */
  phys: physField,
  /** Where its frame begins; of an entry that is cleared, the frame that it had. */
  machine: machineField,
} as const;

export const p2m = {
  /** A page of a Xen domain has this machine frame from now on. */
  "p2m.set": kind(
    { effect: "changes", doneBy: "platform", scope: "trace", use: "none", inCaptures: false },
    entry,
    (e) => `p2m[${hex(pfnOf(e.phys))}] <- ${hex(mfnOf(e.machine))}`,
  ),
  /** A page of a Xen domain has no machine frame any more. */
  "p2m.cleared": kind(
    { effect: "changes", doneBy: "platform", scope: "trace", use: "none", inCaptures: false },
    entry,
    (e) => `p2m[${hex(pfnOf(e.phys))}] cleared, was ${hex(mfnOf(e.machine))}`,
  ),
  /** The hypervisor is asked for something. */
  "hypercall.made": kind(
    { effect: "fact", doneBy: "platform", scope: "op", use: "none", inCaptures: false },
    {
      /** Which hypercall: of the Xen of 2005 with what it does, of today's by its name. */
      call: named(hypercalls),
      /** What it returned, a negative number being an errno. */
      result: optional(resultField),
      virt: optional(virtField),
      phys: optional(physField),
      machine: optional(machineField),
      /** Bytes of memory that it is about. */
      size: optional(sizeField),
      /** What its arguments ask for, where the recorder kept them. */
      text: optional(textField),
    },
    (e) =>
      `${e.call}${e.text == null ? "" : `(${e.text})`}${e.machine == null ? "" : ` frame ${hex(mfnOf(e.machine))}`} = ${e.result ?? "?"}`,
  ),
};
