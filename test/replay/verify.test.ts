// verify.test.ts - an observation that was changed in a trace is found, and said where.

import { describe, expect, test } from "vitest";
import { machine, mfn } from "../../src/address.ts";
import { amdIrongate } from "../../src/chipset/amd-irongate.ts";
import type { Event, KindName, Of, Recorded } from "../../src/event/vocabulary.ts";
import { apply } from "../../src/machine/apply.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { type Verification, verify } from "../../src/replay/verify.ts";
import { alloc, bind, cleanup, driverRun, enable } from "../driver-run.ts";
import { setupOf } from "../laws.ts";
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

describe("an applier is noticed that forgets", () => {
  const kinds = [
    "op.began",
    "page.allocated",
    "p2m.set",
    "gatt.written",
    "register.written",
    "register.read",
    "cpu.wrote",
  ] as const;
  test.each(kinds)("%s", (kind) => {
    expect(forgetting(trace, kind).differed).toBeGreaterThan(0);
  });

  const u3 = driverRun("ppc64-g5 gart", enable, alloc(0, 2), bind(0, 0), cleanup).trace;
  test.each(["gatt.written", "cache.flushed"] as const)(
    "%s, where the table is mapped cached",
    (kind) => {
      expect(forgetting(u3, kind).differed).toBeGreaterThan(0);
    },
  );

  const irongate = recorded(setupOf("xen-i386 gart", { chipset: amdIrongate }));
  test("directory.written, where the table has two levels", () => {
    expect(forgetting(irongate, "directory.written").differed).toBeGreaterThan(0);
  });

  const dma = recorded(setupOf("ppc64-g5 gart dma"));
  test.each(["iommu.mapped", "device.wrote"] as const)("%s, behind an IOMMU", (kind) => {
    expect(forgetting(dma, kind).differed).toBeGreaterThan(0);
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
