// answers.ts - what each command says of a trace: how many events are wrong, and the first of them.
//
// Each answer is got by the functions that the command calls; printed.ts holds what is printed to the same.

import Database from "better-sqlite3";
import type { Finding } from "../../src/check/check.ts";
import { checks } from "../../src/check/index.ts";
import { CheckRun } from "../../src/check/run.ts";
import { Session } from "../../src/debug/session.ts";
import { answerOf as comparedOf } from "../../src/diff/comparison.ts";
import { compare } from "../../src/diff/diff.ts";
import { isWrong } from "../../src/event/verdict.ts";
import { kindCode } from "../../src/event/vocabulary.ts";
import { jsonl } from "../../src/exchange/export/jsonl.ts";
import { apply } from "../../src/machine/apply.ts";
import { State } from "../../src/machine/state.ts";
import { blameOf } from "../../src/replay/blame.ts";
import { judgeBy, judgedOf } from "../../src/replay/judged.ts";
import { verdictIn } from "../../src/replay/provenance.ts";
import { natureOf } from "../../src/replay/replay.ts";
import { TimeTravel } from "../../src/replay/travel.ts";
import type { TraceReader } from "../../src/store/read.ts";
import { PlainReading, type Reading } from "./plain-reading.ts";

export interface Answer {
  readonly events: number;
  /** The seq of the first; null for none. */
  readonly first: number | null;
}

type Asked = (trace: TraceReader, path: string) => Answer | Promise<Answer>;

export const asked: { readonly [command: string]: Asked } = {
  info: (trace) => judgedOf(trace).judgement.wrong,
  "events --wrong": (trace) =>
    answerOf([...judgedOf(trace).wrong(1, trace.count, false)].map(({ seq }) => seq)),
  "the view": (_, path) => inSql(path),
  "break wrong": stops,
  blame: (trace) => {
    const culprits = blameOf(trace);
    const events = culprits.reduce((sum, { count }) => sum + count, 0);
    return { events, first: events === 0 ? null : Math.min(...culprits.map(({ first }) => first)) };
  },
  check: (trace) => judgeBy(trace, checks).judgement.wrong,
  "verdicts and findings": (trace) => answerOf(lawful(trace)),
};

function answerOf(seqs: Iterable<number>): Answer {
  let [events, first] = [0, null as number | null];
  for (const seq of seqs) {
    events++;
    if (first === null || seq < first) first = seq;
  }
  return { events, first };
}

function inSql(path: string): Answer {
  const database = new Database(path, { readonly: true });
  try {
    const statement = database.prepare<[], Answer>(
      "SELECT count(*) AS events, min(seq) AS first FROM wrong",
    );
    return statement.get()!;
  } finally {
    database.close();
  }
}

/** Goes from stop to stop up to the end. */
async function stops(trace: TraceReader): Promise<Answer> {
  const session = new Session(new TimeTravel(trace));
  session.break("wrong");
  const seqs: number[] = [];
  for (;;) {
    const { by, moment } = await session.continue("forwards");
    if (by !== "stop") return answerOf(seqs);
    seqs.push(moment);
  }
}

/** The law: an event is wrong where it is a use judged wrong, or where some check has a finding. */
function lawful(trace: TraceReader): ReadonlySet<number> {
  const wrong = new Set<number>();
  const state = new State(natureOf(trace.about));
  const take = (finding: Finding | null) => finding !== null && wrong.add(finding.seq);
  const run = new CheckRun(trace.about, checks, state, take);
  for (const recorded of trace.events()) {
    const { seq, op, event } = recorded;
    const kind = kindCode[event.kind];
    run.before(seq, op, event, kind);
    apply(state, event, seq);
    run.after(event, kind);
    if (isWrong(verdictIn(trace, recorded))) wrong.add(seq);
  }
  run.end();
  return wrong;
}

/** Whether a comparison finds no difference of two traces. */
export const areAlike = (a: TraceReader, b: TraceReader): boolean =>
  comparedOf(compare(a, b, {})) !== "different";

/** The trace as its lines of JSON say. */
export function plainly(trace: TraceReader): Reading {
  let reading: PlainReading | null = null;
  for (const piece of jsonl.pieces([trace], null))
    for (const line of Buffer.from(piece).toString().split("\n"))
      if (reading === null) reading = new PlainReading(line);
      else if (line !== "") reading.line(line);
  return reading!.end();
}
