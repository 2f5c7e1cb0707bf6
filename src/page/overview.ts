// overview.ts - a trace from afar and from near: its pyramid, its events one by one, and its ops.

import { packed } from "../answer/bytes.ts";
import {
  type DetailHead,
  FAULT_BIT,
  MOST_DETAIL,
  OP_BIT,
  type PyramidHead,
  WRONG_BIT,
} from "../answer/heads.ts";
import type { ExtentAnswer, OpsAnswer } from "../answer/shapes.ts";
import { vocabulary } from "../event/vocabulary.ts";
import { wordOf } from "../replay/judged.ts";
import type { PageTrace } from "./open-trace.ts";
import type { Question } from "./question.ts";
import { visible } from "./visible.ts";

export function pyramidAnswer({ summary }: PageTrace): Uint8Array {
  const { lanes, unit, bins, numbers } = summary.pyramid();
  const head: PyramidHead = { lanes: [...lanes], unit, bins, upTo: summary.upTo };
  return packed(head, numbers);
}

export function extentAnswer({ trace, summary }: PageTrace): ExtentAnswer {
  const { events, first } = trace.judged.judgement.wrong;
  return {
    count: trace.count,
    lastOp: trace.lastOp,
    torn: trace.torn,
    surveyed: summary.upTo,
    wrong: { events, first, word: wordOf(trace) },
  };
}

/** A byte an event: who did it, and whether it is a fault, wrong, or the beginning of an op. */
export function detailAnswer({ trace }: PageTrace, question: Question): Uint8Array {
  const from = question.number("from", 1, Number.MAX_SAFE_INTEGER);
  const asked = question.number("to", 0, Number.MAX_SAFE_INTEGER);
  const to = Math.min(asked, trace.count, from + MOST_DETAIL - 1);
  const { kinds, actors } = trace.names;
  const [began, fault] = [kinds.indexOf("op.began"), kinds.indexOf("fault.raised")];
  const cells = trace.reader.cells(["kind", "actor"], from, to);
  const bytes = new Uint8Array(cells.length);
  cells.forEach(([kind, actor], i) => {
    bytes[i] = actor! | (kind === fault ? FAULT_BIT : 0) | (kind === began ? OP_BIT : 0);
  });
  for (const { seq } of trace.judged.wrong(from, to, false)) bytes[seq - from]! |= WRONG_BIT;
  const head: DetailHead = { from, actors: [...actors] };
  return packed(head, bytes);
}

/** Ops that are told one by one. */
const MOST_OPS = 400;

/** The ops that lie at least in part between two events. */
export function opsAnswer({ trace, travel }: PageTrace, question: Question): OpsAnswer {
  const from = question.number("from", 1, Number.MAX_SAFE_INTEGER);
  const to = Math.min(question.number("to", 0, Number.MAX_SAFE_INTEGER), trace.count);
  const inside = trace.event(from)?.op ?? -1;
  const first = inside >= 0 ? inside : (travel.next({ kinds: ["op.began"] }, from)?.op ?? -1);
  const ops: OpsAnswer["ops"] = [];
  if (first < 0) return { ops, more: false };
  for (const op of trace.reader.ops(first)) {
    if (op.first > to) break;
    if (ops.length === MOST_OPS) return { ops, more: true };
    ops.push({
      op: op.op,
      name: visible(op.name),
      says: visible(vocabulary["op.began"].text(op)),
      first: op.first,
      last: op.last ?? trace.count,
    });
  }
  return { ops, more: false };
}
