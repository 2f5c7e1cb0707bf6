// reference-names.ts - what the reference recordings call things, and what they are called here.
//
// A table an idea: a recording that names something new needs one more entry here.

import type { attributes } from "../../event/cache.ts";
import type { faults } from "../../event/fault.ts";
import type { hookNames } from "../../event/hook.ts";
import type { uses } from "../../event/memory.ts";

/** An operation by the function that enters it. */
export const operations = {
  init: "init",
  agp_backend_acquire: "acquire",
  agp_backend_release: "release",
  agp_copy_info: "info",
  agp_enable: "enable_info",
  agp_allocate_memory: "alloc",
  agp_bind_memory: "bind",
  agp_unbind_memory: "unbind",
  agp_free_memory: "free",
  cleanup: "cleanup",
} as const;

/** A fault injection by the field that holds its setting: the operation and its argument. */
export const injections = {
  max_order: { name: "maxorder", argument: "max_order" },
  page_alloc_fails_after: { name: "failafter", argument: "count" },
  ram_ioremap_fails: { name: "failioremap", argument: "on" },
} as const;

/** What pages are for, by the function that asks for them. */
export const usesOf = {
  agp_generic_create_gatt_table: "gatt",
  alloc_gatt_pages: "gatt",
  dma_alloc_coherent: "gatt",
  agp_generic_alloc_page: "agp",
} as const satisfies { [place: string]: (typeof uses)[number] };

/** Who asks for coherent memory or gives it back, and the device that is named with it. */
export const coherentFor = {
  alloc_gatt_pages: null,
  free_gatt_pages: null,
  agp_generic_create_gatt_table: "bridge",
  agp_generic_free_gatt_table: "bridge",
} as const satisfies { [place: string]: string | null };

/** Which way a hook translates, and which space is the one beside virt. */
export const translations = {
  virt_to_phys: { from: "virt", other: "phys" },
  phys_to_virt: { from: "phys", other: "phys" },
  virt_to_bus: { from: "virt", other: "bus" },
  bus_to_virt: { from: "bus", other: "bus" },
  virt_to_gart: { from: "virt", other: "bus" },
  gart_to_virt: { from: "bus", other: "bus" },
} as const satisfies {
  [hook in (typeof hookNames)[number]]?: { from: "virt" | "phys" | "bus"; other: "phys" | "bus" };
};

/** Why ioremap refuses. */
export const refusals = {
  "foreign-ram": "foreign-ram",
  "own-ram-not-reserved": "not-reserved",
  injected: "injected",
} as const satisfies { [kind: string]: (typeof faults)[number] };

/** The tables in memory that words are written to. */
export const roles = {
  gatt: { written: "gatt.written", read: "gatt.read" },
} as const;

export const protections = {
  NOCACHE: "uncached",
  CACHED: "cached",
} as const satisfies { [prot: string]: (typeof attributes)[number] };

/** Kernel log levels, 0 to 7 (include/linux/kernel.h, KERN_EMERG to KERN_DEBUG). */
export const levels = [
  "emerg",
  "alert",
  "crit",
  "err",
  "warning",
  "notice",
  "info",
  "debug",
] as const;

/** The kernel's ioremap changes attributes of its own accord; elsewhere the driver does. */
export const kernelsOwn: ReadonlySet<string> = new Set(["ioremap_nocache", "iounmap"]);
