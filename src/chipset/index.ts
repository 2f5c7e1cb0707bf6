// index.ts - the list of chipsets.

import { intel440bx } from "./440bx.ts";
import { alis } from "./ali.ts";
import { amdIrongate } from "./amd-irongate.ts";
import { amd64s } from "./amd64.ts";
import { atiRs100, atiRs300 } from "./ati-igp.ts";
import type { Chipset } from "./chipset.ts";
import { i810 } from "./i810.ts";
import { intel8xxs } from "./intel-8xx.ts";
import { intel845 } from "./intel-845.ts";
import { nforce2 } from "./nforce2.ts";
import { sises } from "./sis.ts";
import { sworksHe } from "./sworks-he.ts";
import { titan } from "./titan.ts";
import { u3 } from "./u3.ts";
import { uninorth, uninorth15 } from "./uninorth.ts";
import { vias } from "./via.ts";
import { zx1 } from "./zx1.ts";

export const chipsets: readonly Chipset[] = [
  intel440bx,
  intel845,
  i810,
  amdIrongate,
  u3,
  ...intel8xxs,
  ...vias,
  ...alis,
  ...sises,
  ...amd64s,
  atiRs100,
  atiRs300,
  sworksHe,
  nforce2,
  uninorth,
  uninorth15,
  titan,
  zx1,
];

/** The chipset of that name; null for one that this program does not know. */
export const chipsetCalled = (name: string): Chipset | null =>
  chipsets.find((chipset) => chipset.name === name) ?? null;
