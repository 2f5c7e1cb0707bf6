// left-out.ts - what a report says of what it holds of a trace, what it leaves out, and how to see that.

import type { TraceAnswer } from "../answer/shapes.ts";
import { counted, countOf } from "../report/text.ts";
import type { Held } from "./packing.ts";

/** "b.gart: 16,446 of 82,084 events are here, around each of 8,193 findings; ... The rest: gartrace serve b.gart" */
export function leftOut({ file, count, judgement, lastOp }: TraceAnswer, held: Held): string {
  const findings = judgement?.events ?? 0;
  const of = (some: number, all: number) =>
    some < all ? `${counted(some)} of ${counted(all)}` : counted(all);
  const around = [
    ...(findings > 0 ? [`${of(held.findings, findings)} findings`] : []),
    ...(held.divergences > 0 ? [countOf(held.divergences, "divergence")] : []),
  ];
  const ops = lastOp + 1;
  return [
    `${file}: ${of(held.rows, count)} events are here${around.length === 0 ? "" : `, those around ${around.join(" and ")}`}`,
    `state and tables at ${countOf(held.moments, "moment")}, causes of ${countOf(held.causes, "event")}`,
    ...(held.ops < ops ? [`${of(held.ops, ops)} ops`] : []),
    ...(held.isFull ? ["more did not fit its --limit"] : []),
  ]
    .join("; ")
    .concat(held.rows < count ? `. The rest: gartrace serve ${file}` : "");
}
