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
import {
  encodeRow,
  FunctionNames,
  ROW_WIDTH,
  type Row,
  RowReader,
  textsOf,
} from "../src/event/row.ts";
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
  const events = eventsOf(setup);
  const trace = memoryTrace(aboutRun(setup), events);
  expect(events.findIndex(({ seq }, i) => seq !== i + 1)).toBe(-1);
  survivesTheWire(events);
  replaysLikeLive(trace, events);
  expect(verify(trace).disagreements).toEqual([]);
  expect(
    eventsOf(setup)
      .map((recorded) => toLine(recorded, 0n))
      .join("\n") === events.map((recorded) => toLine(recorded, 0n)).join("\n"),
  ).toBe(true);
  return trace;
}

function eventsOf(setup: Setup): Recorded[] {
  const events: Recorded[] = [];
  const steps = record(setup, (seq, op, event) => events.push({ seq, op, event }));
  expect([...steps]).toHaveLength(setup.workload.operations.length);
  return events;
}

/** Through the row of the store and through a line of JSON, every event stays what it is. */
function survivesTheWire(events: readonly Recorded[]): void {
  const places = new FunctionNames();
  const rows = events.map(({ seq, op, event }) => {
    const row: Row = Array<null>(ROW_WIDTH).fill(null);
    encodeRow(row, 0, seq, op, event, places);
    return { row, texts: textsOf(event) };
  });
  const reader = new RowReader({ kinds: kindNames, actors, places: places.names });
  for (const [i, { row, texts }] of rows.entries()) {
    const line = toLine(events[i]!, 0n);
    // Comparing text first: a matcher a time is slow over a hundred thousand events.
    if (
      toLine(reader.decode(row, texts), 0n) !== line ||
      toLine(fromJson(JSON.parse(line), 0n), 0n) !== line
    ) {
      expect(toLine(reader.decode(row, texts), 0n)).toBe(line);
      expect(toLine(fromJson(JSON.parse(line), 0n), 0n)).toBe(line);
    }
  }
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
