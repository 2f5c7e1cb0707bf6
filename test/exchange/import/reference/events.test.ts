// events.test.ts - what single lines of the recordings say in events.

import { expect, test } from "vitest";
import { toJson } from "../../../../src/event/line.ts";
import { fromJson } from "../../../../src/event/line-read.ts";
import { bdfOf, registerNumber } from "../../../../src/event/register.ts";
import type { About } from "../../../../src/event/trace.ts";
import { verdictOf } from "../../../../src/event/verdict.ts";
import { runOf } from "../../../../src/exchange/import/reference/reference.ts";
import { type Imported, imported, ofKind } from "./imported.ts";

const named = (name: string) => `traces/reference/${name}.jsonl.gz`;

test("counts in smoke on Xen what a reader of its 97 lines counts", async () => {
  const counts: { [kind: string]: number } = {};
  const trace = await imported(named("xen-i386.gart.intel-440bx.smoke"));
  for (const { event } of trace.events) counts[event.kind] = (counts[event.kind] ?? 0) + 1;
  expect(counts).toEqual({
    "op.began": 6,
    "op.ended": 6,
    "call.entered": 5, // probe, alloc_gatt_pages, remove, free_gatt_pages, frontend_cleanup
    "call.returned": 3, // capability, frontend_initialize, probe
    "message.logged": 2,
    "page.allocated": 5,
    "page.freed": 5,
    "p2m.set": 16 + 16 + 4, // the table's pages met, the same exchanged, the four pages bound
    "p2m.cleared": 16,
    "dma.mapped": 1,
    "dma.unmapped": 1,
    "hook.called": 2 + 4 + 4,
    "table.remapped": 16 + 16,
    "gatt.written": 16384 + 4 + 4,
    "gatt.read": 16384 + 4 + 4 + 4, // each write read back; bind looks for used entries first
    "register.written": 5 + 2 + 2 + 2,
    "register.read": 6,
    "attribute.changed": 2 + 4 + 4 + 2,
    "tlb.flushed": 1 + 4 + 1 + 4 + 1,
    "cache.flushed": 4,
  });
});

test("says the first lines of smoke on Xen event by event", async () => {
  const { events } = await imported(named("xen-i386.gart.intel-440bx.smoke"));
  const lines = events.slice(0, 8).map((recorded) => toJson(recorded, 0n));
  expect(lines).toEqual([
    { seq: 1, op: 0, kind: "op.began", actor: "workload", name: "init", arguments: {} },
    {
      ...{ seq: 2, op: 0, kind: "call.entered", actor: "kernel" },
      text: "agpgart-intel probe 0000:00:00.0 8086:7190",
    },
    {
      ...{ seq: 3, op: 0, kind: "call.returned", actor: "kernel", place: "agp_intel_probe" },
      ...{ text: "pci_find_capability(0000:00:00.0, 2)", result: 0xa0 },
    },
    {
      ...{ seq: 4, op: 0, kind: "message.logged", actor: "driver", level: "info" },
      text: "agpgart: Detected an Intel 440BX Chipset.",
    },
    {
      ...{ seq: 5, op: 0, kind: "register.read", actor: "driver", size: 4, word: "0x1f000203" },
      register: registerNumber("config", 0, 0xa4),
    },
    {
      ...{ seq: 6, op: 0, kind: "register.read", actor: "driver", size: 2, word: "0x30" },
      register: registerNumber("config", 0, 0xb4),
    },
    {
      ...{ seq: 7, op: 0, kind: "call.entered", actor: "kernel" },
      ...{ place: "agp_generic_create_gatt_table", text: "alloc_gatt_pages(4)" },
    },
    {
      ...{ seq: 8, op: 0, kind: "p2m.set", actor: "hypervisor", page: 0x1000 },
      ...{ phys: "0x1000000", machine: "0x40c21000" },
    },
  ]);
  expect(events.at(-1)!.event).toEqual({
    ...{ kind: "op.ended", actor: "workload", op: 5 },
    result: {
      bridge: null,
      gatt_dump: { tag: "final", entries: 16384, runs: [[0, 16384, "0x0"]] },
    },
  });
});

test("shows the table's base on Xen by the frames that the coherent allocation got", async () => {
  const trace = await imported(named("xen-i386.gart.intel-440bx.smoke"));
  const base = registerNumber("config", bdfOf("0000:00:00.0"), 0xb8);
  const written = ofKind(trace, "register.written").filter(({ register }) => register === base);
  expect(written).toMatchObject([
    { word: 0x80000000, phys: 0x1000000, bus: 0x80000000, reached: 0x80000000 },
  ]);
  expect(written[0]!.machine).toBe(0x80000000);
  // The base was translated twice; the register got the later answer, ioremap the earlier one.
  const [first, second] = trace.events.filter(({ event }) => event.kind === "hook.called");
  expect(written[0]!.cause).toBe(second!.seq);
  const remapped = ofKind(trace, "table.remapped");
  expect(remapped.slice(0, 16).map(({ cause }) => cause)).toEqual(Array(16).fill(first!.seq));
  expect(remapped[15]).toMatchObject({
    ...{ function: "ioremap_nocache", virt: 0xd080f000, page: 0xd080f },
    ...{ phys: 0x100f000, bus: 0x8000f000, machine: 0x8000f000, reached: 0x8000f000 },
  });
});

test("sees the wrong space in every entry that the unmodified driver writes on Xen", async () => {
  const trace = await imported(named("xen-i386.legacy.intel-440bx.smoke"));
  expect(trace.about.options).toEqual({ lenientIoremap: true });
  const verdicts = ofKind(trace, "gatt.written").map((event) => {
    const known = { phys: null, machine: null, bus: null, reached: null, ...event } as unknown;
    return verdictOf(known as Parameters<typeof verdictOf>[0], null);
  });
  expect(verdicts.filter((verdict) => verdict !== null)).toEqual(Array(4).fill("wrong-space"));
});

test("raises a fault where Xen refuses to map a frame that is not the domain's own", async () => {
  const trace = await imported(named("xen-i386.legacy-xenioremap.intel-440bx.smoke"));
  expect(trace.about).toMatchObject({ hooks: "legacy", options: {} });
  expect(ofKind(trace, "fault.raised")).toMatchObject([
    {
      ...{ fault: "foreign-ram", actor: "kernel", place: "agp_generic_create_gatt_table" },
      ...{ text: "ioremap_nocache", size: 65536 },
      ...{ phys: 0x1000000, machine: 0x40c21000, bus: 0x1000000, reached: 0x1000000 },
    },
  ]);
});

test("shows injections, a failed allocation and the oops it leads to", async () => {
  const trace = await imported(named("xen-i386.gart.intel-440bx.oom"));
  const began = ofKind(trace, "op.began").filter(({ name }) => name === "failafter");
  expect(began.map((op) => op.arguments)).toEqual([{ count: 0 }, { count: 2 }, { count: -1 }]);
  const faults = ofKind(trace, "fault.raised");
  expect(faults.map(({ fault, text }) => `${fault}: ${text}`)).toEqual([
    "no-memory: alloc_page",
    "no-memory: alloc_page",
    "oops: NULL/invalid pointer dereference",
  ]);
  expect(faults[2]!.virt).toBe(4);
  expect(ofKind(trace, "op.ended")[4]!.result).toEqual({ ret: "oops" });
});

test("reads a used entry twice where the driver's macro evaluates it twice", async () => {
  const trace = await imported(named("xen-i386.gart.intel-440bx.errors"));
  const busy = trace.events.filter(({ op, event }) => op === 18 && event.kind === "gatt.read");
  expect(busy.map(({ event }) => event)).toEqual(
    Array(2).fill({ kind: "gatt.read", actor: "driver", entry: 3, word: 0x4f108017 }),
  );
});

test("unfolds a folded page into the calls that smoke shows one by one", async () => {
  const single = await imported(named("xen-i386.gart.intel-440bx.smoke"));
  const folded = await imported(named("xen-i386.gart.intel-440bx.testgart"));
  const shape = ({ events }: Imported, name: string, kinds: number) => {
    const from = events.findIndex(({ event }) => event.kind === "op.began" && event.name === name);
    const within = events.slice(from + 1).map(({ event }) => event);
    const first = within.findIndex(({ kind }) => kind === "p2m.set" || kind === "hook.called");
    return within.slice(first, first + kinds).map(({ cause, ...event }) => event);
  };
  expect(shape(folded, "alloc", 20)).toEqual(shape(single, "alloc", 20));
  expect(shape(folded, "free", 16)).toEqual(shape(single, "free", 16));
});

test("says only what the vocabulary knows", async () => {
  for (const workload of ["errors", "fallback", "oom"]) {
    const { events } = await imported(named(`xen-i386.gart.intel-440bx.${workload}`));
    const lines = events
      .filter(({ event }) => !event.kind.startsWith("gatt."))
      .map((recorded) => toJson(recorded, 0n));
    expect(lines.length).toBeGreaterThan(100);
    expect(lines.map((line) => toJson(fromJson(line, 0n), 0n))).toEqual(lines);
  }
});

test("says of a run what its first line says", () => {
  const run = {
    ...{ n: 0, op: -1, ev: "run", format: 1, platform: "native-i386", hookset: "dma_coherent" },
    ...{ chipset: "intel-440bx", workload: "smoke", source: "2.6.12-rc2" },
    page_offset: "0xc0000000",
  };
  const { about, ...rest } = runOf(run, "recordings/a.jsonl");
  expect(about).toEqual({
    ...{ platform: "native-i386", hooks: "dma-coherent", chipset: "intel-440bx" },
    ...{ workload: "smoke", operations: null, seed: 0, options: {} },
    ...{ virtBase: 0n, physIsMachine: true },
    ...{ source: "imported", origin: "a.jsonl: 2.6.12-rc2" },
  } satisfies About);
  expect(rest).toMatchObject({ pageOffset: 0xc0000000, hasIommu: false });
  expect(runOf({ ...run, platform: "xen-i386" }, "a").about.physIsMachine).toBe(false);
  expect(() => runOf({ ...run, format: 2 }, "a")).toThrow(/^a:1: not a reference.*format/);

  const g5 = { ...run, platform: "ppc64-g5", chipset: "u3", page_offset: "0xc000000000000000" };
  expect(runOf(g5, "a")).toMatchObject({
    about: { hooks: "dma-handle", virtBase: 0xc000000000000000n, physIsMachine: true },
    ...{ pageOffset: 0, hasIommu: true },
  });
});
