// pair.ts - two traces on the page: where they part, and what of one stands beside what of the other.

import type {
  DivergencesAnswer,
  LaddersAnswer,
  PlaceAnswer,
  RowsAnswer,
  Side,
} from "../answer/shapes.ts";
import { askedEvent } from "./causes.ts";
import type { ComparedPair } from "./compared-pair.ts";
import { laddersAnswer, pageAddress } from "./ladders.ts";
import type { OpenTrace, PageTrace } from "./open-trace.ts";
import type { PairSource } from "./pair-files.ts";
import type { Question } from "./question.ts";
import { rowOf } from "./row.ts";
import { rowsAmong } from "./rows.ts";

export class Pair {
  readonly a: OpenTrace;
  readonly b: OpenTrace;
  readonly #source: PairSource;
  #asked: { readonly extent: string; readonly whole: Promise<ComparedPair> } | null = null;

  constructor(a: OpenTrace, b: OpenTrace, source: PairSource) {
    this.a = a;
    this.b = b;
    this.#source = source;
  }

  async divergences(question: Question): Promise<DivergencesAnswer> {
    const { list, ...whole } = await this.#compared();
    const from = question.number("from", 0, Number.MAX_SAFE_INTEGER, 0);
    const limit = question.number("limit", 1, 500, 100);
    const some = list.slice(from, from + limit);
    const rows = (trace: OpenTrace, side: Side) =>
      trace.use(({ trace }) =>
        some.map((one) => {
          const recorded = one[side] === null ? undefined : trace.event(one[side]);
          return recorded === undefined ? null : rowOf(trace, recorded);
        }),
      );
    const [inA, inB] = [rows(this.a, "a"), rows(this.b, "b")];
    const pageTrace = some.map((one, i) => ({ ...one, a: inA[i]!, b: inB[i]! }));
    return { ...whole, total: list.length, from, list: pageTrace };
  }

  /** The next or previous divergence from a moment of one trace on. */
  async next(side: Side, at: number, forward: boolean): Promise<PlaceAnswer> {
    let found: number | null = null;
    for (const one of (await this.#compared()).list) {
      const seq = one[side];
      if (seq === null || (forward ? seq <= at : seq >= at)) continue;
      if (found === null || seq < found === forward) found = seq;
    }
    return { at: found };
  }

  /** Those events of one trace at which the two part that a filter lets through. */
  async filtered(mine: OpenTrace, question: Question): Promise<RowsAnswer> {
    const { list } = await this.#compared();
    const seqs = new Set(list.flatMap((one) => one[mine.side] ?? []));
    const ordered = [...seqs].sort((one, other) => one - other);
    return mine.use((pageTrace) => rowsAmong(pageTrace, question, ordered));
  }

  async partner(side: Side, at: number): Promise<PlaceAnswer> {
    return { at: await this.#source.moment(side, at) };
  }

  async partners(side: Side, from: number, to: number): Promise<{ partners: number[] }> {
    return { partners: [...(await this.#source.partners(side, from, to))] };
  }

  /** The page of an event and that of its partner, through all spaces. */
  async ladders(mine: OpenTrace, question: Question): Promise<LaddersAnswer> {
    const other = mine === this.a ? this.b : this.a;
    const at = mine.use(({ trace }) => question.at(trace));
    const there = await this.#source.moment(mine.side, at);
    return mine.use((pageTrace) =>
      other.use((beside) => {
        const page = pageAddress(pageTrace, askedEvent(pageTrace, question));
        const otherPage = pageAddress(beside, beside.trace.event(there)) ?? page;
        return laddersAnswer([
          { pageTrace, at, page },
          { pageTrace: beside, at: there, page: otherPage },
        ]);
      }),
    );
  }

  /** Compared once, and anew when one of the two has grown. */
  #compared(): Promise<ComparedPair> {
    const extent = [this.a, this.b].map((trace) => trace.use(extentOf)).join();
    if (this.#asked?.extent !== extent) this.#asked = { extent, whole: this.#source.compare() };
    return this.#asked.whole;
  }
}

const extentOf = ({ trace }: PageTrace): string =>
  `${trace.count} ${trace.torn} ${trace.reader.digest}`;
