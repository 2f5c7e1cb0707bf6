// created-twice-freed.ts - a two-level table cannot be completed, and what there is of it is freed twice.
//
// amd-k7-agp.c of 2007 freed its records of the pages on the spot and then called the function that frees all of
// them (linux 190644e1807; ati-agp.c likewise, bdc3e603cda). Here the pages stand for the records, which have
// no events of their own.

import type { Virt } from "../address.ts";
import { type Bridge, ENOMEM } from "../agpgart/bridge.ts";
import { amdIrongate } from "../chipset/amd-irongate.ts";
import { gart } from "../hooks/gart.ts";
import { nativeI386 } from "../platform/native-i386.ts";
import { type Scenario, workloadOf } from "./scenario.ts";

const PLACE = "amd_create_gatt_pages";
const TABLES = 16;

export const createdTwiceFreed: Scenario = {
  name: "created-twice-freed",
  row: 15,
  tells: "when memory runs out while the table is made, its pages are freed twice",
  real: "amd-k7 and ati of 2007: linux 190644e1807, bdc3e603cda",
  check: "wrong-free",
  verdict: null,
  platform: nativeI386,
  hooks: gart,
  chipset: amdIrongate,
  workload: workloadOf(
    "created-twice-freed",
    { op: "failafter", count: 4 },
    { op: "init" },
    { op: "failafter", count: -1 },
  ),
  flaw: { driver: (driver) => ({ ...driver, createGattTable: createPages }) },
};

/** The directory's page is the first of them. */
function createPages(bridge: Bridge): number {
  const { kernel } = bridge.board.arch;
  const made: Virt[] = [];
  for (let i = 0; i <= TABLES; i++) {
    const page = kernel.allocate("__get_free_page", 0, "gatt", PLACE);
    if (page === null) break;
    made.push(page);
  }
  if (made.length <= TABLES) {
    freeAll(bridge, made, PLACE);
    freeAll(bridge, made, "amd_free_gatt_pages");
  }
  return ENOMEM;
}

function freeAll({ board }: Bridge, pages: readonly Virt[], place: string): void {
  for (const page of pages) board.arch.kernel.free("free_page", page, 0, "gatt", place);
}
