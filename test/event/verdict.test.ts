// verdict.test.ts - each verdict from the machine that earns it, with its numbers.

import { describe, expect, test } from "vitest";
import { bus, gattIndex, machine, phys } from "../../src/address.ts";
import {
  type Addresses,
  addressesOf,
  isWrong,
  verdictOf,
  verdicts,
} from "../../src/event/verdict.ts";

const event = (kind: string, addresses: Partial<Addresses>): Addresses => ({
  kind,
  virt: null,
  phys: null,
  machine: null,
  bus: null,
  reached: null,
  ...addresses,
});

// A dom0 page: the kernel calls it 0x0abcd000, it is at 0x051f3000.
const page = { phys: 0x0abcd000, machine: 0x051f3000 };
// dom0's table, exchanged for the frames 0x8000 to 0x800f, and its base in ATTBASE.
const table = event("register.written", {
  phys: 0x01230000,
  machine: 0x08000000,
  bus: 0x08000000,
  reached: 0x08000000,
});
const goodEntry = event("gatt.written", { ...page, bus: 0x051f3000, reached: 0x051f3000 });
const badEntry = event("gatt.written", { ...page, bus: 0x0abcd000, reached: 0x0abcd000 });
const issued = 0xe0042000;

describe("identity", () => {
  test("is a GATT entry on a bare PC: all five numbers are one", () => {
    const at = 0x0abcd000;
    const entry = event("gatt.written", { phys: at, machine: at, bus: at, reached: at });
    expect(verdictOf(entry, null)).toBe("identity");
  });

  test("is virt_to_gart's entry under Xen: the number is the machine address", () => {
    expect(verdictOf(goodEntry, null)).toBe("identity");
  });
});

describe("translated", () => {
  test("is a DMA handle that the DART of a G5 leads to the table above 4 GB", () => {
    const at = 0x100040000;
    const mapped = { phys: at, machine: at, bus: 0x60000000, reached: at };
    expect(verdictOf(event("dma.mapped", mapped), null)).toBe("translated");
  });

  test("is a card's access through the aperture that meets the page bound there", () => {
    const read = event("device.read", { ...page, bus: issued, reached: 0x051f3000 });
    expect(verdictOf(read, goodEntry)).toBe("translated");
  });
});

describe("wrong-space", () => {
  test("is virt_to_phys's entry under Xen: a stranger's frame bears the page's own number", () => {
    expect(verdictOf(badEntry, null)).toBe("wrong-space");
  });

  test("is what the card does with it", () => {
    const read = event("device.read", { ...page, bus: issued, reached: 0x0abcd000 });
    expect(verdictOf(read, badEntry)).toBe("wrong-space");
  });

  test("is also an access that gets nowhere through such an entry or such a base", () => {
    const read = event("device.read", { ...page, bus: issued });
    expect(verdictOf(read, badEntry)).toBe("wrong-space");
    const base = { ...table, bus: 0x01230000, reached: 0x01230000 };
    expect(verdictOf(read, base)).toBe("wrong-space");
  });
});

test("truncated is a page above 4 GB whose entry has 32 bits", () => {
  const at = 0x123456000;
  const entry = { phys: at, machine: at, bus: 0x23456000, reached: 0x23456000 };
  expect(verdictOf(event("gatt.written", entry), null)).toBe("truncated");
  const below = { phys: 0x5000, machine: 0x23456000, bus: 0x23456000, reached: 0x23456000 };
  expect(verdictOf(event("gatt.written", below), null)).toBe("identity");
});

describe("discontiguous", () => {
  // Without the exchange dom0's table lies in frames 0x3a41, 0x0f02, ...: its base is right, and the
  // chipset takes whatever follows frame 0x3a41 for the second page.
  const scattered = { ...table, machine: 0x03a41000, bus: 0x03a41000, reached: 0x03a41000 };

  test("is an access for which a right base led past the table's first page", () => {
    const read = event("device.read", { ...page, bus: issued, reached: 0x7777000 });
    expect(verdictOf(read, scattered)).toBe("discontiguous");
    expect(verdictOf({ ...read, reached: null }, scattered)).toBe("discontiguous");
  });
});

describe("stale", () => {
  test("is an entry that was right until the page moved", () => {
    const moved = { phys: 0x0abcd000, machine: 0x08001000, bus: issued, reached: 0x051f3000 };
    expect(verdictOf(event("device.read", moved), goodEntry)).toBe("stale");
  });

  test("is an access through an entry that was emptied, for a page that is still meant", () => {
    const emptied = event("gatt.written", {});
    const read = event("device.read", { ...page, bus: issued });
    expect(verdictOf(read, emptied)).toBe("stale");
  });
});

describe("foreign-frame", () => {
  test("is a DMA handle in U3's table base: unrelated RAM lies at that address", () => {
    const at = 0x100040000;
    const base = { phys: at, machine: at, bus: 0x60000000, reached: 0x60000000 };
    expect(verdictOf(event("register.written", base), null)).toBe("foreign-frame");
  });

  test("is an access whose cause was wrong itself, in another way", () => {
    const read = event("device.read", { ...page, bus: issued, reached: 0x7777000 });
    expect(verdictOf(read, badEntry)).toBe("foreign-frame");
    expect(verdictOf(read, null)).toBe("foreign-frame");
    expect(verdictOf(read, event("hook.called", page))).toBe("foreign-frame");
  });
});

describe("unknown", () => {
  test("is a number whose page the trace does not place", () => {
    const entry = { phys: 0x0abcd000, bus: 0x051f3000, reached: 0x051f3000 };
    expect(verdictOf(event("gatt.written", entry), null)).toBe("unknown");
  });

  test("is an access that gets nowhere, and nothing says why", () => {
    expect(verdictOf(event("device.read", { ...page, bus: issued }), null)).toBe("unknown");
    expect(verdictOf(event("device.wrote", { ...page, bus: issued }), null)).toBe("unknown");
  });
});

describe("no verdict", () => {
  test("is given where no number was handed to hardware", () => {
    expect(verdictOf(event("page.allocated", page), null)).toBeNull();
    expect(verdictOf(event("gatt.written", {}), null)).toBeNull();
  });

  test("is given to a hook's promise, which has reached nothing yet", () => {
    const call = event("hook.called", { ...page, bus: 0x0abcd000 });
    expect(verdictOf(call, null)).toBeNull();
  });
});

test("wrong is what hardware would not get to its page with", () => {
  const wrong = ["wrong-space", "truncated", "discontiguous", "stale", "foreign-frame"];
  expect(verdicts.filter(isWrong)).toEqual(wrong);
  expect(isWrong(null)).toBe(false);
});

test("an event's addresses are its columns, null where it has none", () => {
  const at = { phys: phys(0x0abcd000), machine: machine(0x051f3000), bus: bus(0) };
  const entry = {
    kind: "gatt.written",
    actor: "driver",
    entry: gattIndex(0x42),
    word: 1,
    ...at,
  } as const;
  const expected = event("gatt.written", { ...page, bus: 0 });
  expect(addressesOf(entry)).toEqual(expected);
  expect(addressesOf({ ...entry, reached: null })).toEqual(expected);
  const flush = { kind: "tlb.flushed", actor: "chipset", which: "gart" } as const;
  expect(addressesOf(flush)).toEqual(event("tlb.flushed", {}));
});
