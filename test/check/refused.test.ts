// refused.test.ts - a fault and the access that it blocked find each other by the number that the device issued.

import { expect, test } from "vitest";
import type { Access, Blocked, DeviceFault } from "../../src/check/refused.ts";
import {
  isComplaint,
  isDeviceFault,
  isKernelFault,
  isLeakComplaint,
  Refused,
} from "../../src/check/refused.ts";
import { faults } from "../../src/event/fault.ts";
import { accessed } from "./judged.ts";
import { fault } from "./told.ts";

const faultAt = (
  seq: number,
  number: number | null,
  device: number | null = 0x700,
): DeviceFault => ({
  ...{ seq, op: 0, event: fault("iommu", device, number) },
});
const access = (number: number, device: number | null = 0x700, to: number | null = null): Access =>
  accessed("device.read", { number, to, ...(device === null ? {} : { device }) });
const blocked = (seq: number, ...given: Parameters<typeof access>): Blocked => ({
  ...{ seq, op: 0, event: access(...given), isFound: false },
});

/** A place where they meet, and the seqs of the faults that stay alone. */
function meeting() {
  const alone: number[] = [];
  return { alone, refused: new Refused(({ seq }) => alone.push(seq)) };
}

test("a fault is of the access before it, the first of several, once", () => {
  const { refused, alone } = meeting();
  for (const seq of [1, 2]) refused.waits(blocked(seq, 0x1000));
  const seqs = [3, 4, 5].map((seq) => refused.fault(faultAt(seq, 0x1000))?.seq ?? null);
  expect(seqs).toEqual([1, 2, null]);
  refused.end();
  expect(alone).toEqual([5]);
});

// A card sends from one buffer again and again, and what could not be judged waits for a fault.
test("a fault is of no access from before the mapping of its address was made, or ended", () => {
  const { refused, alone } = meeting();
  for (const seq of [1, 5]) refused.waits(blocked(seq, 0x1000));
  const of = (fault: DeviceFault): DeviceFault => ({
    ...fault,
    event: { ...fault.event, cause: 3 },
  });
  const seqs = [6, 7].map((seq) => refused.fault(of(faultAt(seq, 0x1000)))?.seq ?? null);
  expect(seqs).toEqual([5, null]);
  refused.end();
  expect(alone).toEqual([7]);
});

test("a fault that a device logs is of the last access, and those before it met none", () => {
  const { refused, alone } = meeting();
  for (const seq of [1, 2]) refused.waits(blocked(seq, 0x1000));
  const logged = (seq: number): DeviceFault => ({
    ...faultAt(seq, 0x1000),
    event: { ...fault("iommu", 0x700, 0x1000), actor: "device" },
  });
  expect([3, 4].map((seq) => refused.fault(logged(seq))?.seq ?? null)).toEqual([2, null]);
  expect(refused.faultOf({ ...access(0x1000), cause: 5 })).toBeNull();
  expect(refused.faultOf({ ...access(0x1000), cause: 3 })?.seq).toBe(4);
  expect(alone).toEqual([]);
});

test("an access is of the fault before it, once", () => {
  const { refused, alone } = meeting();
  expect(refused.fault(faultAt(1, 0x1000))).toBeNull();
  expect(refused.faultOf(access(0x1000))?.seq).toBe(1);
  expect(refused.faultOf(access(0x1000))).toBeNull();
  refused.end();
  expect(alone).toEqual([]);
});

test.each([
  ["another number", access(0x2000)],
  ["another device", access(0x1000, 0x800)],
  ["no refusal", access(0x1000, 0x700, 0x51000)],
  ["a number that is not told", { ...access(0x1000), bus: null } as unknown as Access],
])("a fault is not of an access of %s", (_, other) => {
  const { refused, alone } = meeting();
  refused.waits({ ...blocked(1, 0x1000), event: other });
  expect(refused.fault(faultAt(2, 0x1000))).toBeNull();
  expect(refused.faultOf(other)).toBeNull();
  refused.end();
  expect(alone).toEqual([2]);
});

test.each([
  ["the access", access(0x1000, null), faultAt(2, 0x1000)],
  ["the fault", access(0x1000), faultAt(2, 0x1000, null)],
])("where %s names no device, the number alone tells", (_, event, fault) => {
  const { refused } = meeting();
  refused.waits({ ...blocked(1, 0x1000), event });
  expect(refused.fault(fault)?.seq).toBe(1);
  expect(refused.fault(fault)).toBeNull();
  expect(refused.faultOf(event)?.seq).toBe(2);
});

test("of two devices that issue one number each has its own", () => {
  const { refused } = meeting();
  refused.waits(blocked(1, 0x1000, 0x700));
  refused.waits(blocked(2, 0x1000, 0x800));
  expect(refused.fault(faultAt(3, 0x1000, 0x800))?.seq).toBe(2);
  expect(refused.fault(faultAt(4, 0x1000, 0x700))?.seq).toBe(1);
});

test("a fault stays alone where it tells no number, or another of its number follows", () => {
  const { refused, alone } = meeting();
  expect(refused.fault(faultAt(1, null))).toBeNull();
  for (const seq of [2, 3]) refused.fault(faultAt(seq, 0x1000));
  expect(alone).toEqual([1, 2]);
  expect(refused.faultOf(access(0x1000))?.seq).toBe(3);
});

test("of many that wait the first are given up: 64 of a number, and 4096 numbers", () => {
  const { refused, alone } = meeting();
  for (let i = 1; i <= 65; i++) refused.waits(blocked(i, 0x1000));
  const alike = [];
  for (let i = 0; i < 65; i++) alike.push(refused.fault(faultAt(0, 0x1000))?.seq ?? null);
  expect(alike).toEqual([...Array.from({ length: 64 }, (_, i) => i + 2), null]);
  refused.end();
  expect(alone.splice(0)).toEqual([0]);

  for (let i = 1; i <= 4097; i++) refused.waits(blocked(i, i * 16));
  expect([1, 2, 4097].map((i) => refused.fault(faultAt(0, i * 16))?.seq ?? null)).toEqual([
    null,
    2,
    4097,
  ]);
  refused.end();
  alone.splice(0);

  for (let i = 1; i <= 4097; i++) refused.fault(faultAt(i, i * 32 + 0x100000));
  expect(alone).toEqual([1]);
  refused.end();
  expect(alone).toEqual(Array.from({ length: 4097 }, (_, i) => i + 1));
});

test("what is refused is told from what dies and from what is complained of", () => {
  const kinds = (is: (event: DeviceFault["event"]) => boolean) =>
    faults.filter((kind) => is(fault(kind, null, null)));
  expect(kinds(isDeviceFault)).toEqual(["invalid-entry", "iommu"]);
  expect(kinds(isKernelFault)).toEqual(["oops", "blocked", "panic"]);
  expect(kinds(isComplaint)).toEqual(["dma-api"]);
  const text = "device driver has pending DMA allocations while released from device [count=1]";
  expect(isLeakComplaint({ ...fault("dma-api", 0x700, null), text })).toBe(true);
  expect(isLeakComplaint({ ...fault("oops", 0x700, null), text })).toBe(false);
  expect(isLeakComplaint({ ...fault("dma-api", 0x700, null), text: null })).toBe(false);
});
