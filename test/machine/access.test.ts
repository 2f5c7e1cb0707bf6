// access.test.ts - a device may touch the bytes of a mapping, in its direction and while it lasts, and no others.

import { expect, test } from "vitest";
import { bus } from "../../src/address.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { accessFault, LiveMappings } from "../../src/machine/access.ts";

const START = 0x60000;
type Access = Parameters<typeof accessFault>[0];
const access = (kind: "device.read" | "device.wrote", at: number, size?: number) =>
  ({ kind, actor: "device", bus: bus(at), size }) as Access;
/** A buffer of 512 bytes mapped at START, or its end. */
const buffer = (kind: "dma.mapped" | "dma.unmapped", direction = "bidirectional") =>
  ({ kind, actor: "kernel", handle: bus(START), bus: bus(START), direction, size: 512 }) as Event;

test.each([
  ["from its first byte on", START, 4, null],
  ["to its last byte", START + 508, 4, null],
  ["as a whole", START, 512, null],
  ["but no byte before it", START - 1, 4, "past its end"],
  ["nor any behind it", START + 509, 4, "past its end"],
  ["of unknown size at its last byte", START + 511, undefined, null],
  ["but none of unknown size behind that", START + 512, undefined, "past its end"],
])("a mapping lets a device touch it %s", (_, at, size, fault) => {
  for (const kind of ["device.read", "device.wrote"] as const)
    expect(accessFault(access(kind, at, size), buffer("dma.mapped"))).toBe(fault);
});

test.each([
  ["coherent", null, null],
  ["bidirectional", null, null],
  ["to-device", null, "wrong direction"],
  ["from-device", "wrong direction", null],
])(
  "a %s mapping says whether a device may read and whether it may write",
  (direction, read, wrote) => {
    const mapped = buffer("dma.mapped", direction);
    expect(accessFault(access("device.read", START, 4), mapped)).toBe(read);
    expect(accessFault(access("device.wrote", START, 4), mapped)).toBe(wrote);
  },
);

test("a device may touch nothing after the unmapping, and nothing that was never mapped", () => {
  const read = access("device.read", START, 4);
  expect(accessFault(read, buffer("dma.unmapped"))).toBe("after unmap");
  expect(accessFault(read, null)).toBe("never mapped");
  expect(accessFault(read, { kind: "tlb.flushed", actor: "cpu", which: "cpu" })).toBe(
    "never mapped",
  );
});

test("mappings that are alike at one handle are each in force, in the op that made them, until each ends", () => {
  const mappings = new LiveMappings();
  const made = [
    { seq: 1, op: 0, size: 512 },
    { seq: 2, op: 0, size: 512 },
    { seq: 3, op: 1, size: 512 },
    { seq: 4, op: 1, size: 256 },
  ];
  for (const { seq, op, size } of made)
    mappings.see(seq, op, { ...buffer("dma.mapped"), at: seq, size } as Event);
  expect([...mappings.live].map(([seq, { event, op }]) => ({ seq, op, size: event.size }))).toEqual(
    made,
  );
  // One event stands for those that are alike, so that what never ends takes little memory.
  const [first, second, third, fourth] = [...mappings.live.values()].map(({ event }) => event);
  expect(second).toBe(first);
  expect(third).toBe(first);
  expect(fourth).not.toBe(first);
  mappings.see(5, 1, { ...buffer("dma.unmapped"), cause: 2 } as Event);
  expect(mappings.ended).toMatchObject({ seq: 2, op: 0, wasMapped: true });
  expect([...mappings.live].map(([seq]) => seq)).toEqual([1, 3, 4]);
});
