// judged-trace.ts - a trace with what is known of right and wrong in it: by its file, or by the survey so far.

import type { Search } from "../event/trace.ts";
import type { KindName, Recorded } from "../event/vocabulary.ts";
import type { Judged } from "../judgement/judgement.ts";
import type { State } from "../machine/state.ts";
import type { Trace } from "../replay/trace.ts";
import type { TraceReader } from "../store/read.ts";
import { nothingJudged } from "./judging.ts";
import type { Survey } from "./survey.ts";

export class JudgedTrace implements Trace {
  readonly reader: TraceReader;
  readonly #survey: Survey;

  constructor(reader: TraceReader, survey: Survey) {
    this.reader = reader;
    this.#survey = survey;
  }

  get about() {
    return this.reader.about;
  }
  get count() {
    return this.reader.count;
  }
  get torn() {
    return this.reader.torn;
  }
  get digest() {
    return this.reader.digest;
  }
  get sources() {
    return this.reader.sources;
  }
  get indexed() {
    return this.reader.indexed;
  }
  get lastOp() {
    return this.reader.lastOp;
  }
  get names() {
    return this.reader.names;
  }

  /** Never null: what was not judged by its file is as far as the survey has come. */
  get judged(): Judged {
    return this.reader.judged ?? this.#survey.judging ?? NOT_YET;
  }

  /** Whether the judgement is that of the whole trace. */
  get isJudged(): boolean {
    return this.reader.judged !== null || this.#survey.judging?.isWhole === true;
  }

  events(from?: number, to?: number): Iterable<Recorded> {
    return this.reader.events(from, to);
  }
  event(seq: number): Recorded | undefined {
    return this.reader.event(seq);
  }
  ops() {
    return this.reader.ops();
  }
  op(number: number) {
    return this.reader.op(number);
  }
  marks() {
    return this.reader.marks();
  }
  restore(state: State, moment: number): number {
    return this.reader.restore(state, moment);
  }
  search(wanted: Search): Iterable<Recorded> {
    return this.reader.search(wanted);
  }
  rows(from: number, to: number, kinds?: readonly KindName[]) {
    return this.reader.rows(from, to, kinds);
  }
}

const NOT_YET: Judged = { judgement: nothingJudged, wrong: () => [] };
