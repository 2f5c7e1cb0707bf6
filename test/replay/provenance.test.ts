// provenance.test.ts - the way back from a number in the hardware to the allocation it is about.

import { describe, expect, test } from "vitest";
import { u3 } from "../../src/chipset/u3.ts";
import type { Event, Of, Recorded } from "../../src/event/vocabulary.ts";
import { causesOf, type Step, verdictIn, whyOf } from "../../src/replay/provenance.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { alloc, bareRun, bind, driverRun, init, maxOrder } from "../driver-run.ts";
import { setupOf, workloadOf } from "../laws.ts";
import { memoryTrace, recorded } from "../memory-trace.ts";
import { traceOf } from "./handmade.ts";

const last = ({ trace }: { trace: Trace }, is: (event: Event) => boolean): Recorded =>
  [...trace.events()].findLast(({ event }) => is(event))!;
const chain = (trace: Trace, recorded: Recorded) =>
  causesOf(trace, recorded).map(({ event }) =>
    event.kind === "hook.called" ? `${event.hook} in ${event.place}` : event.kind,
  );
const bound = [alloc(0, 2), bind(0, 0)];

describe.each(["native-i386 legacy", "native-i386 gart", "xen-i386 gart"])("on %s", (words) => {
  const run = driverRun(words, ...bound);
  const { trace } = run;
  const hook = words.endsWith("gart") ? "virt_to_gart" : "virt_to_phys";

  test("the table's base register comes from a hook call, that from the table's allocation", () => {
    const base = last(run, (event) => event.kind === "register.written" && event.bus != null);
    expect(chain(trace, base)).toEqual([
      `${hook} in agp_generic_create_gatt_table`,
      "page.allocated",
    ]);
    expect(causesOf(trace, base)[1]!.event).toMatchObject({ use: "gatt", allocation: 0x1000 });
  });

  test("what the card reads comes from an entry, that from a hook call and its page", () => {
    const read = last(run, ({ kind }) => kind === "device.read");
    expect(chain(trace, read)).toEqual([
      ...["gatt.written", `${hook} in agp_allocate_memory`, "page.allocated"],
    ]);
    expect(causesOf(trace, read)[2]!.event).toMatchObject({ use: "agp", allocation: 0x1002 });
    expect(verdictIn(trace, read)).toBe("translated");
  });

  test("each cause lies before what it caused", () => {
    for (const recorded of trace.events()) {
      const seqs = [recorded, ...causesOf(trace, recorded)].map(({ seq }) => seq);
      expect(seqs).toEqual(seqs.toSorted((a, b) => b - a));
    }
  });
});

test("an access that goes nowhere has the table's wrong base for its cause, and its verdict", () => {
  const lenient = { lenientIoremap: true };
  const run = bareRun("xen-i386 legacy", lenient, maxOrder(0), init, ...bound);
  const read = last(run, ({ kind }) => kind === "device.read");
  expect(chain(run.trace, read)).toEqual([
    ...["register.written", "virt_to_phys in agp_generic_create_gatt_table", "page.allocated"],
  ]);
  expect(verdictIn(run.trace, read)).toBe("wrong-space");
});

test("an event without a cause has none, and a chain ends where the trace does", () => {
  const { trace } = driverRun("native-i386 legacy", ...bound);
  expect(causesOf(trace, trace.event(1)!)).toEqual([]);
  const read = last({ trace }, ({ kind }) => kind === "device.read");
  expect(causesOf(memoryTrace(trace.about, [read]), read)).toEqual([]);
});

const twoPages = workloadOf(
  { op: "init" },
  { op: "alloc", slot: 0, pages: 2 },
  { op: "bind", slot: 0, pg_start: 0 },
);
const lastOf = (trace: Trace, is: (event: Event) => boolean): Recorded =>
  [...trace.events()].findLast(({ event }) => is(event))!;
const wordsOf = (steps: readonly Step[]) =>
  steps.map(({ role, recorded, verdict }) => `${role} ${recorded.event.kind} ${verdict}`);

describe("under Xen", () => {
  const trace = recorded(setupOf("xen-i386 gart", { workload: twoPages }));

  test("a read of the card goes back to its page, and to the page's P2M entry", () => {
    const steps = whyOf(
      trace,
      lastOf(trace, ({ kind }) => kind === "device.read"),
    );
    expect(wordsOf(steps)).toEqual([
      "asked device.read translated",
      "cause gatt.written identity",
      "cause hook.called identity",
      "cause page.allocated null",
      "p2m p2m.set null",
    ]);
    const [read, ...rest] = steps.map(({ recorded }) => recorded.seq);
    // Each step explains the one before it; the entry, the step at which it was in force.
    expect(steps.map(({ explains }) => explains)).toEqual([null, read, ...rest.slice(0, 2), read]);
    const page = steps.at(-2)!.recorded.event;
    expect(steps.at(-1)!.recorded.event).toMatchObject({
      page: (page as Of<"page.allocated">).allocation,
      machine: (page as { machine: unknown }).machine,
    });
  });

  test("a page whose frame was exchanged has the entry of then and the entry of now", () => {
    const base = lastOf(trace, (event) => event.kind === "register.written" && event.bus != null);
    const entries = whyOf(trace, base).filter(({ role }) => role === "p2m");
    const frames = entries.map(({ recorded }) => (recorded.event as { machine: unknown }).machine);
    expect(frames).toHaveLength(2);
    // The table lay elsewhere when it was allocated; what decides stands in force at the register's write.
    expect(frames[0]).toBe((base.event as { machine?: unknown }).machine);
    expect(frames[1]).not.toBe(frames[0]);
    expect(entries[0]!.explains).toBe(base.seq);
  });
});

test("on a G5 that gives a DMA handle to the GART, the IOMMU entry is the one that decided", () => {
  const trace = recorded(setupOf("ppc64-g5 dma-handle", { workload: twoPages, chipset: u3 }));
  const base = lastOf(trace, (event) => event.kind === "register.written" && event.bus != null);
  const steps = whyOf(trace, base);
  expect(steps[0]!.verdict).toBe("foreign-frame");
  const entry = steps.find(({ role }) => role === "iommu")!.recorded.event;
  expect(entry).toMatchObject({
    kind: "iommu.mapped",
    machine: (base.event as { machine?: unknown }).machine,
  });
  // No hook call leads from the handle to the page: whose it was is looked up.
  expect(steps.at(-1)).toMatchObject({ role: "allocation", recorded: { event: { use: "gatt" } } });
});

test("on a bare PC there is no entry that could have decided", () => {
  const trace = recorded(setupOf("native-i386 legacy", { workload: twoPages }));
  const steps = whyOf(
    trace,
    lastOf(trace, ({ kind }) => kind === "device.read"),
  );
  expect(steps.map(({ role }) => role)).toEqual(["asked", "cause", "cause", "cause"]);
});

describe("the entries behind an address", () => {
  const page = { phys: 0x1000, machine: 0x5000 };
  const set = { kind: "p2m.set", page: 1, ...page };
  const allocated = { kind: "page.allocated", allocation: 1, by: "alloc_page", size: 4096 };
  const freed = { ...allocated, kind: "page.freed" };
  const mapped = { kind: "iommu.mapped", page: 0x60, bus: 0x60000, machine: 0x5000, size: 4096 };
  const handle = { kind: "dma.mapped", handle: 0x60000, bus: 0x60000, size: 4096, ...page };
  const handleOf8 = { kind: "dma.mapped", handle: 0x60000, bus: 0x60000, size: 4096, device: 8 };
  const hook = { kind: "hook.called", hook: "virt_to_gart", bus: 0x60000 };
  const nothing = { kind: "hypercall.made", call: "memory_op" };
  /** The roles and seqs of the steps behind the last of the events. */
  const why = (events: readonly object[], about = {}) => {
    const trace = traceOf(events, about);
    return whyOf(trace, trace.event(events.length)!).map(
      ({ role, recorded, explains }) => `${role} ${recorded.seq} of ${explains}`,
    );
  };
  const entries = [set, allocated, mapped];

  test.each([
    [
      "a hook's promise: the P2M and the allocation",
      [...entries, { ...hook, ...page }],
      ["p2m 1", "allocation 2"],
    ],
    [
      "a DMA handle: its IOMMU entry as well",
      [...entries, handle],
      ["p2m 1", "iommu 3", "allocation 2"],
    ],
    [
      "one that says no machine address: no P2M",
      [...entries, { ...hook, phys: 0x1000 }],
      ["allocation 2"],
    ],
    ["one of no page: none", [{ ...set, page: 0 }, { ...allocated, allocation: 0 }, hook], []],
    ["a P2M entry: none of itself", [set, set], []],
  ])("of %s", (_, events, behind) => {
    const seq = events.length;
    const expected = behind.map((entry) => `${entry} of ${seq}`);
    expect(why(events)).toEqual([`asked ${seq} of null`, ...expected]);
  });

  test("are the device's own, where another has an entry at the same address", () => {
    const ofBoth = [
      { ...mapped, page: 2 ** 36 + 0x60, device: 8 },
      { ...mapped, device: 16 },
    ];
    const steps = why([...ofBoth, handleOf8], { source: "imported" });
    expect(steps).toEqual(["asked 3 of null", "iommu 1 of 3"]);
  });

  test("are none of the P2M where physical addresses are machine addresses", () => {
    const steps = why([...entries, { ...hook, ...page }], { physIsMachine: true });
    expect(steps).toEqual(["asked 4 of null", "allocation 2 of 4"]);
  });

  test("are not told twice, nor is who had the page before its allocation", () => {
    expect(why([set, { ...hook, ...page, cause: 1 }])).toEqual([
      ...["asked 2 of null", "cause 1 of 2"],
    ]);
    const again = [
      allocated,
      freed,
      nothing,
      { ...allocated, cause: 3 },
      { ...hook, phys: 0x1000, cause: 4 },
    ];
    expect(why(again)).toEqual(["asked 5 of null", "cause 4 of 5", "cause 3 of 4"]);
  });

  test("are of the page that the nearest step names", () => {
    const named = { ...hook, ...page, cause: null };
    const word = { kind: "gatt.written", entry: 1, word: 1, phys: null, machine: 0x5000, cause: 2 };
    expect(why([set, named, word])).toEqual([...["asked 3 of null", "cause 2 of 3", "p2m 1 of 3"]]);
  });
});

test("a verdict asks for the cause only where the answer depends on it", () => {
  const page = { phys: 1, machine: 2 };
  const at = (addresses: object) => ({ seq: 2, op: -1, event: addresses as Event });
  const read = { kind: "device.read", bus: 9, cause: 1, ...page };
  const asked: number[] = [];
  const verdict = (addresses: object) =>
    verdictIn(
      {
        event(seq) {
          asked.push(seq);
          return undefined;
        },
      },
      at(addresses),
    );
  expect(verdict({ ...read, reached: 2 })).toBe("translated");
  expect(verdict({ ...read, reached: 1 })).toBe("wrong-space");
  expect(verdict({ ...read, reached: 7, cause: null })).toBe("foreign-frame");
  expect(asked).toEqual([]);
  expect(verdict({ ...read, reached: 7 })).toBe("foreign-frame");
  expect(verdict({ ...read, reached: null })).toBe("unknown");
  expect(asked).toEqual([1, 1]);
});
