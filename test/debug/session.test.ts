// session.test.ts - where a debugger gets to by each move, forwards and backwards, and what stops it.

import { beforeEach, describe, expect, test } from "vitest";
import { targetOf } from "../../src/debug/breakpoint.ts";
import { Context } from "../../src/debug/command.ts";
import { conditionOf } from "../../src/debug/condition.ts";
import { evaluate } from "../../src/debug/evaluate.ts";
import { OtherTrace } from "../../src/debug/other-trace.ts";
import { Session } from "../../src/debug/session.ts";
import { compare } from "../../src/diff/diff.ts";
import { isWrong } from "../../src/event/verdict.ts";
import { TimeTravel } from "../../src/replay/travel.ts";
import { setupOf, workloadOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";
import { stored } from "../replay/stored.ts";

const workload = workloadOf(
  { op: "init" },
  { op: "alloc", slot: 0, pages: 3 },
  { op: "bind", slot: 0, pg_start: 2 },
  { op: "unbind", slot: 0 },
);
const wrong = recorded(setupOf("xen-i386 legacy", { workload, lenientIoremap: true }));
const right = recorded(setupOf("xen-i386 gart", { workload }));
const trace = await stored(wrong, 64);
const travel = new TimeTravel(trace);
let session = new Session(travel);
beforeEach(() => {
  session = new Session(travel);
});

/** Every event that a stop is for, by looking at all of them. */
const all = (holds: (event: ReturnType<typeof entry>) => boolean): number[] =>
  [...wrong.events()].filter(({ event }) => holds(event as never)).map(({ seq }) => seq);
const entry = (seq: number) => wrong.event(seq)!.event as { kind: string; entry?: number };

/** Where continuing stops, until the trace ends. */
async function stopsOf(direction: "forwards" | "backwards"): Promise<number[]> {
  const met: number[] = [];
  for (;;) {
    const arrival = await session.continue(direction);
    if (arrival.by === "edge") return met;
    met.push(arrival.moment);
  }
}

test("a step goes one event, and no further than the ends of the trace", () => {
  expect(session.step("backwards")).toEqual({ moment: 0, by: "edge", stop: null });
  expect(session.step("forwards", 3)).toEqual({ moment: 3, by: "arrived", stop: null });
  expect(session.step("backwards").moment).toBe(2);
  expect(session.step("forwards", 1e9)).toEqual({ moment: trace.count, by: "edge", stop: null });
});

test("a condition may call a field by the name that it had before", () => {
  session.add("former", targetOf(trace, "table.remapped"), conditionOf("way == ioremap_nocache"));
  session.add("present", targetOf(trace, "table.remapped"), conditionOf("function == iounmap"));
  const remapped = all(({ kind }) => kind === "table.remapped");
  return expect(stopsOf("forwards")).resolves.toEqual(remapped);
});

test("print and display know a field by the name that it had before", () => {
  const context = new Context(session, "", null, []);
  const [remapped] = all(({ kind }) => kind === "table.remapped");
  session.goTo(remapped!);
  expect(evaluate(session, "way")).toBe(evaluate(session, "function"));
  expect(evaluate(session, "way")).toBe("ioremap_nocache");
  expect(context.displayed({ number: 1, text: "way" })).toBe("1: way = ioremap_nocache");
  session.goTo(1);
  expect(context.displayed({ number: 1, text: "way" })).toBe("1: way = -");
  expect(() => evaluate(session, "way")).toThrow("#1 is op.began, which has no way");
});

test("next goes from the beginning of one op to that of the next, and back the same way", async () => {
  const begins = all(({ kind }) => kind === "op.began");
  for (const moment of begins) expect((await session.next("forwards")).moment).toBe(moment);
  expect((await session.next("forwards")).by).toBe("edge");
  for (const moment of begins.toReversed())
    expect((await session.next("backwards")).moment).toBe(moment);
  expect(await session.next("backwards")).toMatchObject({ moment: 0, by: "edge" });
});

test("finish goes to the end of the op, and its reverse to the beginning", async () => {
  const { first, last } = trace.op(2)!;
  session.goTo(first + 3);
  expect((await session.finish("forwards")).moment).toBe(last);
  await expect(session.finish("forwards")).rejects.toThrow("is the end of op 2 already");
  expect((await session.finish("backwards")).moment).toBe(first);
  session.goTo(0);
  await expect(session.finish("forwards")).rejects.toThrow("#0 is in no op");
});

test("continue meets every event that a breakpoint is for, in both directions", async () => {
  session.break("gatt.written if entry >= 3 and entry < 0x10");
  const wanted = all((e) => e.kind === "gatt.written" && e.entry! >= 3 && e.entry! < 0x10);
  expect(wanted.length).toBeGreaterThan(10);
  expect(await stopsOf("forwards")).toEqual(wanted);
  expect(session.moment).toBe(trace.count);
  expect(await stopsOf("backwards")).toEqual(wanted.toReversed());
  expect(session.stops[0]!.hits).toBe(2 * wanted.length);
});

describe("of several breakpoints the nearest wins, whichever was made first", () => {
  const first = (kind: string) => all((e) => e.kind === kind)[0]!;
  const last = (kind: string) => all((e) => e.kind === kind).at(-1)!;
  const [near, far] = ["page.allocated", "gatt.written"].toSorted((a, b) => first(a) - first(b));

  test.each([[[near!, far!]], [[far!, near!]]])("%j forwards", async (specs) => {
    for (const spec of specs) session.break(spec);
    const arrival = await session.continue("forwards");
    expect(arrival).toMatchObject({ moment: first(near!), by: "stop" });
    expect(arrival.stop).toBe(session.stops[specs.indexOf(near!)]);
    expect(session.stops.map(({ hits }) => hits)).toEqual(specs[0] === near ? [1, 0] : [0, 1]);
  });

  test.each([[[near!, far!]], [[far!, near!]]])("%j backwards", async (specs) => {
    for (const spec of specs) session.break(spec);
    session.goTo(trace.count);
    const arrival = await session.continue("backwards");
    expect(arrival.moment).toBe(Math.max(last(near!), last(far!)));
  });

  test.each([[["#5", "#6", "#7"]], [["#7", "#6", "#5"]], [["#6", "#5", "#7"]]])(
    "%j meets each in the order of events",
    async (specs) => {
      for (const spec of specs) session.break(spec);
      expect(await stopsOf("forwards")).toEqual([5, 6, 7]);
      expect(await stopsOf("backwards")).toEqual([7, 6, 5]);
    },
  );
});

test.each([
  ["page", (seq: number) => entry(seq).kind.startsWith("page.")],
  ["hook virt_to_phys", (seq: number) => JSON.stringify(entry(seq)).includes('"virt_to_phys"')],
  ["wrong", (seq: number) => isWrong(travel.verdict(wrong.event(seq)!))],
  ["hypervisor", (seq: number) => wrong.event(seq)!.event.actor === "hypervisor"],
  [
    "agp_generic_insert_memory",
    (seq: number) => wrong.event(seq)!.event.place === "agp_generic_insert_memory",
  ],
  ["op bind", (seq: number) => seq === trace.op(2)!.first],
  ["op:3", (seq: number) => seq === trace.op(3)!.first],
  ["#77", (seq: number) => seq === 77],
])("a breakpoint at %s stops at these events and no others", async (spec, holds) => {
  session.break(spec);
  const wanted = all(() => true).filter(holds);
  expect(wanted.length).toBeGreaterThan(0);
  expect(await stopsOf("forwards")).toEqual(wanted);
});

test.each([
  ["gatt", "entry == 3"],
  ["gatt.written", "entry == 3 and verdict == wrong-space"],
  ["driver", "entry == 3 or entry == 4"],
  ["gatt", "not (entry == 3) and entry < 6 and 5 == entry"],
  ["driver", "not not entry == 2"],
  ["driver", "entry == 2"],
  ["wrong", "kind == gatt.written and place == agp_generic_insert_memory"],
  ["identity", "entry == 0x40"],
  ["hook virt_to_phys", "actor == driver and phys > 0x1010000"],
  ["gatt", "entry != 3 and op == 3"],
  ["page", "allocation == 0x1010"],
  ["gatt", "entry == seq"],
  ["driver", "actor == kernel"],
])("what is looked for at '%s if %s' is what the condition holds for", async (spec, condition) => {
  const target = targetOf(trace, spec);
  if (target.at !== "filter") throw new Error(`${spec} is no filter`);
  const { holds } = conditionOf(condition);
  const wanted = [...travel.matching(target.filter)].filter((recorded) =>
    holds({ recorded, verdict: () => travel.verdict(recorded), virtBase: 0n }),
  );
  session.break(`${spec} if ${condition}`);
  expect(await stopsOf("forwards")).toEqual(wanted.map(({ seq }) => seq));
});

test("a watchpoint stops at changes, a read watchpoint at looks, and both are told apart", async () => {
  const on = (kind: string) => all((e) => e.kind === kind && e.entry === 3);
  const number = session.watch("gatt[3]", "change").number;
  expect(await stopsOf("forwards")).toEqual(on("gatt.written"));
  session.delete(number);
  session.watch("gatt[3]", "read");
  expect(await stopsOf("backwards")).toEqual(on("gatt.read").toReversed());
  session.delete(null);
  session.watch("gatt[2..4] if kind == gatt.read", "access");
  expect(await stopsOf("forwards")).toEqual(
    all((e) => e.kind === "gatt.read" && e.entry! >= 2 && e.entry! <= 4),
  );
});

test("the nearest of several stops ends a move, be it a next or a finish", async () => {
  const { first } = trace.op(2)!;
  session.goTo(first);
  session.watch("gatt[4]", "change");
  const three = session.watch("gatt[3]", "change");
  expect(await session.next("forwards")).toMatchObject({ by: "stop", stop: three });
  expect((await session.finish("forwards")).stop!.text).toBe("gatt[0x4]");
});

test("back and forward retrace where one stood; a new move forgets what lay forward", () => {
  for (const moment of [10, 20, 30]) session.goTo(moment);
  expect([session.back()!.moment, session.back()!.moment]).toEqual([20, 10]);
  expect(session.forward()!.moment).toBe(20);
  session.goTo(5);
  expect(session.forward()).toBeNull();
  expect([session.back(), session.back(), session.back()].map((a) => a!.moment)).toEqual([
    20, 10, 0,
  ]);
  expect(session.back()).toBeNull();
});

test("what cannot be stopped at is refused with what was meant", () => {
  expect(() => session.break("gat.written")).toThrow("did you mean 'gatt.written'");
  expect(() => session.break("hook virt_to_gat")).toThrow("did you mean 'virt_to_gart'");
  expect(() => session.break("#99999999")).toThrow("past the end");
  expect(() => session.watch("gat[3]", "change")).toThrow("did you mean 'gatt'");
  expect(() => session.break("gatt if")).toThrow(
    "character 1: the end stands where a value should",
  );
  expect(session.stops).toEqual([]);
});

test.each([
  ["entry = 3", 7, "'='"],
  ["entry >= ", 10, "the end"],
  ["(entry > 3", 11, "the end"],
  ["entri > 3", 1, "did you mean 'entry'"],
  ["entry > 3 3", 11, "'3' is not expected here"],
])("the condition '%s' goes wrong at character %i", (text, at, why) => {
  expect(() => conditionOf(text)).toThrow(`character ${at}`);
  expect(() => conditionOf(text)).toThrow(why);
});

test("a condition compares numbers with numbers and words with words, whole virtual addresses too", () => {
  const told = (virtBase: bigint) => ({
    recorded: {
      seq: 9,
      op: 2,
      event: { kind: "hook.called", actor: "driver", hook: "virt_to_phys", virt: 0x1000 } as never,
    },
    verdict: () => "stale" as const,
    virtBase,
  });
  const holds = (text: string, base = 0n) => conditionOf(text).holds(told(base));
  expect(holds("virt == 0xc000000000001000", 0xc000000000000000n)).toBe(true);
  expect(holds("virt == 0x1000")).toBe(true);
  expect(holds("op == 2 and not (seq < 9 or verdict != stale)")).toBe(true);
  expect(holds("hook > 3 or kind < 'a' or seq == stale or entry")).toBe(false);
});

test("the partner of an event is the same step on the other platform, as diff pairs them", () => {
  const other = new OtherTrace(travel, new TimeTravel(right), "right");
  const { first } = trace.op(2)!;
  const written = all((e) => e.kind === "gatt.written" && e.entry === 3).find(
    (seq) => seq > first,
  )!;
  const [partner] = other.partnersOf(trace.event(written)!)!;
  expect(partner!.event).toMatchObject({ kind: "gatt.written", entry: 3 });
  expect(right.event(partner!.seq)!.op).toBe(2);
  expect(other.partnersOf(trace.event(first)!)).toMatchObject([{ op: 2, event: { name: "bind" } }]);
  const parted = new Map<number, number | null>();
  compare(trace, right, {}, ({ a, b }) => {
    if (a !== null) parted.set(a.recorded.seq, b?.recorded.seq ?? null);
  });
  expect(parted.size).toBeGreaterThan(5);
  for (const [seq, beside] of [...parted].reverse())
    expect(other.partnersOf(trace.event(seq)!)!.map((one) => one.seq)).toEqual(
      beside === null ? [] : [beside],
    );
});

test("what a platform does in its own way has no partner", () => {
  const back = new OtherTrace(new TimeTravel(right), travel, "wrong");
  const own = [...right.events()].filter(({ event }) => event.kind === "hypercall.made");
  expect(own.length).toBeGreaterThan(0);
  expect(own.map((event) => back.partnersOf(event))).toEqual(own.map(() => null));
});
