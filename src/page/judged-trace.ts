// judged-trace.ts - a trace with what is known of right and wrong in it: by its file, or by the summary so far.

import type { Search } from "../event/trace.ts";
import type { KindName, Recorded } from "../event/vocabulary.ts";
import type { Judged } from "../judgement/judgement.ts";
import type { State } from "../machine/state.ts";
import type { Trace } from "../replay/trace.ts";
import type { TraceReader } from "../store/read.ts";
import { emptyJudgement } from "./partial-judgement.ts";
import type { TraceSummary } from "./trace-summary.ts";

export class JudgedTrace implements Trace {
  readonly reader: TraceReader;
  readonly #summary: TraceSummary;

  constructor(reader: TraceReader, summary: TraceSummary) {
    this.reader = reader;
    this.#summary = summary;
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

  /** Never null: what was not judged by its file is as far as the summary has come. */
  get judged(): Judged {
    return this.reader.judged ?? this.#summary.judgement ?? NOT_YET;
  }

  /** Whether the judgement is that of the whole trace. */
  get isJudged(): boolean {
    return this.reader.judged !== null || this.#summary.judgement?.isWhole === true;
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

const NOT_YET: Judged = { judgement: emptyJudgement, wrong: () => [] };
