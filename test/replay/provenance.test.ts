// provenance.test.ts - the way back from a number in the hardware to the allocation it is about.

import { describe, expect, test } from "vitest";
import { u3 } from "../../src/chipset/u3.ts";
import type { Event, Of, Recorded } from "../../src/event/vocabulary.ts";
import { causesOf, type Step, verdictIn, whyOf } from "../../src/replay/provenance.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { alloc, bareRun, bind, driverRun, init, maxOrder } from "../driver-run.ts";
import { setupOf, workloadOf } from "../laws.ts";
import { memoryTrace, recorded } from "../memory-trace.ts";

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
      "cause hook.called null",
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
