// block.ts - block segments are facts: they change no state.

import type { Part } from "./part.ts";
import { nothing } from "./part.ts";

export const block = { "bio.merged": nothing, "bio.split": nothing } satisfies Part;
