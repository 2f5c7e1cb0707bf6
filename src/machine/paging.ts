// paging.ts - page-table entries are kept by no table of ours: the events themselves tell of each.

import { type FamilyAppliers, nothing } from "./appliers.ts";

export const paging = { "pte.written": nothing } satisfies FamilyAppliers;
