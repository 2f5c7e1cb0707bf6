// provenance.test.ts - the way back from a number in the hardware to the allocation it is about.

import { describe, expect, test } from "vitest";
import type { Event, Recorded } from "../../src/event/vocabulary.ts";
import { causesOf, verdictIn } from "../../src/replay/provenance.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { alloc, bareRun, bind, driverRun, init, maxOrder } from "../driver-run.ts";
import { memoryTrace } from "../memory-trace.ts";

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
