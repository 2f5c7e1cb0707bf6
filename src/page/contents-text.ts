// contents-text.ts - what a report says of what it holds of a trace, what it leaves out, and how to see that.

import type { TraceAnswer } from "../answer/shapes.ts";
import { counted, countOf } from "../report/text.ts";
import type { PackedCounts } from "./trace-packer.ts";

/** "b.gart: 16,446 of 82,084 events are here, around each of 8,193 findings; ... The rest: gartrace serve b.gart" */
export function contentsText(
  { file, count, judgement, lastOp }: TraceAnswer,
  counts: PackedCounts,
): string {
  const findings = judgement?.events ?? 0;
  const of = (some: number, all: number) =>
    some < all ? `${counted(some)} of ${counted(all)}` : counted(all);
  const around = [
    ...(findings > 0 ? [`${of(counts.findings, findings)} findings`] : []),
    ...(counts.divergences > 0 ? [countOf(counts.divergences, "divergence")] : []),
  ];
  const ops = lastOp + 1;
  return [
    `${file}: ${of(counts.rows, count)} events are here${around.length === 0 ? "" : `, those around ${around.join(" and ")}`}`,
    `state and tables at ${countOf(counts.moments, "moment")}, causes of ${countOf(counts.causes, "event")}`,
    ...(counts.ops < ops ? [`${of(counts.ops, ops)} ops`] : []),
    ...(counts.isFull ? ["more did not fit its --limit"] : []),
  ]
    .join("; ")
    .concat(counts.rows < count ? `. The rest: gartrace serve ${file}` : "");
}
