// index.ts - the list of hook sets.

import { dmaCoherent, dmaHandle } from "./dma-coherent.ts";
import { gart } from "./gart.ts";
import type { Hooks } from "./hooks.ts";
import { legacy } from "./legacy.ts";

export const hookSets: readonly Hooks[] = [legacy, dmaCoherent, dmaHandle, gart];
