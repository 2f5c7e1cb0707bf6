// why.test.ts - from a number in the hardware to the page, and to the entries that decided where it leads.

import { describe, expect, test } from "vitest";
import { u3 } from "../../src/chipset/u3.ts";
import type { Event, Of, Recorded } from "../../src/event/vocabulary.ts";
import { type Step, whyOf } from "../../src/replay/provenance.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { setupOf, workloadOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";

const workload = workloadOf(
  { op: "init" },
  { op: "alloc", slot: 0, pages: 2 },
  { op: "bind", slot: 0, pg_start: 0 },
);
const last = (trace: Trace, is: (event: Event) => boolean): Recorded =>
  [...trace.events()].findLast(({ event }) => is(event))!;
const told = (steps: readonly Step[]) =>
  steps.map(({ role, recorded, verdict }) => `${role} ${recorded.event.kind} ${verdict}`);

describe("under Xen", () => {
  const trace = recorded(setupOf("xen-i386 gart", { workload }));

  test("a read of the card goes back to its page, and to the page's P2M entry", () => {
    const steps = whyOf(
      trace,
      last(trace, ({ kind }) => kind === "device.read"),
    );
    expect(told(steps)).toEqual([
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
    const base = last(trace, (event) => event.kind === "register.written" && event.bus != null);
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
  const trace = recorded(setupOf("ppc64-g5 dma-handle", { workload, chipset: u3 }));
  const base = last(trace, (event) => event.kind === "register.written" && event.bus != null);
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
  const trace = recorded(setupOf("native-i386 legacy", { workload }));
  const steps = whyOf(
    trace,
    last(trace, ({ kind }) => kind === "device.read"),
  );
  expect(steps.map(({ role }) => role)).toEqual(["asked", "cause", "cause", "cause"]);
});
