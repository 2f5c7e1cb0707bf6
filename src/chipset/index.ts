// index.ts - the list of chipsets.

import { intel440bx } from "./440bx.ts";
import { amdIrongate } from "./amd-irongate.ts";
import type { Chipset } from "./chipset.ts";
import { i810 } from "./i810.ts";
import { intel8xxs } from "./intel-8xx.ts";
import { intel845 } from "./intel-845.ts";
import { u3 } from "./u3.ts";

export const chipsets: readonly Chipset[] = [
  intel440bx,
  intel845,
  i810,
  amdIrongate,
  u3,
  ...intel8xxs,
];

/** The chipset of that name; null for one that this program does not know. */
export const chipsetCalled = (name: string): Chipset | null =>
  chipsets.find((chipset) => chipset.name === name) ?? null;
