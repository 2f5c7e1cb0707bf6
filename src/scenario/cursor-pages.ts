// cursor-pages.ts - the hardware cursor's four pages are taken to follow each other on the bus.
//
// intel-agp.c of 2.6.12-rc2 converts the first page of alloc_pages(2) and adds 4 KB for each further one: under
// Xen three of the four entries lead to strangers. Put right in Xen's tree by dma_alloc_coherent (eac2aa00567).

import { i810 } from "../chipset/i810.ts";
import { gart } from "../hooks/gart.ts";
import { xenI386 } from "../platform/xen-i386.ts";
import { type Scenario, workloadOf } from "./scenario.ts";

export const cursorPages: Scenario = {
  name: "cursor-pages",
  row: 25,
  tells:
    "three of the cursor's four pages are looked for where the first one is followed by strangers",
  real: "alloc_agpphysmem_i8xx of 2.6.12-rc2; put right in eac2aa00567",
  check: "entry-astray",
  verdict: "foreign-frame",
  platform: xenI386,
  hooks: gart,
  chipset: i810,
  workload: workloadOf(
    "cursor-pages",
    { op: "init" },
    { op: "alloc", slot: 0, pages: 4, type: 2 },
    { op: "bind", slot: 0, pg_start: 0 },
  ),
  fix: {
    driver: (driver) => ({
      ...driver,
      // Each page converted by itself: enough for the entries, though a cursor wants the run.
      allocByType: (bridge, count, type) => {
        const memory = driver.allocByType(bridge, count, type);
        const { arch, hooks } = bridge.board;
        memory?.memory.forEach(({ phys }, i, all) => {
          all[i] = hooks.toDevice(arch, arch.kernel.virtOf(phys), "alloc_agpphysmem_i8xx");
        });
        return memory;
      },
    }),
  },
};
