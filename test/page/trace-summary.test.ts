// trace-summary.test.ts - a trace from afar: a sketch at once that leaves nothing out, and every event once it is counted.

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FAULT_LANE, OP_LANE, WRONG_LANE } from "../../src/answer/heads.ts";
import { actors } from "../../src/event/vocabulary.ts";
import { recordTo, setupOf } from "../../src/library/recording.ts";
import { TraceSummary } from "../../src/page/trace-summary.ts";
import { TraceReader } from "../../src/store/read.ts";
import { TraceWriter } from "../../src/store/write.ts";
import { churn, machine } from "../bench/churn.ts";
import { gartrace } from "../cli/gartrace.ts";
import { freshFolder } from "../fresh-folder.ts";

const path = join(freshFolder(), "long.gart");
let trace: TraceReader;

beforeAll(async () => {
  const wrong = { ...machine, hooks: "legacy", lenientIoremap: true };
  await recordTo(path, setupOf({ ...wrong, workload: churn(180_000) }), true);
  trace = TraceReader.open(path);
});
afterAll(() => trace.close());

/** How many events a lane has in each stretch. */
function lanesOf(summary: TraceSummary): Map<string, Uint16Array> {
  const { lanes, bins, numbers } = summary.pyramid();
  return new Map(lanes.map((name, i) => [name, numbers.subarray(i * bins, (i + 1) * bins)]));
}
const sum = (counts: Uint16Array) => counts.reduce((total, one) => total + one, 0);

test("a recording that was followed to its end is shown as its file judges it, and judged no further", async () => {
  const growing = join(freshFolder(), "growing.gart");
  const writer = await TraceWriter.create(growing, trace.about, { force: false });
  const record = (from: number, to: number) => {
    for (const { seq, op, event } of trace.events(from, to)) writer.append(seq, op, event);
    writer.land();
  };
  const summary = new TraceSummary();
  const looked = (looks: number) => {
    const reader = TraceReader.open(growing);
    for (let i = 0; i < looks && !summary.step(reader); i++);
    reader.close();
  };
  record(1, 40_000);
  looked(20);
  expect(summary.judgement).not.toBeNull();
  record(40_001, trace.count);
  writer.finish();
  expect((await gartrace(`index ${growing}`)).code).toBe(0);
  looked(20);
  expect(summary.judgement).toBeNull();
  expect(summary.upTo).toBe(trace.count);
  expect(sum(lanesOf(summary).get(WRONG_LANE)!)).toBe(trace.judged!.judgement.wrong.events);
});

describe("a long trace", () => {
  test("has, at the first look, ops and what is wrong as they are, and every actor where it is, nearly", () => {
    const summary = new TraceSummary();
    expect(summary.step(trace)).toBe(false);
    const sketch = lanesOf(summary);
    while (!summary.step(trace));
    const exact = lanesOf(summary);
    for (const lane of [OP_LANE, WRONG_LANE]) expect(sketch.get(lane)).toEqual(exact.get(lane));
    const zone = Math.ceil(2048 / summary.pyramid().unit) + 1;
    const missing = [...actors, FAULT_LANE].flatMap((lane) =>
      [...exact.get(lane)!.entries()].flatMap(([bin, count]) => {
        const near = sketch.get(lane)!.subarray(Math.max(0, bin - zone), bin + zone + 1);
        return count > 0 && !near.some((guess) => guess > 0) ? [`${lane} near bin ${bin}`] : [];
      }),
    );
    expect(missing).toEqual([]);
    const all = actors.reduce((total, actor) => total + sum(sketch.get(actor)!), 0);
    expect(all / trace.count).toBeGreaterThan(0.9);
    expect(all / trace.count).toBeLessThan(1.1);
  });

  test("has every event once when it is counted, by actor, op, fault and what is wrong", () => {
    const summary = new TraceSummary();
    while (!summary.step(trace));
    const lanes = lanesOf(summary);
    expect(actors.reduce((total, actor) => total + sum(lanes.get(actor)!), 0)).toBe(trace.count);
    expect(sum(lanes.get(OP_LANE)!)).toBe(trace.lastOp + 1);
    const { judgement } = trace.judged!;
    expect(sum(lanes.get(WRONG_LANE)!)).toBe(judgement.wrong.events);
    expect(sum(lanes.get(FAULT_LANE)!)).toBe(judgement.faults);
  });

  test("has the pages that its events change, whether told by its index or by the events", () => {
    const summary = new TraceSummary();
    summary.step(trace);
    const { overview, count } = trace;
    const byIndex = [...overview.blocksChanged(6)].sort((a, b) => a - b);
    const byEvents = new Set(overview.blocksOf(6, 1, count));
    expect(byIndex.filter((block) => !byEvents.has(block))).toEqual([]);
    expect(summary.hasGatt).toBe(true);
    expect(summary.pages.p2m.rows.rows.length).toBeGreaterThan(0);
  });
});
