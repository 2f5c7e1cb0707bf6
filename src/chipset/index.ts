// index.ts - the list of chipsets.

import { intel440bx } from "./440bx.ts";
import type { Chipset } from "./chipset.ts";

export const chipsets: readonly Chipset[] = [intel440bx];
