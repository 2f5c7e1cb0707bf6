// seek.ts - a process of its own that travels through a trace and says how long each look-up took, as JSON.

import { statSync } from "node:fs";
import Sqlite from "better-sqlite3";
import { Dice } from "../../../src/dice.ts";
import type { Recorded } from "../../../src/event/vocabulary.ts";
import { judgedOf } from "../../../src/replay/judged.ts";
import { subjectAt } from "../../../src/replay/subject.ts";
import { TimeTravel } from "../../../src/replay/travel.ts";
import { TraceReader } from "../../../src/store/read.ts";
import { peakMemory, report } from "../process.ts";

const ROUNDS = 1000;
/** Until the code is compiled; not measured. */
const WARMING = 50;
const ENTRIES = 16384;
/** Of an entry's changes as many as one looks at. */
const SCREEN = 20;

/** Milliseconds. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
}
export interface Travelled {
  readonly events: number;
  readonly open: number;
  /** What `info` asks: to open the trace and to read its judgement. */
  readonly info: Spread;
  readonly seek: Spread;
  readonly history: Spread;
  /** The last changes of an entry before a moment, as `history --newest --before --limit` asks for them. */
  readonly screen: Spread;
  /** For each event of whole histories. */
  readonly change: number;
  readonly causes: Spread;
  readonly reverse: Spread;
  readonly bytes: number;
  readonly keyframes: number;
  readonly indexes: number;
  /** Kilobytes at most, of the seeks. */
  readonly peak: number;
}

const path = process.argv[2]!;
const dice = new Dice(1);
const timed = (action: () => unknown): number => {
  const since = performance.now();
  action();
  return performance.now() - since;
};

function spread(action: () => unknown): Spread {
  for (let i = 0; i < WARMING; i++) action();
  const times = Array.from({ length: ROUNDS }, () => timed(action)).sort((a, b) => a - b);
  const at = (part: number) => times[Math.min(ROUNDS - 1, Math.floor(ROUNDS * part))]!;
  return { p50: at(0.5), p99: at(0.99), worst: at(1) };
}

/** Takes the first of some events, and gives how many it took. */
function taken(events: Iterable<Recorded>, most = Number.POSITIVE_INFINITY): number {
  let count = 0;
  for (const _ of events) if (++count === most) break;
  return count;
}

const open = spread(() => TraceReader.open(path).close()).p50;
const info = spread(() => {
  const asked = TraceReader.open(path);
  judgedOf(asked);
  asked.close();
});
const trace = TraceReader.open(path);
const someMoment = () => dice.roll(trace.count) + 1;
const someEntry = () => subjectAt("gatt", dice.roll(ENTRIES));
// Each seek begins with nothing at hand.
const seek = spread(() => new TimeTravel(trace).stateAt(someMoment()));
const peak = peakMemory();
const travel = new TimeTravel(trace);
const history = spread(() => taken(travel.changes(someEntry())));
const screen = spread(() =>
  taken(travel.changes(someEntry(), { to: someMoment(), backwards: true }), SCREEN),
);
let changes = 0;
const whole = timed(() => {
  for (let i = 0; i < ROUNDS; i++) changes += taken(travel.changes(someEntry()));
});
const reads: Recorded[] = [];
for (const read of travel.matching(
  { kinds: ["device.read"] },
  { from: Math.floor(trace.count / 3) },
))
  if (reads.push(read) === ROUNDS) break;
const causes = spread(() => travel.why(reads[dice.roll(reads.length)]!));
const reverse = spread(() => travel.previousChange(someEntry(), someMoment()));
const database = new Sqlite(path, { readonly: true });
const sizeOf = (where: string) =>
  database.prepare(`SELECT sum(pgsize) FROM dbstat WHERE ${where}`).pluck().get() as number;
report<Travelled>({
  events: trace.count,
  ...{ open, info, seek, history, screen, causes, reverse, peak },
  change: whole / changes,
  bytes: statSync(path).size,
  keyframes: sizeOf("name = 'keyframe'"),
  indexes: sizeOf("name = 'posting'"),
});
