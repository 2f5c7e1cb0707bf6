// overview.test.ts - a trace from afar: stretches with their kinds and actors, and how many lie where.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { families } from "../../src/event/field.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { hasBit } from "../../src/store/overview.ts";
import type { TraceReader } from "../../src/store/read.ts";
import { memoryTrace } from "../memory-trace.ts";
import { stored } from "../replay/stored.ts";
import { about } from "./sample.ts";

const EVENTS = 2500;
const [GATT, REGISTER] = [families.indexOf("gatt"), families.indexOf("register")];

/** Entries by the driver, a register now and then by the chipset, an op from #1001 to #2000. */
function eventAt(seq: number): Event {
  const event =
    seq === 1001
      ? { kind: "op.began", actor: "workload", op: 0, name: "bind", arguments: {} }
      : seq === 2000
        ? { kind: "op.ended", actor: "workload", op: 0, result: {} }
        : seq % 100 === 0
          ? { kind: "register.written", actor: "chipset", register: 0x90, word: seq, size: 4 }
          : { kind: "gatt.written", actor: "driver", entry: seq % 64, word: seq };
  return event as Event;
}

let trace: TraceReader;
beforeAll(async () => {
  const events = Array.from({ length: EVENTS }, (_, i) => {
    const seq = i + 1;
    return { seq, op: seq > 1000 && seq <= 2000 ? 0 : -1, event: eventAt(seq) };
  });
  trace = await stored(memoryTrace(about, events), 50);
});
afterAll(() => trace.close());

const codeOf = (list: readonly string[], name: string) => list.indexOf(name);

describe("the stretches between keyframes", () => {
  test("follow each other from the first event on, and end where keyframes are", () => {
    const zones = trace.overview.zones();
    expect(zones.length).toBeGreaterThan(1);
    expect(zones.map(({ from }) => from)).toEqual([
      1,
      ...zones.slice(0, -1).map(({ to }) => to + 1),
    ]);
    expect(zones.at(-1)!.to).toBeLessThanOrEqual(EVENTS);
  });

  test("tell which kinds and actors they have", () => {
    const { kinds, actors } = trace.names;
    for (const { from, to, ...zone } of trace.overview.zones()) {
      const events = [...trace.events(from, to)].map(({ event }) => event);
      for (const [code, kind] of kinds.entries())
        expect(hasBit(zone.kinds, code), kind).toBe(events.some((event) => event.kind === kind));
      for (const [code, actor] of actors.entries())
        expect(hasBit(zone.actors, code), actor).toBe(
          events.some((event) => event.actor === actor),
        );
    }
  });
});

test("a set of codes has those whose bit is set, up to the highest", () => {
  expect([0, 1, 2, 51, 52].filter((code) => hasBit(2 ** 52 + 5, code))).toEqual([0, 2, 52]);
});

describe("of the events from one to another", () => {
  const DRIVER = () => codeOf(trace.names.actors, "driver");
  const CHIPSET = () => codeOf(trace.names.actors, "chipset");

  test("actors are counted in stretches of a power of two", () => {
    const counts = trace.overview.actors(8, 1, 512).toSorted();
    expect(counts).toEqual(
      [
        [0, DRIVER(), 254],
        [0, CHIPSET(), 2],
        [1, DRIVER(), 253],
        [1, CHIPSET(), 3],
      ].toSorted(),
    );
    expect(trace.overview.actors(8, 257, 257)).toEqual([[1, DRIVER(), 1]]);
    expect(trace.overview.actors(8, 256, 256)).toEqual([[0, DRIVER(), 1]]);
  });

  test("actors are told in order", () => {
    expect(trace.overview.actorsOf(99, 101)).toEqual([DRIVER(), CHIPSET(), DRIVER()]);
  });

  test("ops are counted where they begin", () => {
    expect(trace.overview.ops(10, 1, EVENTS)).toEqual([[0, 1]]);
    expect(trace.overview.ops(9, 1, EVENTS)).toEqual([[1, 1]]);
    expect(trace.overview.ops(9, 1002, EVENTS)).toEqual([]);
    expect(trace.overview.ops(9, 1001, 1001)).toEqual([[1, 1]]);
  });

  test("those of a kind are told by subject, size and bus address", () => {
    const code = codeOf(trace.names.kinds, "register.written");
    expect(trace.overview.ofKind(code, 100, 300)).toEqual(
      [100, 200, 300].map((seq) => ({ seq, subject: 0x90 * 16 + REGISTER, size: 4, bus: null })),
    );
    expect(trace.overview.ofKind(code, 101, 199)).toEqual([]);
  });
});

test("blocks of subjects that are ever changed are the same by the index and by the events", () => {
  const entries = [0, 16, 32, 48].map((entry) => entry * 16 + GATT);
  const registers = [0x90 * 16 + REGISTER];
  const blocks = trace.overview.blocksChanged(4).toSorted((a, b) => a - b);
  expect(blocks).toEqual([...entries, ...registers].toSorted((a, b) => a - b));
  const byEvents = trace.overview.blocksOf(4, 1, 1000).toSorted((a, b) => a - b);
  expect(byEvents).toEqual(blocks);
  expect(trace.overview.blocksOf(4, 1, 3)).toEqual([GATT]);
  expect(trace.overview.blocksOf(0, 1, 3)).toEqual([1, 2, 3].map((entry) => entry * 16 + GATT));
});
