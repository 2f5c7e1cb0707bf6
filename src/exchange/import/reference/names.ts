// names.ts - what the reference recordings call things, and what they are called here.
//
// A table an idea: a recording that names something new needs one more entry here.

import type { attributes } from "../../../event/cache.ts";
import type { faults } from "../../../event/fault.ts";
import type { hookNames } from "../../../event/hook.ts";
import type { uses } from "../../../event/memory.ts";

/**
 * What the name of a platform says: the address that `virt` is relative to, whether kernel-physical
 * addresses are machine addresses, and whether DMA passes an IOMMU.
 */
export const platforms = {
  "native-i386": { virtBase: 0n, physIsMachine: true, hasIommu: false },
  "xen-i386": { virtBase: 0n, physIsMachine: false, hasIommu: false },
  "ppc64-g5": { virtBase: 0xc000000000000000n, physIsMachine: true, hasIommu: true },
  "ppc64-g5hi": { virtBase: 0xc000000000000000n, physIsMachine: true, hasIommu: true },
  "xen-i386low": { virtBase: 0n, physIsMachine: false, hasIommu: false },
  "native-x86_64": { virtBase: 0xffff800000000000n, physIsMachine: true, hasIommu: false },
  "native-x86_64hi": { virtBase: 0xffff800000000000n, physIsMachine: true, hasIommu: false },
  "xen-x86_64": { virtBase: 0xffff800000000000n, physIsMachine: false, hasIommu: false },
  "ppc32-mac": { virtBase: 0n, physIsMachine: true, hasIommu: false },
} as const;

/** Hook sets whose name says more than the functions: a lenient ioremap that was not used, the driver's Linux. */
export const hooksets: {
  readonly [name: string]: { readonly hooks: string; readonly driver?: string };
} = {
  "legacy-xenioremap": { hooks: "legacy" },
  "gart-2618": { hooks: "gart", driver: "2.6.18" },
};

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
  agp_open: "open",
  agp_ioctl: "ioctl",
  agp_mmap: "mmap",
  agp_read: "read",
  agp_write: "write",
  munmap: "munmap",
  close: "close",
  exit: "exit",
} as const;

/** A function that other operations lead to: it has a `call` and a `ret` of its own within theirs. */
export const RELEASE = "agp_release";

/** Operations that end with the references they drop, and have a `ret` only where there were none. */
export const dropping: ReadonlySet<string> = new Set(["munmap", "close"]);

/** A fault injection by the field that holds its setting: the operation and its argument. */
export const injections = {
  max_order: { name: "maxorder", argument: "max_order" },
  page_alloc_fails_after: { name: "failafter", argument: "count" },
  ram_ioremap_fails: { name: "failioremap", argument: "on" },
} as const;

/** What pages are mostly for, by the function that asks for them. */
export const usesOf = {
  agp_generic_create_gatt_table: "gatt",
  amd_create_page_map: "gatt",
  ati_create_page_map: "gatt",
  serverworks_create_page_map: "gatt",
  uninorth_create_gatt_table: "gatt",
  alloc_gatt_pages: "gatt",
  dma_alloc_coherent: "gatt",
  agp_generic_alloc_page: "agp",
  i8xx_alloc_pages: "agp",
} as const satisfies { [place: string]: (typeof uses)[number] };

/** Who asks for coherent memory or gives it back, and the device that is named with it. */
export const coherentFor = {
  alloc_gatt_pages: null,
  free_gatt_pages: null,
  agp_generic_create_gatt_table: "bridge",
  agp_generic_free_gatt_table: "bridge",
  uninorth_create_gatt_table: "bridge",
  uninorth_free_gatt_table: "bridge",
} as const satisfies { [place: string]: string | null };

/** The hooks that give a number for a kernel address, and the space that the number is of. */
export const toDevice = {
  virt_to_phys: "phys",
  virt_to_bus: "bus",
  virt_to_gart: "bus",
} as const satisfies { [hook in (typeof hookNames)[number]]?: "phys" | "bus" };

/** The hooks that find the kernel address behind a number. */
export const fromDevice = {
  phys_to_virt: "phys",
  bus_to_virt: "bus",
  gart_to_virt: "bus",
} as const satisfies { [hook in (typeof hookNames)[number]]?: "phys" | "bus" };

/** Why ioremap refuses. */
export const refusals = {
  "foreign-ram": "foreign-ram",
  "own-ram-not-reserved": "not-reserved",
  injected: "injected",
} as const satisfies { [kind: string]: (typeof faults)[number] };

/** Where the i810's registers end and the window to its table begins. */
export const PTE_WINDOW = 0x10000;

/**
 * The tables in memory that words are written to. i810's registers have a window to its table, so many
 * bytes from their start; the words of any other are written where the table lies. Words outside the table are counted
 * from its beginning, too.
 */
export const roles = {
  gatt: { table: "gatt", window: null },
  dir: { table: "directory", window: null },
  "scratch-dir": { table: "scratch-directory", window: null },
  "pte-window": { table: "gatt", window: PTE_WINDOW },
  "outside-gatt": { table: "outside", window: null },
} as const;

export const protections = {
  NOCACHE: "uncached",
  CACHED: "cached",
} as const satisfies { [prot: string]: (typeof attributes)[number] };

/** The kernel's ioremap changes attributes of its own accord; elsewhere the driver does. */
export const kernelsOwn: ReadonlySet<string> = new Set(["ioremap_nocache", "iounmap"]);
