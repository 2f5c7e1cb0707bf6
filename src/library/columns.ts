// columns.ts - how the commands lay out what they say: columns and counts.

export { counted, countOf, inColumns } from "../report/text.ts";
export { inLine } from "../visible.ts";
