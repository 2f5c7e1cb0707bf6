// answers.ts - every question that the page can ask, by name, and what answers it.

import type { SessionAnswer } from "../answer/shapes.ts";
import { unknownName } from "../fault.ts";
import { culpritsAnswer, entryAnswer, whyAnswer } from "./causes.ts";
import { mapAnswer } from "./maps.ts";
import { momentAnswer } from "./moment.ts";
import type { OpenTrace, Shown } from "./open-trace.ts";
import { detailAnswer, extentAnswer, opsAnswer, pyramidAnswer } from "./overview.ts";
import { placeAnswer, positionAnswer } from "./places.ts";
import { Question } from "./question.ts";
import { rowsBetween, rowsFiltered } from "./rows.ts";
import { sessionAnswer } from "./session.ts";

/** Bytes, or a value that travels as JSON. */
export type Answer = Uint8Array | object;

/** Questions about one trace. */
const ofOne: { readonly [name: string]: (shown: Shown, question: Question) => Answer } = {
  extent: extentAnswer,
  pyramid: pyramidAnswer,
  detail: detailAnswer,
  ops: opsAnswer,
  rows: rowsBetween,
  filtered: rowsFiltered,
  moment: (shown, question) => momentAnswer(shown, question.at(shown.trace)),
  map: (shown, question) =>
    mapAnswer(shown, question.text("name") ?? "gatt", question.at(shown.trace)),
  entry: entryAnswer,
  why: whyAnswer,
  place: placeAnswer,
  position: positionAnswer,
  culprits: culpritsAnswer,
};

export class Answers {
  readonly traces: readonly OpenTrace[];

  constructor(traces: readonly OpenTrace[]) {
    this.traces = traces;
  }

  /** Answers; a UserError says what is wrong with the question. */
  ask(name: string, parameters: URLSearchParams): Answer {
    if (name === "session") return this.session();
    const question = new Question(parameters);
    const answer = Object.hasOwn(ofOne, name) ? ofOne[name] : undefined;
    if (answer === undefined) throw unknownName("question", name, Object.keys(ofOne));
    const known = this.traces.map(({ side }) => side);
    const side = question.one("trace", known, "a");
    return this.traces
      .find((trace) => trace.side === side)!
      .use((shown) => answer(shown, question));
  }

  session(report: SessionAnswer["report"] = null): SessionAnswer {
    return sessionAnswer(this.traces, report);
  }

  /** Looks a slice further at each trace; true where none has more at the moment. */
  look(): boolean {
    return this.traces.map((trace) => trace.look()).every((done) => done);
  }

  close(): void {
    for (const trace of this.traces) trace.close();
  }
}
