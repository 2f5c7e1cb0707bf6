// rows.ts - events as rows of a list: all of them from one to another, or those that a filter lets through.

import type { Row, RowsAnswer } from "../answer/shapes.ts";
import type { Recorded } from "../event/vocabulary.ts";
import { matching, matchingAmong } from "./filter.ts";
import type { PageTrace } from "./open-trace.ts";
import type { Question } from "./question.ts";
import { rowOf } from "./row.ts";

/** Rows to an answer at most. */
const MOST = 512;
/** Events that one search looks at before it answers with what it has. */
const REACH = 262144;

/** All events from one to another. */
export function rowsBetween({ trace }: PageTrace, question: Question): RowsAnswer {
  const from = question.number("from", 1, Number.MAX_SAFE_INTEGER);
  const to = Math.min(question.number("to", 0, Number.MAX_SAFE_INTEGER), from + MOST - 1);
  const rows = Array.from(trace.events(from, Math.min(to, trace.count)), (recorded) =>
    rowOf(trace, recorded),
  );
  return { rows, from, to };
}

/** The events nearest to one, on one side of it, that a filter lets through; as far as one search reaches. */
export function rowsFiltered(pageTrace: PageTrace, question: Question): RowsAnswer {
  const { backwards, start } = startOf(question);
  const { count } = pageTrace.trace;
  const [from, to] = backwards
    ? [Math.max(1, start - REACH + 1), Math.min(start, count)]
    : [Math.max(1, start), Math.min(start + REACH - 1, count)];
  return firstOf(pageTrace, question, matching(pageTrace, question, { from, to, backwards }), {
    from,
    to,
  });
}

/** The same of some events alone, by their numbers in order, however far. */
export function rowsAmong(
  pageTrace: PageTrace,
  question: Question,
  seqs: readonly number[],
): RowsAnswer {
  const { backwards, start } = startOf(question);
  const nearest = backwards
    ? seqs.filter((seq) => seq <= start).reverse()
    : seqs.filter((seq) => seq >= start);
  const stretch = backwards ? { from: 1, to: start } : { from: start, to: pageTrace.trace.count };
  return firstOf(pageTrace, question, matchingAmong(pageTrace, question, nearest), stretch);
}

const startOf = (question: Question) => ({
  start: question.number("from", 0, Number.MAX_SAFE_INTEGER),
  backwards: !question.isForward,
});

/** As many as were asked for, in order, and how far was looked. */
function firstOf(
  { trace }: PageTrace,
  question: Question,
  events: Iterable<Recorded>,
  { from, to }: { readonly from: number; readonly to: number },
): RowsAnswer {
  const limit = question.number("limit", 1, MOST, 100);
  const rows: Row[] = [];
  for (const recorded of events) {
    rows.push(rowOf(trace, recorded));
    if (rows.length === limit) break;
  }
  const isCut = rows.length === limit;
  const last = rows.at(-1)?.seq;
  if (!startOf(question).backwards) return { rows, from, to: isCut ? last! : to };
  return { rows: rows.reverse(), from: isCut ? last! : from, to };
}
