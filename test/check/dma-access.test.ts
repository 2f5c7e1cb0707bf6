// dma-access.test.ts - a device is caught with a number that nobody mapped for it, or mapped otherwise.

import { expect, test } from "vitest";
import { bus, machine, raw } from "../../src/address.ts";
import { dmaAccess } from "../../src/check/dma-access.ts";
import type { Event, Of } from "../../src/event/vocabulary.ts";
import { setupOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";
import { accessed, capture, told as event, judged, native } from "./judged.ts";
import { changed, imported, type Run, runCheck, runOf } from "./run-check.ts";
import { fault, mapped, unmapped } from "./told.ts";

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

const map = mapped(0x51000, 0x800, 0x61000);
const end = { ...unmapped(0x51000, 0x800), cause: 1 };
const at = (number: number, fields: object = {}) =>
  accessed("device.read", { number, to: 0x61000, cause: 1, size: 64, ...fields });
const blocked = (number: number, fields: object = {}) =>
  at(number, { to: null, frame: null, ...fields });
const lost = event("events.lost", { count: 3 });
const refused = fault("iommu", 0x700, 0x51000);
const early = "unknown 1 from #3: 0x51000:b: may have come before the end of its mapping";
const never = "unknown 1 from #1: 0x51000:b: never mapped since the trace begins";
const misread =
  "0x61000:b: never mapped; it is the kernel's number of the buffer that is mapped at 0x51000:b [wrong-space]";

test.each<[string, Event[], simulated: string[], captured?: string[]]>([
  ["goes through its mapping", [map, at(0x51000)], ["held 1"]],
  ["is the last that it allows", [map, at(0x517c0)], ["held 1"]],
  ["ends behind it", [map, at(0x517c1)], ["#2 content 0x61: 0x517c1:b: past its end"]],
  ["is of a card", [map, at(0x517c1, { actor: "card" })], []],
  [
    "comes when it is over",
    [map, end, at(0x51000)],
    ["#3 content 0x61: 0x51000:b: after unmap"],
    [early],
  ],
  [
    "comes by the end of another mapping",
    [map, { ...end, bus: bus(0x9000), handle: bus(0x9000), cause: 7 }, at(0x51000, { cause: 2 })],
    ["#3 content 0x61: 0x51000:b: after unmap"],
  ],
  [
    "comes when it is over and is refused",
    [map, end, refused, blocked(0x51000)],
    ["#4: 0x51000:b: after unmap; refused at #3"],
  ],
  [
    "comes by no mapping",
    [at(0x51000, { cause: null })],
    ["#1 content 0x61: 0x51000:b: never mapped"],
    [never],
  ],
  [
    "goes through a mapping behind a lost stretch",
    [map, lost, end, map, at(0x51000, { cause: 4 })],
    ["held 1"],
  ],
  [
    "ends behind a mapping that was made behind a lost stretch",
    [lost, map, at(0x517c1, { cause: 2 })],
    ["#3 content 0x61: 0x517c1:b: past its end"],
  ],
  [
    "goes through a mapping that may have ended in a lost stretch",
    [map, lost, at(0x517c1)],
    ["unknown 1 from #3: 0x517c1:b: its mapping may have ended where events were lost"],
  ],
  [
    "comes by an end before a lost stretch, in which it may have been mapped again",
    [map, end, lost, at(0x51000, { cause: 2 })],
    ["unknown 1 from #4: 0x51000:b: its mapping may have ended where events were lost"],
  ],
  [
    "comes by the kernel's number of a buffer that may have ended in a lost stretch",
    [map, lost, at(0x61000, { cause: null })],
    ["unknown 1 from #3: 0x61000:b: never mapped since the trace begins"],
  ],
  [
    "comes by no mapping and is refused",
    [refused, blocked(0x51000, { cause: null })],
    ["#2: 0x51000:b: never mapped; refused at #1"],
  ],
  [
    "comes by the kernel's number",
    [map, at(0x61000, { cause: null })],
    [`#2 content 0x61: ${misread}`],
  ],
  [
    "comes by the kernel's last number of it",
    [map, at(0x617ff, { cause: null })],
    [`#2 content 0x61: ${misread.replace("0x61000", "0x617ff")}`],
  ],
  [
    "comes by the kernel's number behind it",
    [map, at(0x61800, { cause: null })],
    ["#2 content 0x61: 0x61800:b: never mapped"],
    ["unknown 1 from #2: 0x61800:b: never mapped since the trace begins"],
  ],
  [
    "comes by the number of another device's buffer, which is the kernel's own",
    [mapped(0x61000, 0x800, 0x61000), at(0x61000, { cause: null })],
    ["#2 content 0x61: 0x61000:b: never mapped"],
    ["unknown 1 from #2: 0x61000:b: never mapped since the trace begins"],
  ],
  [
    "comes by a number before the kernel's",
    [map, at(0x60fff, { cause: null })],
    ["#2 content 0x61: 0x60fff:b: never mapped"],
    ["unknown 1 from #2: 0x60fff:b: never mapped since the trace begins"],
  ],
  [
    "comes by a number and the kernel's is not known",
    [{ ...map, phys: null }, at(0x0, { cause: null })],
    ["#2 content 0x61: 0x0:b: never mapped"],
    ["unknown 1 from #2: 0x0:b: never mapped since the trace begins"],
  ],
  [
    "is refused though mapped",
    [map, refused, blocked(0x51000)],
    ["#3: 0x51000:b: mapped, and refused at #2"],
  ],
  [
    "is refused behind it though mapped",
    [map, blocked(0x51000), refused],
    ["held 1", "#2: 0x51000:b: refused at #3"],
  ],
  [
    "is refused though mapped, and its page is known",
    [map, refused, blocked(0x51000, { machine: machine(0x61000) })],
    ["held 1"],
  ],
  [
    "is refused behind it though mapped, and its page is known",
    [map, blocked(0x51000, { machine: machine(0x61000) }), refused],
    ["held 1"],
  ],
  [
    "was found wrong before its fault",
    [map, blocked(0x51800), { ...refused, bus: bus(0x51800) }],
    ["#2: 0x51800:b: past its end"],
  ],
  ["is a card's and refused", [map, blocked(0x51000, { actor: "card" }), refused], []],
  [
    "is there and the kernel dies",
    [map, blocked(0x51000), { ...refused, fault: "oops" }],
    ["held 1"],
  ],
])("an access %s", (_, events, simulated, captured = simulated) => {
  expect(judged(dmaAccess, events)).toEqual(simulated);
  expect(judged(dmaAccess, events, capture(native))).toEqual(captured);
});

test.each<[string, Event[], string[]]>([
  [
    "may have come before the end of its mapping",
    [map, end, blocked(0x51000), refused],
    ["#3: 0x51000:b: refused at #4", early],
  ],
  [
    "may have, and its page is known",
    [map, end, blocked(0x51000, { machine: machine(0x61000) }), refused],
    [early],
  ],
  [
    "has no mapping in the trace",
    [blocked(0x51000, { cause: null }), refused],
    ["#1: 0x51000:b: refused at #2", never],
  ],
  [
    "has none, and its page is known",
    [blocked(0x51000, { cause: null, machine: machine(0x61000) }), refused],
    [never],
  ],
])("of a capture, an access that %s, is refused all the same", (_, events, lines) => {
  expect(judged(dmaAccess, events, capture(native))).toEqual(lines);
});
