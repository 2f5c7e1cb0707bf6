// verdict.test.ts - each verdict from the machine that earns it, with its numbers.

import Sqlite from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { bus, gattIndex, machine, phys } from "../../src/address.ts";
import { columns } from "../../src/event/field.ts";
import { filledOf } from "../../src/event/row.ts";
import {
  type Addresses,
  addressesOf,
  isAstray,
  isUnproven,
  isWrong,
  leadsTo,
  NO_NUMBER,
  NOWHERE,
  OTHER_FRAME,
  RIGHT,
  rowLeadsTo,
  rowUseLeadsTo,
  UNKNOWN,
  unprovenSql,
  useLeadsTo,
  useOf,
  verdictOf,
  verdicts,
  WRONG_SPACE,
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

describe("truncated", () => {
  const reaches = (machine: number, reached: number | null) =>
    verdictOf(event("gatt.written", { machine, bus: 0x1000, reached }), null);

  test.each([
    ["a page above 4 GB whose entry has 32 bits", 0x123456000, 0x23456000],
    ["one whose upper bits are many", 0xfff23456000, 0x23456000],
    ["one of which 30 bits are left", 0x7fffffff, 0x3fffffff],
    ["the first page above 1 GB, of which nothing is left", 0x40000000, 0],
  ])("is %s", (_, machine, reached) => {
    expect(reaches(machine, reached)).toBe("truncated");
  });

  test.each([
    ["29 bits are left", 0x3fffffff, 0x1fffffff],
    ["a bit was added", 0x23456000, 0x123456000],
    ["a bit in the middle was lost", 0x3c0000000, 0x340000000],
  ])("is not where %s", (_, machine, reached) => {
    expect(reaches(machine, reached)).toBe("foreign-frame");
  });

  test("is also an access that gets nowhere through such an entry", () => {
    const entry = { machine: 0x123456000, bus: 0x23456000, reached: 0x23456000 };
    const read = event("device.read", { ...page, bus: issued });
    expect(verdictOf(read, event("gatt.written", entry))).toBe("truncated");
  });
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

  test("is an access through an entry of which the trace does not say where it led", () => {
    const read = event("device.read", { ...page, bus: issued });
    expect(verdictOf(read, event("gatt.written", page))).toBe("stale");
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

  test("is an access that gets nowhere through an entry that names some other frame", () => {
    const entry = event("gatt.written", { ...page, bus: 0x7777000, reached: 0x7777000 });
    const read = event("device.read", { ...page, bus: issued });
    expect(verdictOf(read, entry)).toBe("foreign-frame");
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
    const high = event("device.read", { machine: 0x40000000, bus: issued });
    expect(verdictOf(high, null)).toBe("unknown");
  });
});

describe("no verdict", () => {
  test("is given where no number was handed to hardware", () => {
    expect(verdictOf(event("page.allocated", page), null)).toBeNull();
    expect(verdictOf(event("gatt.written", {}), null)).toBeNull();
  });

  test("is given to what is no use: a segment kept apart, a register that is read", () => {
    for (const kind of ["bio.split", "register.read", "gatt.read", "iommu.mapped"]) {
      const seen = event(kind, { ...page, bus: 0x0abcd000, reached: 0x0abcd000 });
      expect(verdictOf(seen, null)).toBeNull();
    }
  });
});

describe("where a number leads", () => {
  const leads = [NO_NUMBER, UNKNOWN, RIGHT, WRONG_SPACE, OTHER_FRAME, NOWHERE];
  /** Of an access and of any other event: where it leads, from phys, machine, bus and reached. */
  const rule = [
    [1, 2, null, 2, NO_NUMBER, NO_NUMBER],
    [1, 2, 3, null, NOWHERE, NO_NUMBER],
    [1, null, 3, null, UNKNOWN, NO_NUMBER],
    [1, null, 3, 2, UNKNOWN, UNKNOWN],
    [1, 2, 3, 2, RIGHT, RIGHT],
    [2, 2, 3, 2, RIGHT, RIGHT],
    [1, 2, 3, 1, WRONG_SPACE, WRONG_SPACE],
    [1, 2, 3, 4, OTHER_FRAME, OTHER_FRAME],
    [null, 2, 3, 4, OTHER_FRAME, OTHER_FRAME],
  ] as const;

  test.each(rule)("%j %j %j %j", (phys, machine, bus, reached, ofAccess, ofOther) => {
    const byAddresses = (access: boolean) => leadsTo(access, phys, machine, bus, reached);
    expect([byAddresses(true), byAddresses(false)]).toEqual([ofAccess, ofOther]);
    // The row stands in a batch, and what it does not fill is left from another one.
    const addresses = { phys, machine, bus, reached };
    const row = columns.map((column) => addresses[column as "phys"] ?? null);
    const batch = [0, ...row.map((value) => value ?? 2)];
    const byRow = (access: boolean) => rowLeadsTo(batch, 1, filledOf(row), access);
    expect([byRow(true), byRow(false)]).toEqual([ofAccess, ofOther]);
  });

  /** Of each use: where it leads, from phys, machine, bus and reached. */
  const truncated = 0x100000000;
  const ofUses = [
    ["handed", 1, 2, 3, 2, RIGHT],
    ["handed", 1, 2, 3, null, NO_NUMBER],
    ["access", 1, 2, 3, null, NOWHERE],
    ["access", 1, 2, null, 2, NO_NUMBER],
    ["none", 1, 2, 3, 2, NO_NUMBER],
    ["remapped", null, null, 3, 2, NO_NUMBER],
    ["remapped", 1, null, 3, 2, UNKNOWN],
    ["remapped", null, 2, 3, 2, RIGHT],
    ["remapped", 1, 2, 3, 1, WRONG_SPACE],
    ["returned", 1, 2, null, 2, NO_NUMBER],
    ["returned", 1, null, 3, 2, UNKNOWN],
    ["returned", 1, 2, 2, null, RIGHT],
    ["returned", 2, 2, 2, null, RIGHT],
    ["returned", 1, 2, 1, 2, WRONG_SPACE],
    ["returned", null, 2, 3, 2, UNKNOWN],
    ["returned", 1, truncated + 5, 5, null, OTHER_FRAME],
    ["returned", 1, truncated + 5, truncated, null, UNKNOWN],
  ] as const;

  test.each(ofUses)("of a number that is %s: %j %j %j %j", (use, ...rest) => {
    const [phys, machine, bus, reached, leads] = rest;
    expect(useLeadsTo(use, phys, machine, bus, reached)).toBe(leads);
    const addresses = { phys, machine, bus, reached };
    const row = columns.map((column) => addresses[column as "phys"] ?? null);
    // What the row does not fill is left from another event.
    for (const left of [1, 2, truncated + 5]) {
      const batch = [0, ...row.map((value) => value ?? left)];
      expect(rowUseLeadsTo(batch, 1, filledOf(row), use)).toBe(leads);
    }
  });

  test("is astray at another page or at none, and unproven unless it is the page or no number", () => {
    expect(leads.filter(isAstray)).toEqual([WRONG_SPACE, OTHER_FRAME, NOWHERE]);
    expect(leads.filter(isUnproven)).toEqual([UNKNOWN, WRONG_SPACE, OTHER_FRAME, NOWHERE]);
  });

  test("is searched in SQL by the same rule, of what is a use", () => {
    const database = new Sqlite(":memory:");
    database.exec("CREATE TABLE event (kind, phys, machine, bus, reached)");
    const insert = database.prepare("INSERT INTO event VALUES (?, ?, ?, ?, ?)");
    const kinds = ["device.read", "gatt.written", "bio.split", "hook.called", "table.remapped"];
    for (const [phys, machine, bus, reached] of rule)
      for (const kind of kinds.keys()) insert.run(kind, phys, machine, bus, reached);
    const rows = database.prepare<[], number>(
      `SELECT ${unprovenSql(kinds)} FROM event ORDER BY rowid`,
    );
    const expected = rule.flatMap(([phys, machine, bus, reached]) =>
      kinds.map((kind) => useLeadsTo(useOf(kind), phys, machine, bus, reached)),
    );
    expect(rows.pluck().all().map(Boolean)).toEqual(expected.map(isUnproven));
    database.close();
  });
});

test("wrong is what hardware would not get to its page with", () => {
  const wrong = [
    ...["wrong-space", "truncated", "discontiguous", "stale", "foreign-frame"],
    "outside",
  ];
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
