// paging.ts - page-table entries are kept by no table of ours: the events themselves tell of each.

import type { Part } from "./part.ts";
import { nothing } from "./part.ts";

export const paging = { "pte.written": nothing } satisfies Part;
