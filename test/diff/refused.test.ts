// refused.test.ts - of a log's faults those are told alone whose accesses the op does not hold.

import { expect, test } from "vitest";
import type { Mark } from "../../src/diff/difference.ts";
import { isDeviceFault, LoggedFaults } from "../../src/diff/refused.ts";
import { faults } from "../../src/event/fault.ts";
import { type Event, kindCode } from "../../src/event/vocabulary.ts";
import { accessed } from "../check/judged.ts";
import { fault } from "../check/told.ts";

const refused = fault("iommu", 0x700, 0x1000);
const read = accessed("device.read", { number: 0x1000, to: null });
const wrote = accessed("device.wrote", { number: 0x1000, to: null });

/** The seqs of the faults that an op leaves alone, its events told from #1 on. */
function left(logged: LoggedFaults, ...events: Event[]): number[] {
  for (const [i, event] of events.entries()) {
    const recorded = { seq: i + 1, op: 0, event };
    logged.fault({ seq: i + 1 } as Mark, recorded);
    logged.access(recorded);
  }
  return logged.end().map(({ seq }) => seq);
}

test.each<[string, Event[], number[]]>([
  ["without an access", [refused], [1]],
  ["before its access", [refused, read], []],
  ["behind its access", [wrote, refused], []],
  ["of two with one access", [refused, refused, read], [1]],
  [
    "before an access of another number",
    [refused, { ...read, bus: fault("iommu", 0, 0x2000).bus! }],
    [1],
  ],
])("a fault %s", (_, events, alone) => {
  expect(left(new LoggedFaults(), ...events)).toEqual(alone);
});

test("each op has its own faults and accesses", () => {
  const logged = new LoggedFaults();
  expect(left(logged, refused, refused)).toEqual([1, 2]);
  expect(left(logged, refused)).toEqual([1]);
  expect(left(logged)).toEqual([]);
});

test("hardware refuses by a chipset and by an IOMMU", () => {
  const FAULT = kindCode["fault.raised"];
  expect(faults.filter((_, value) => isDeviceFault(FAULT, value))).toEqual([
    "invalid-entry",
    "iommu",
  ]);
  expect(isDeviceFault(kindCode["gatt.written"], faults.indexOf("iommu"))).toBe(false);
});
