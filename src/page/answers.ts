// answers.ts - every question that the page can ask, by name, and what answers it.

import { packed } from "../answer/bytes.ts";
import type { SessionAnswer } from "../answer/shapes.ts";
import { UserError, unknownName } from "../fault.ts";
import { askedEvent, culpritsAnswer, entryAnswer, whyAnswer } from "./causes.ts";
import { laddersAnswer, pageAddress } from "./ladders.ts";
import { mapOf } from "./maps.ts";
import { momentAnswer } from "./moment.ts";
import type { OpenTrace, PageTrace } from "./open-trace.ts";
import { detailAnswer, extentAnswer, opsAnswer, pyramidAnswer } from "./overview.ts";
import { Pair } from "./pair.ts";
import type { PairSource } from "./pair-files.ts";
import { markAnswer, placeAnswer, positionAnswer } from "./places.ts";
import { Question } from "./question.ts";
import { rowsBetween, rowsFiltered } from "./rows.ts";
import { sessionAnswer } from "./session.ts";
import { sightAnswer } from "./sight.ts";

/** Bytes, or a value that travels as JSON. */
export type Answer = Uint8Array | object;

const stateAsked = ({ trace, travel }: PageTrace, question: Question) =>
  travel.stateAt(question.at(trace));

const oneAlone = () => new UserError("one trace alone is shown; serve two to compare them");

/** Questions about one trace. */
const ofOne: { readonly [name: string]: (pageTrace: PageTrace, question: Question) => Answer } = {
  extent: extentAnswer,
  pyramid: pyramidAnswer,
  detail: detailAnswer,
  ops: opsAnswer,
  rows: rowsBetween,
  filtered: (pageTrace, question) => {
    if (question.text("found") === "divergences") throw oneAlone();
    return rowsFiltered(pageTrace, question);
  },
  sight: sightAnswer,
  moment: (pageTrace, question) => momentAnswer(pageTrace, stateAsked(pageTrace, question)),
  map: (pageTrace, question) => {
    const name = question.text("name") ?? "gatt";
    const { head, cells } = mapOf(pageTrace, name, stateAsked(pageTrace, question));
    return packed(head, cells);
  },
  entry: entryAnswer,
  why: whyAnswer,
  place: placeAnswer,
  mark: markAnswer,
  position: positionAnswer,
  culprits: culpritsAnswer,
  ladders: (pageTrace, question) => {
    const asked = askedEvent(pageTrace, question);
    return laddersAnswer([
      { pageTrace, at: question.at(pageTrace.trace), page: pageAddress(pageTrace, asked) },
    ]);
  },
};

/** Questions about two traces, asked of one of them. */
const ofTwo: {
  readonly [name: string]: (
    mine: OpenTrace,
    question: Question,
    pair: Pair,
  ) => Promise<Answer> | null;
} = {
  partner: (mine, question, pair) => pair.partner(mine.side, atIn(mine, question)),
  partners: (mine, question, pair) => {
    const from = question.number("from", 1, Number.MAX_SAFE_INTEGER);
    const count = mine.use(({ trace }) => trace.count);
    const to = Math.min(question.number("to", 0, Number.MAX_SAFE_INTEGER), count, from + 511);
    return pair.partners(mine.side, from, to);
  },
  place: (mine, question, pair) => {
    if (question.text("what") !== "divergence") return null;
    const forward = question.isForward;
    return pair.next(mine.side, atIn(mine, question), forward);
  },
  divergences: (_, question, pair) => pair.divergences(question),
  filtered: (mine, question, pair) =>
    question.text("found") === "divergences" ? pair.filtered(mine, question) : null,
  ladders: (mine, question, pair) => pair.ladders(mine, question),
};

const atIn = (mine: OpenTrace, question: Question): number =>
  mine.use(({ trace }) => question.at(trace));

export class Answers {
  readonly traces: readonly OpenTrace[];
  readonly #pair: Pair | null;

  /** `source` for two traces. */
  constructor(traces: readonly OpenTrace[], source: PairSource | null = null) {
    this.traces = traces;
    const [a, b] = traces;
    this.#pair =
      a === undefined || b === undefined || source === null ? null : new Pair(a, b, source);
  }

  /** Answers; a UserError says what is wrong with the question. */
  async ask(name: string, parameters: URLSearchParams): Promise<Answer> {
    if (name === "session") return this.session();
    const question = new Question(parameters);
    const known = this.traces.map(({ side }) => side);
    const asked = question.one("trace", known, "a");
    const mine = this.traces.find(({ side }) => side === asked)!;
    const beside = Object.hasOwn(ofTwo, name) ? ofTwo[name] : undefined;
    const answered = this.#pair === null ? undefined : beside?.(mine, question, this.#pair);
    if (answered != null) return answered;
    const alone = Object.hasOwn(ofOne, name) ? ofOne[name] : undefined;
    if (alone !== undefined) return mine.use((pageTrace) => alone(pageTrace, question));
    if (beside === undefined)
      throw unknownName("question", name, [...Object.keys(ofOne), ...Object.keys(ofTwo)]);
    throw oneAlone();
  }

  session(report: SessionAnswer["report"] = null): SessionAnswer {
    return sessionAnswer(this.traces, report);
  }

  /** Looks a slice further at each trace; true where none has more at the moment. */
  look(): boolean {
    return this.traces.map((trace) => trace.look()).every((done) => done);
  }

  /** Whether a writer is at work on one of them, as far as was seen. */
  get isGrowing(): boolean {
    return this.traces.some(({ isGrowing }) => isGrowing);
  }

  close(): void {
    for (const trace of this.traces) trace.close();
  }
}
