// verify.test.ts - an observation that was changed in a trace is found, and said where.

import { describe, expect, test } from "vitest";
import { machine, mfn } from "../../src/address.ts";
import { sworksHe } from "../../src/chipset/sworks-he.ts";
import { u3 } from "../../src/chipset/u3.ts";
import type { Event, KindName, Of, Recorded } from "../../src/event/vocabulary.ts";
import { apply, changing } from "../../src/machine/apply.ts";
import { ppc64G5 } from "../../src/platform/ppc64-g5.ts";
import { varied } from "../../src/platform/variant.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { type Verification, verify } from "../../src/replay/verify.ts";
import { setupOfScenario } from "../../src/scenario/setup.ts";
import { staleGartTlb } from "../../src/scenario/stale-gart-tlb.ts";
import {
  alloc,
  bareRun,
  bind,
  cleanup,
  driverRun,
  enable,
  free,
  init,
  unbind,
} from "../driver-run.ts";
import { setupOf, workloadOf } from "../laws.ts";
import { memoryTrace, recorded } from "../memory-trace.ts";
import { imported, pathOf } from "../recordings.ts";

const { trace } = driverRun("xen-i386 gart", enable, alloc(0, 2), bind(0, 0), cleanup);

/** The trace with its last event of a kind changed. */
function changed<K extends KindName>(
  kind: K,
  change: Partial<Of<K>>,
  of: Trace = trace,
  is: (event: Of<K>) => boolean = () => true,
): { trace: Trace; seq: number } {
  const events = [...of.events()];
  const at = events.findLastIndex(({ event }) => event.kind === kind && is(event as Of<K>));
  const { seq, op, event } = events[at]!;
  const other: Recorded = { seq, op, event: { ...event, ...change } as Event };
  return { trace: memoryTrace(of.about, events.with(at, other)), seq };
}

test("a run here agrees with its replay in every observation", () => {
  const { agreed, differed, disagreements } = verify(trace);
  expect([differed, disagreements]).toEqual([0, []]);
  // Each event has its number; the words read, the truths and the card's accesses come on top.
  expect(agreed).toBeGreaterThan(trace.count * 1.4);
});

describe("a change is found in", () => {
  test("a word read from the table", () => {
    const { trace: edited, seq } = changed("gatt.read", { word: 0x17 });
    expect(verify(edited).disagreements).toEqual([
      { seq, what: "word", recorded: 0x17, replayed: expect.any(Number) },
    ]);
  });

  test("a word written to the table: what it names, and what is read back", () => {
    const { trace: edited, seq } = changed("gatt.written", { word: 0x5017 });
    const found = verify(edited).disagreements;
    expect(found[0]).toMatchObject({ seq, what: "bus", replayed: 0x5000 });
    expect(found[1]).toMatchObject({ seq: seq + 1, what: "word", replayed: 0x5017 });
    expect(found.map(({ what }) => what)).toContain("reached");
  });

  test("where a page is said to lie", () => {
    const { trace: edited, seq } = changed("hook.called", { machine: machine(0x40000000) });
    expect(verify(edited).disagreements).toMatchObject([
      { seq, what: "machine", recorded: 0x40000000 },
    ]);
  });

  test("the frame that the P2M gives a page", () => {
    const { trace: edited } = changed("p2m.set", { machine: machine(0x40000000) });
    expect(verify(edited).disagreements.map(({ what }) => what)).toContain("machine");
  });

  test("the content that the card meets, and where", () => {
    const tag = changed("device.read", { tag: 99 });
    expect(verify(tag.trace).disagreements).toMatchObject([
      { seq: tag.seq, what: "tag", recorded: 99, replayed: 2 },
    ]);
    const reached = changed("device.read", { reached: machine(0x40000000) });
    expect(verify(reached.trace).disagreements).toMatchObject([
      { seq: reached.seq, what: "reached" },
    ]);
  });

  test("the page that the client wrote to", () => {
    const { trace: edited, seq } = changed("cpu.wrote", { frame: mfn(1) });
    expect(verify(edited).disagreements[0]).toMatchObject({ seq, what: "frame", recorded: 1 });
  });

  test("a register's value", () => {
    const { trace: edited, seq } = changed("register.read", { word: 0x1 });
    expect(verify(edited).disagreements).toMatchObject([{ seq, what: "word", recorded: 1 }]);
  });

  test("the number of an event", () => {
    const events = [...trace.events()].toSpliced(10, 1);
    expect(verify(memoryTrace(trace.about, events)).disagreements[0]).toEqual({
      ...{ seq: 12, what: "seq", recorded: 12, replayed: 11 },
    });
  });

  test("what the recorder of the real driver observed of the table", async () => {
    const real = await imported(pathOf("xen-i386.gart.intel-440bx.fallback"));
    expect(verify(real).disagreements).toEqual([]);
    const bindOf = (event: Of<"op.ended">) => event.result.hw_ok !== undefined;
    const cleanupOf = (event: Of<"op.ended">) => event.result.gatt_dump !== undefined;
    const wrong = [
      ["gatt_crc32", "0x1"],
      ["gatt_nonzero", 5],
      ["gatt_used", 5],
      ["hw_ok", 3],
      ["hw_bad", 1],
    ] as const;
    for (const [fact, recorded] of wrong) {
      const { trace: edited, seq } = changed(
        "op.ended",
        { result: { [fact]: recorded } },
        real,
        bindOf,
      );
      expect(verify(edited).disagreements).toMatchObject([{ seq, what: fact, recorded }]);
    }
    const dump = { tag: "final", entries: 1024, runs: [[0, 1024, "0x17"]] };
    const dumped = changed("op.ended", { result: { gatt_dump: dump } }, real, cleanupOf);
    expect(verify(dumped.trace).disagreements).toMatchObject([
      { seq: dumped.seq, what: "gatt_dump" },
    ]);
  });
});

/** What verify says of a trace where the state does not change as events of a kind say. */
const forgetting = (of: Trace, kind: KindName): Verification =>
  verify(of, {
    fold(state, event, seq) {
      if (event.kind === kind) state.moment = seq;
      else apply(state, event, seq);
    },
  });

/** The trace up to its last event of a kind, and behind it a read that no driver makes. */
function readBack<Kind extends KindName>(
  of: Trace,
  kind: Kind,
  readOf: (written: Of<Kind>) => Event,
): Trace {
  const events = [...of.events()];
  const at = events.findLastIndex(({ event }) => event.kind === kind);
  const { seq, op, event } = events[at]!;
  const read = { seq: seq + 1, op, event: readOf(event as Of<Kind>) };
  return memoryTrace(of.about, [...events.slice(0, at + 1), read]);
}

describe("an applier is noticed that forgets", () => {
  // Each page is used twice, each handle mapped twice, and the card reads through each entry before and after.
  const twice = (slot: number) => [alloc(slot, 2), bind(slot, 0), unbind(slot), free(slot)];
  const agp = driverRun("xen-i386 gart", ...twice(0), alloc(1, 1), ...twice(0), cleanup).trace;
  const flushed = driverRun("ppc64-g5 gart", enable, alloc(0, 2), bind(0, 0), cleanup).trace;
  const wrapped = bareRun("ppc64-g5 gart", { chipset: u3 }, init, alloc(0, 4), bind(0, -2)).trace;
  const twoLevels = recorded(setupOf("xen-i386 gart", { chipset: sworksHe }));
  const staleTlb = recorded(setupOfScenario(staleGartTlb, false));
  const buffer = workloadOf(
    { op: "buffer", buffer: 0, pages: 2 },
    ...[0, 1].flatMap(() => [
      { op: "cpu_write", buffer: 0 },
      { op: "dma_map", buffer: 0, direction: "bidirectional" },
      { op: "dma_read", buffer: 0 },
      { op: "dma_write", buffer: 0 },
      { op: "dma_unmap", buffer: 0 },
      { op: "dma_read", buffer: 0 },
      { op: "cpu_read", buffer: 0 },
    ]),
  );
  const dma = (words: string, other: object = {}) =>
    recorded(setupOf(words, { workload: buffer, ...other }));
  const native = dma("native-i386 gart");
  const iommu = dma("ppc64-g5 gart");
  const dart = dma("ppc64-g5 gart", { platform: varied(ppc64G5, { layout: "dart" }) });
  const bounced = recorded(setupOf("xen-i386-swiotlb gart dma"));

  const traces: { readonly [kind in KindName]?: Trace } = {
    "op.began": agp,
    "op.ended": agp,
    "page.allocated": agp,
    "page.freed": agp,
    "p2m.set": agp,
    "p2m.cleared": agp,
    "table.remapped": agp,
    "gatt.written": agp,
    "outside.written": readBack(wrapped, "outside.written", (written) => {
      const { actor, entry, frame, virt, word } = written;
      return { kind: "outside.read", actor, entry, frame, virt, word };
    }),
    "register.written": agp,
    "register.read": agp,
    "attribute.changed": agp,
    "tlb.flushed": agp,
    "cpu.wrote": agp,
    "cache.flushed": flushed,
    "directory.written": twoLevels,
    "scratch-directory.written": readBack(
      twoLevels,
      "scratch-directory.written",
      ({ actor, entry, word }) => ({ kind: "scratch-directory.read", actor, entry, word }),
    ),
    "device.read": staleTlb,
    "device.wrote": iommu,
    "iommu.mapped": iommu,
    "iommu.unmapped": iommu,
    "iommu.filled": dart,
    "dma.mapped": native,
    "dma.unmapped": native,
    "page.copied": bounced,
  };
  test.each(Object.entries(traces))("%s", (kind, of) => {
    expect(verify(of).differed).toBe(0);
    expect(forgetting(of, kind as KindName).differed).toBeGreaterThan(0);
  });

  test("a word of the table, where the table is mapped cached", () => {
    expect(forgetting(flushed, "gatt.written").differed).toBeGreaterThan(0);
  });

  test("of every kind but lost events, which say only that the state is in doubt, and ranges of the bus", () => {
    const others = changing.filter((kind) => !(kind in traces));
    expect(others).toEqual(["iommu.opened", "events.lost"]);
  });
});

test("what was in a register before the first event is counted as unknown, neither right nor wrong", () => {
  const reads = [...trace.events()].filter(({ event }) => event.kind === "register.read");
  const first = new Set(reads.map(({ event }) => (event as Of<"register.read">).register));
  const { unknown, differed } = verify(trace);
  expect(unknown).toBeGreaterThan(0);
  expect(unknown).toBeLessThanOrEqual(first.size);
  expect(differed).toBe(0);
});

test("only so many disagreements are listed, all are counted", () => {
  const events = [...trace.events()].slice(1);
  const cut = verify(memoryTrace(trace.about, events), { most: 3 });
  expect(cut.disagreements).toHaveLength(3);
  expect(cut.differed).toBeGreaterThanOrEqual(events.length);
});
