// compared-pair.ts - what the page keeps of a comparison: its answer, its causes, and every divergence by its events' numbers.

import type { DivergencesAnswer } from "../answer/shapes.ts";
import { classes } from "../diff/compare.ts";
import { answerOf } from "../diff/comparison.ts";
import { compare } from "../diff/diff.ts";
import { opPairs } from "../diff/pairing.ts";
import { vocabulary } from "../event/vocabulary.ts";
import { causesText, factText, opText } from "../report/diff-text.ts";
import { withoutColours } from "../report/without-colours.ts";
import { TraceReader } from "../store/read.ts";
import { visible } from "./visible.ts";

/** A divergence by the numbers of its events, for there can be many. */
interface DivergenceSeqs {
  readonly class: string;
  readonly op: string;
  readonly a: number | null;
  readonly b: number | null;
  readonly facts: string[];
}

export interface ComparedPair
  extends Pick<DivergencesAnswer, "answer" | "counts" | "causes" | "ops"> {
  readonly list: readonly DivergenceSeqs[];
}

/** Divergences that are listed one by one; all are counted. */
const MOST_DIVERGENCES = 200_000;
/** Ops that are drawn side by side. */
const MOST_OPS = 2000;

/** Compares two files; a UserError says what cannot be compared. */
export function comparedPair(pathA: string, pathB: string): ComparedPair {
  const a = TraceReader.open(pathA);
  try {
    const b = TraceReader.open(pathB);
    try {
      return compared(a, b);
    } finally {
      b.close();
    }
  } finally {
    a.close();
  }
}

function compared(a: TraceReader, b: TraceReader): ComparedPair {
  const list: DivergenceSeqs[] = [];
  const comparison = compare(a, b, {}, (one) => {
    if (list.length === MOST_DIVERGENCES) return;
    list.push({
      class: one.class,
      op: visible(opText(one)),
      a: one.a?.recorded.seq ?? null,
      b: one.b?.recorded.seq ?? null,
      facts: one.facts.map((fact) => visible(factText(fact))),
    });
  });
  return {
    answer: answerOf(comparison),
    counts: classes.map((name) => [name, comparison.counts[name]]),
    causes: withoutColours(causesText(comparison.causes))
      .split("\n")
      .filter((line) => line !== "")
      .map(visible),
    ops: partnerOps(a, b),
    list,
  };
}

/** Partner ops by their first events. */
function partnerOps(a: TraceReader, b: TraceReader): ComparedPair["ops"] {
  const found: ComparedPair["ops"] = [];
  for (const pair of opPairs(a, b, false)) {
    if (found.length === MOST_OPS) break;
    const op = (pair.a ?? pair.b)!;
    found.push({
      a: pair.a?.first ?? null,
      b: pair.b?.first ?? null,
      name: visible(vocabulary["op.began"].text(op)),
    });
  }
  return found;
}
