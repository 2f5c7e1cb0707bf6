// block.ts - requests and their segments are facts: they change no state.

import type { Part } from "./part.ts";
import { nothing } from "./part.ts";

export const block = {
  "request.issued": nothing,
  "request.fetched": nothing,
  "request.mapped": nothing,
  "request.completed": nothing,
  "bio.merged": nothing,
  "bio.split": nothing,
} satisfies Part;
