// chrome.test.ts - Chrome's trace JSON has what ui.perfetto.dev needs to draw ops, events and flows.

import { beforeAll, describe, expect, test } from "vitest";
import { chrome } from "../../../src/exchange/export/chrome.ts";
import { Timeline } from "../../../src/exchange/export/timeline.ts";
import { setupOf, workloadOf } from "../../laws.ts";
import { recorded } from "../../memory-trace.ts";
import { captureFiles, importedFrom } from "../import/captured.ts";
import { fileOf, stored } from "../written.ts";
import { complaints, type Entry } from "./trace-event-format.ts";

const workload = workloadOf(
  { op: "init" },
  { op: "alloc", slot: 0, pages: 4 },
  { op: "bind", slot: 0, pg_start: 16 },
);
let entries: readonly Entry[];
let accesses = 0;
beforeAll(async () => {
  const traces = [];
  for (const words of ["native-i386 legacy", "xen-i386 gart"]) {
    const events = [...recorded(setupOf(words, { workload })).events()];
    accesses += events.filter(({ event }) => event.kind === "device.read").length;
    traces.push(await stored(events));
  }
  entries = (JSON.parse(fileOf(chrome, traces).toString()) as { traceEvents: Entry[] }).traceEvents;
});
const all = (ph: string, pid?: number) =>
  entries.filter((entry) => entry.ph === ph && (pid === undefined || entry.pid === pid));

describe("Chrome's trace JSON", () => {
  test("has two traces as two processes, and an actor as a thread", () => {
    const names = all("M").filter(({ name }) => name === "process_name");
    expect(names.map(({ pid, args }) => [pid, args.name])).toEqual([
      [1, "xen-i386, legacy hooks, by-hand"],
      [2, "xen-i386, legacy hooks, by-hand"],
    ]);
    const threads = all("M", 2).filter(({ name }) => name === "thread_name");
    expect(threads.map(({ args }) => args.name)).toContain("hypervisor");
    expect(new Set(threads.map(({ tid }) => tid)).size).toBe(threads.length);
  });

  test.each([1, 2])("has the ops of process %i as slices, one after the other", (pid) => {
    const ops = entries.filter((entry) => entry.pid === pid && "BE".includes(entry.ph));
    expect(ops.map(({ ph, name }) => `${ph} ${name}`)).toEqual(
      ["init", "alloc", "bind"].flatMap((name) => [`B ${name}`, `E ${name}`]),
    );
    expect(ops.every(({ ts }, i) => i === 0 || ts > ops[i - 1]!.ts)).toBe(true);
  });

  test("has a flow for every access of the card, from a slice to a slice", () => {
    const [starts, ends] = [all("s"), all("f")];
    expect(accesses).toBe(8);
    expect(starts).toHaveLength(accesses);
    expect(starts.map(({ id }) => id)).toEqual(ends.map(({ id }) => id));
    expect(new Set(starts.map(({ id }) => id)).size).toBe(accesses);
    const slices = all("X");
    const inSlice = ({ pid, tid, ts }: Entry) =>
      slices.find((x) => x.pid === pid && x.tid === tid && x.ts <= ts && ts < x.ts + x.dur!);
    for (const [i, start] of starts.entries()) {
      expect(inSlice(start)!.name).toBe("page.allocated");
      expect(inSlice(ends[i]!)!.name).toBe("device.read");
      expect(start.ts).toBeLessThan(ends[i]!.ts);
      expect(start.pid).toBe(ends[i]!.pid);
    }
  });

  test("says of an event what gartrace says of it, with its addresses and verdict", () => {
    const write = all("i", 2).find(({ name, args }) => name === "gatt.written" && "bus" in args)!;
    expect(write.args).toMatchObject({
      verdict: "identity",
      says: expect.stringMatching(/^gatt\[/),
    });
    expect(write.args.bus).toBe(write.args.machine);
  });
});

describe("by the rules of the format", () => {
  test("nothing is wrong with two recorded traces beside each other", () => {
    expect(complaints(entries)).toEqual([]);
  });

  test("nothing is wrong with two captures of real machines beside each other", async () => {
    const traces = [];
    for (const name of ["linux-6.12.native-vtd", "linux-6.12.xen-dom0"])
      traces.push(await stored((await importedFrom(captureFiles(name))).events));
    const { traceEvents } = JSON.parse(fileOf(chrome, traces).toString()) as {
      traceEvents: Entry[];
    };
    expect(traceEvents.filter(({ ph }) => ph === "f").length).toBeGreaterThan(1000);
    expect(complaints(traceEvents)).toEqual([]);
  });

  test.each<[string, RegExp, (entry: Entry) => Entry | null]>([
    ["a phase of no meaning", /no such phase/, (e) => (e.ph === "i" ? { ...e, ph: "Q" } : e)],
    ["a time that is none", /no time/, (e) => ({ ...e, ts: Number.NaN })],
    ["threads without names", /has no name/, (e) => (e.name === "thread_name" ? null : e)],
    ["flows under other names", /ends without/, (e) => (e.ph === "f" ? { ...e, cat: "x" } : e)],
    ["flows that end nowhere", /has no end/, (e) => (e.ph === "f" ? null : e)],
    ["flows beside their slices", /in no slice/, (e) => (e.ph === "X" ? { ...e, ph: "i" } : e)],
    ["ops that never end", /never ends/, (e) => (e.ph === "E" ? null : e)],
    ["slices that cross", /cross/, (e) => (e.ph === "X" ? { ...e, dur: 1.5 } : e)],
  ])("the rules see %s", (_, complaint, change) => {
    const changed = entries.map(change).filter((entry) => entry !== null);
    expect(complaints(changed).join("\n")).toMatch(complaint);
  });
});

test("an op that the trace holds no end of lasts to the end", async () => {
  const events = [...recorded(setupOf("native-i386 legacy", { workload })).events()].slice(0, 20);
  const { traceEvents } = JSON.parse(fileOf(chrome, [await stored(events)]).toString()) as {
    traceEvents: Entry[];
  };
  expect(traceEvents.at(-1)).toMatchObject({ ph: "E", name: "init" });
});

test("events without a time stand a microsecond apart, and of two at one time the second is later", () => {
  const timeline = new Timeline();
  const times = [null, null, 5000, 5000, null, 7000, 6000].map((at) => timeline.next(at));
  expect(times).toEqual([1000, 2000, 5000, 5002, 5004, 7000, 7002]);
});
