// dma-access.test.ts - a device is caught with a number that nobody mapped for it, or mapped otherwise.

import { expect, test } from "vitest";
import { bus, raw } from "../../src/address.ts";
import { dmaAccess } from "../../src/check/dma-access.ts";
import type { Event, Of } from "../../src/event/vocabulary.ts";
import { setupOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";
import { changed, imported, type Run, runCheck, runOf } from "./run-check.ts";

const dom0 = runOf(recorded(setupOf("xen-i386 gart dma")));
type Access = Of<"device.read"> | Of<"device.wrote">;
const isAccess = (event: Event): event is Access =>
  event.kind === "device.read" || event.kind === "device.wrote";

/** Streaming: mapped for one direction alone. */
const streamed = dom0.events.find(({ event }) => {
  const { cause } = event;
  const made = cause == null ? null : dom0.events[cause - 1]!.event;
  return isAccess(event) && made?.kind === "dma.mapped" && made.direction !== "coherent";
})!;

/** What the check says where one access is otherwise. */
const saidOf = (run: Run, change: (access: Access) => Event) => {
  const other = changed(run, (event, seq) =>
    seq === streamed.seq && isAccess(event) ? change(event) : event,
  );
  return runCheck(dmaAccess, other).findings.map(({ seq, says, verdict }) => ({
    seq,
    says,
    verdict,
  }));
};

const { seq } = streamed;
const told = streamed.event as Access;

test("a right run has nothing of the kind", () => {
  expect(runCheck(dmaAccess, dom0).count).toBe(0);
});

test("an access by the kernel's own number is in the wrong space", () => {
  const kernels = raw(told.phys!);
  expect(saidOf(dom0, (access) => ({ ...access, cause: null, bus: bus(kernels) }))).toEqual([
    {
      seq,
      says: expect.stringMatching(/never mapped; it is the kernel's number/),
      verdict: "wrong-space",
    },
  ]);
});

test.each([
  ["never mapped", (access: Access) => ({ ...access, cause: null })],
  ["past its end", (access: Access) => ({ ...access, size: 2 ** 20 })],
  ["wrong direction", (access: Access) => ({ ...access, kind: "device.wrote", tag: 1 }) as Event],
  ["after unmap", (access: Access) => ({ ...access, cause: 3 })],
])("an access is told that is %s", (misuse, change) => {
  const says = `0x${raw(told.bus).toString(16)}:b: ${misuse}`;
  expect(saidOf(dom0, change)).toEqual([{ seq, says, verdict: null }]);
});

test("a recording that lacks the mapping makes it undecidable", () => {
  expect(saidOf(imported(dom0), (access) => ({ ...access, cause: null }))).toEqual([]);
});
