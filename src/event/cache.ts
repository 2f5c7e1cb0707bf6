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
  /** The CPU's cache is written back. */
  "cache.flushed": kind(
    {
      effect: "changes-many",
      doneBy: "chipset-driver",
      scope: "op",
      use: "none",
      inCaptures: false,
    },
    {
      /** How it is done. */
      instruction: formerly("way", named(flushes)),
      /** From where on, where a range is flushed. */
      virt: optional(virtField),
      ...pageFields,
      /** Bytes of the range; none where the whole cache is flushed. */
      size: optional(sizeField),
    },
    (e) =>
      `${e.instruction}${e.virt == null ? "" : ` ${hex(e.virt)}`}${e.size == null ? "" : `, ${e.size} bytes`}`,
  ),
  /** A TLB is emptied. */
  "tlb.flushed": kind(
    {
      effect: "changes-many",
      doneBy: "chipset-driver",
      scope: "op",
      use: "none",
      inCaptures: false,
    },
    {
      /** Whose TLB. */
      which: named(tlbs),
    },
    (e) => `${e.which} TLB flushed`,
  ),
  /** A page's cache attribute or reservation changes. */
  "attribute.changed": kind(
    { effect: "changes", doneBy: "driver", scope: "op", use: "none", inCaptures: false },
    {
      /** What the pages are from now on. */
      attribute: named(attributes),
      ...pageFields,
      /** Where the first page begins, as the kernel calls it. */
      phys: physField,
      /** Bytes of all pages. */
      size: sizeField,
    },
    (e) =>
      `${hex(e.phys)}:p ${e.size === 4096 ? "" : `and ${e.size / 4096 - 1} more `}now ${e.attribute}`,
  ),
};
