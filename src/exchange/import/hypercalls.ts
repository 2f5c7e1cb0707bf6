// hypercalls.ts - hypercalls by their numbers (xen/include/public/xen.h).

import type { hypercalls } from "../../event/p2m.ts";

type Hypercall = (typeof hypercalls)[number];

/** By number; a gap is a number that Xen has given to none, or no longer gives. */
const byNumber: readonly (Hypercall | null)[] = [
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
];

/** The hypercall of a number; null where it has no name. */
export const hypercallOf = (number: number): Hypercall | null => byNumber[number] ?? null;
