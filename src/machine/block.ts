// block.ts - requests and their segments are facts: they change no state.

import { type FamilyAppliers, nothing } from "./appliers.ts";

export const block = {
  "request.issued": nothing,
  "request.fetched": nothing,
  "request.mapped": nothing,
  "request.completed": nothing,
  "bio.merged": nothing,
  "bio.split": nothing,
} satisfies FamilyAppliers;
