// gart.ts - the four hooks as merged for 2.6.12 (linux 07eee78ea8ba), and the mail's two spellings of them.
//
// The three differ in name and in header: asm/io.h claims a use for every bus, asm/agp.h for AGP alone.

import { hookSet } from "./functions.ts";

export const gart = hookSet("gart", {
  to: "virt_to_gart",
  from: "gart_to_virt",
  alloc: "alloc_gatt_pages",
  free: "free_gatt_pages",
});

export const fsb = hookSet("fsb", {
  to: "virt_to_fsb",
  from: "fsb_to_virt",
  alloc: "alloc_fsb_pages",
  free: "free_fsb_pages",
});

export const agp = hookSet("agp", {
  to: "agp_virt_to_phys",
  from: "agp_phys_to_virt",
  alloc: "agp_alloc_pages",
  free: "agp_free_pages",
});
