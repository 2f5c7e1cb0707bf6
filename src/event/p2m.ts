// p2m.ts - the pseudo-physical page's machine frame changes, and what is asked of the hypervisor.
//
// An entry is first recorded when the run first meets its page; what no event names is not known.

import { hex, mfnOf, pfnOf } from "../address.ts";
import {
  machineField,
  maybe,
  named,
  physField,
  resultField,
  sizeField,
  subject,
  virtField,
} from "./field.ts";
import { kind } from "./kind.ts";

/** Hypercalls of the Xen of March 2005, by what they do (xen 2594f8caad, include/public/xen.h). */
export const hypercalls = [
  "mmu_update(PTE)",
  "mmu_update(MACHPHYS_UPDATE)",
  "mmuext(TLB_FLUSH)",
  "dom_mem_op(MEMOP_decrease_reservation)",
  "dom_mem_op(MEMOP_increase_reservation)",
  "xen_create_contiguous_region",
] as const;

const entry = { page: subject("p2m"), phys: physField, machine: machineField } as const;

export const p2m = {
  "p2m.set": kind(entry, (e) => `p2m[${hex(pfnOf(e.phys))}] <- ${hex(mfnOf(e.machine))}`),
  "p2m.cleared": kind(
    entry,
    (e) => `p2m[${hex(pfnOf(e.phys))}] cleared, was ${hex(mfnOf(e.machine))}`,
  ),
  "hypercall.made": kind(
    {
      call: named(hypercalls),
      result: maybe(resultField),
      virt: maybe(virtField),
      phys: maybe(physField),
      machine: maybe(machineField),
      size: maybe(sizeField),
    },
    (e) =>
      `${e.call}${e.machine == null ? "" : ` frame ${hex(mfnOf(e.machine))}`} = ${e.result ?? "?"}`,
  ),
};
