// laws.ts - records a run for a test and proves, unasked, what must hold of every run.
//
// The laws: an event survives its row and its line of JSON; replay reaches the live state; the state sought
// at a moment is the state folded up to it; replay confirms every observation; the same setup records the
// same events again.

import { expect } from "vitest";
import { usualEra } from "../src/agpgart/era.ts";
import { chipsets } from "../src/chipset/index.ts";
import { toLine } from "../src/event/line.ts";
import { fromJson } from "../src/event/line-read.ts";
import { encodeRow, FunctionNames, ROW_WIDTH, RowReader, textsOf } from "../src/event/row.ts";
import { actors, kindNames, type Recorded } from "../src/event/vocabulary.ts";
import { hookSets } from "../src/hooks/index.ts";
import { apply } from "../src/machine/apply.ts";
import { State } from "../src/machine/state.ts";
import { platforms } from "../src/platform/index.ts";
import { record } from "../src/recorder/record.ts";
import { natureOf, stateAt } from "../src/replay/replay.ts";
import type { Trace } from "../src/replay/trace.ts";
import { verify } from "../src/replay/verify.ts";
import { stateJson } from "../src/report/state-text.ts";
import { aboutRun, type Setup } from "../src/scenario/setup.ts";
import { workloads } from "../src/workload/index.ts";
import { parseWorkload, type Workload } from "../src/workload/workload.ts";
import { memoryTrace } from "./memory-trace.ts";

/** A run by names: "xen-i386 legacy smoke", and what differs from the usual. */
export function setupOf(words: string, other: Partial<Setup> = {}): Setup {
  const [platform, hooks, workload = "smoke"] = words.split(" ");
  const byName = <T extends { readonly name: string }>(
    list: readonly T[],
    name: string | undefined,
  ): T => {
    const found = list.find((one) => one.name === name);
    expect(found, `${name} is listed`).toBeDefined();
    return found!;
  };
  return {
    platform: byName(platforms, platform),
    hooks: byName(hookSets, hooks),
    chipset: chipsets[0]!,
    era: usualEra,
    workload: other.workload ?? byName(workloads, workload),
    seed: 0,
    lenientIoremap: false,
    device: true,
    ...other,
  };
}

/** A workload of these operations. */
export const workloadOf = (...ops: object[]): Workload =>
  parseWorkload(JSON.stringify({ workload: "of a test", ops }), "the test's workload");

/** Records and proves the laws; gives the trace. */
export function lawfulTrace(setup: Setup): Trace {
  const events: Recorded[] = [];
  run(setup, (recorded) => events.push(recorded));
  const trace = memoryTrace(aboutRun(setup), events);
  expect(events.findIndex(({ seq }, i) => seq !== i + 1)).toBe(-1);
  const lines = events.map((recorded) => toLine(recorded, 0n));
  survivesTheWire(events, lines);
  replaysLikeLive(trace, events);
  expect(verify(trace).disagreements).toEqual([]);
  recordsTheSameAgain(setup, lines);
  return trace;
}

function run(setup: Setup, take: (recorded: Recorded) => void): void {
  const steps = record(setup, { take: (seq, op, event) => take({ seq, op, event }) });
  expect([...steps]).toHaveLength(setup.workload.operations.length);
}

/** Through a line of JSON and then through the row of the store, every event stays what it is. */
function survivesTheWire(events: readonly Recorded[], lines: readonly string[]): void {
  const places = new FunctionNames();
  const reader = new RowReader({ kinds: kindNames, actors, places: places.names });
  const row: (number | null)[] = Array(ROW_WIDTH);
  const throughRow = ({ seq, op, event }: Recorded): Recorded => {
    encodeRow(row.fill(null), 0, seq, op, event, places);
    return reader.decode(row, textsOf(event));
  };
  for (const [i, line] of lines.entries()) {
    const read = fromJson(JSON.parse(line), 0n);
    // Comparing text first: a matcher a time is slow over a hundred thousand events.
    if (toLine(throughRow(read), 0n) === line) continue;
    expect(toLine(read, 0n)).toBe(line);
    expect(toLine(throughRow(events[i]!), 0n)).toBe(line);
    expect(toLine(throughRow(read), 0n)).toBe(line);
  }
}

function recordsTheSameAgain(setup: Setup, lines: readonly string[]): void {
  let count = 0;
  let other: Recorded | undefined;
  run(setup, (recorded) => {
    if (other === undefined && toLine(recorded, 0n) !== lines[count]) other = recorded;
    count++;
  });
  expect(other).toBe(undefined);
  expect(count).toBe(lines.length);
}

/** The state folded from the events; sought at some moments it is the same. */
function replaysLikeLive(trace: Trace, events: readonly Recorded[]): void {
  const state = new State(natureOf(trace.about));
  const stops = new Set([1, 2, 3, 5, 8].map((part) => Math.ceil((events.length * part) / 8)));
  for (const { seq, event } of events) {
    apply(state, event, seq);
    if (stops.has(seq)) expect(stateJson(stateAt(trace, seq), 0n)).toEqual(stateJson(state, 0n));
  }
}
