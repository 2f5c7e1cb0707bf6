// index.ts - the list of hook sets.

import { gart } from "./gart.ts";
import type { Hooks } from "./hooks.ts";
import { legacy } from "./legacy.ts";

export const hookSets: readonly Hooks[] = [legacy, gart];
