// cache.ts - what makes earlier writes visible, what empties a TLB, and how a page may be cached.

import { hex } from "../address.ts";
import { formerly, named, optional, pageFields, physField, sizeField, virtField } from "./field.ts";
import { kind } from "./kind.ts";

export const flushes = ["wbinvd", "mb", "flush_dcache_range", "clflush"] as const;
export const tlbs = ["cpu", "gart", "iommu"] as const;
/**
 * Page attributes and the PageReserved flag; the second of each pair undoes the first. A clean page (PG_arch_1 of ia64)
 * has nothing that the instruction cache lacks.
 */
export const attributes = ["reserved", "unreserved", "uncached", "cached", "clean"] as const;

export const cache = {
  "cache.flushed": kind(
    {
      effect: "changes-many",
      doneBy: "chipset-driver",
      scope: "op",
      use: "none",
      inCaptures: false,
    },
    {
      instruction: formerly("way", named(flushes)),
      virt: optional(virtField),
      ...pageFields,
      size: optional(sizeField),
    },
    (e) =>
      `${e.instruction}${e.virt == null ? "" : ` ${hex(e.virt)}`}${e.size == null ? "" : `, ${e.size} bytes`}`,
  ),
  "tlb.flushed": kind(
    {
      effect: "changes-many",
      doneBy: "chipset-driver",
      scope: "op",
      use: "none",
      inCaptures: false,
    },
    { which: named(tlbs) },
    (e) => `${e.which} TLB flushed`,
  ),
  "attribute.changed": kind(
    { effect: "changes", doneBy: "driver", scope: "op", use: "none", inCaptures: false },
    { attribute: named(attributes), ...pageFields, phys: physField, size: sizeField },
    (e) =>
      `${hex(e.phys)}:p ${e.size === 4096 ? "" : `and ${e.size / 4096 - 1} more `}now ${e.attribute}`,
  ),
};
