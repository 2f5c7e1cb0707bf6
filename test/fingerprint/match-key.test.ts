// match-key.test.ts - what of an event counts when two runs are compared: all but where frames lie.

import { describe, expect, test } from "vitest";

import { chipsetCalled } from "../../src/chipset/index.ts";

import { bdfOf, registerNumber } from "../../src/event/register.ts";
import { encodeRow, FunctionNames, ROW_WIDTH, type Row, textsOf } from "../../src/event/row.ts";
import { declarationOf, type Event, kindNames } from "../../src/event/vocabulary.ts";
import {
  FRAME_DEPENDENT_FACTS,
  INVALID_ENTRY,
  isAccessKind,
  isPlatforms,
  MatchKeys,
  resultText,
} from "../../src/fingerprint/match-key.ts";
import { sampleOf } from "../event/generated.ts";

/** The key of an event, its row standing behind another one. */
function keyOf(event: object, keys = new MatchKeys(null)): number {
  const row: Row = Array<null>(2 * ROW_WIDTH).fill(null);
  const whole = { actor: "driver", ...event } as unknown as Event;
  const filled = encodeRow(row, ROW_WIDTH, 9, 1, whole, new FunctionNames());
  keys.read(row, ROW_WIDTH, filled, kindNames.indexOf(whole.kind), textsOf(whole).note);
  return keys.key;
}

const isSpecial = (kind: string) =>
  ["hook.called", "table.remapped", "fault.raised"].includes(kind);

describe.each(kindNames.filter((kind) => !isSpecial(kind)))("the key of %s", (kind) => {
  const { event } = sampleOf(kind);
  const key = keyOf(event);
  const fields = Object.entries(declarationOf(kind).fields).filter(([name]) => name in event);
  const other = (name: string): object => {
    const { names } = declarationOf(kind).fields[name]!;
    const value = (event as unknown as { [name: string]: unknown })[name];
    const changed = names?.find((one) => one !== value);
    return { ...event, [name]: changed ?? (typeof value === "number" ? value ^ 1 : "another") };
  };

  test("stays where frames lie elsewhere, and changes with anything else that the event says", () => {
    for (const [name, field] of fields) {
      if (field.in.startsWith("op.") || name === "word") continue;
      // A register's bus address says that its word is one.
      if (name === "bus" && kind === "register.written") continue;
      if (field.frameDependent) expect(keyOf(other(name)), name).toBe(key);
      else expect(keyOf(other(name)), name).not.toBe(key);
    }
  });

  test("stays whoever does it, where, when and why", () => {
    const elsewhere = { ...event, place: "probe", at: 77, cause: 3 };
    expect(keyOf(elsewhere)).toBe(key);
  });

  test("changes with the upper half of a number as well", () => {
    for (const [name, { in: column, frameDependent }] of fields)
      if (["size", "position", "lba"].includes(column) && !frameDependent)
        expect(keyOf({ ...event, [name]: 2 ** 40 + 1 })).not.toBe(
          keyOf({ ...event, [name]: 2 ** 41 + 1 }),
        );
  });
});

test("keys of different kinds differ", () => {
  const keys = kindNames.map((kind) => keyOf({ kind }));
  // A hook that says nothing has no direction.
  expect(new Set(keys).size).toBe(kindNames.length);
});

describe("a hook's key", () => {
  const hook = (hook: string, rest: object = {}) => keyOf({ kind: "hook.called", hook, ...rest });

  test.each([
    [
      "virt_to_phys",
      ["virt_to_bus", "virt_to_gart", "virt_to_fsb", "agp_virt_to_phys", "page_to_phys"],
    ],
    ["phys_to_virt", ["bus_to_virt", "gart_to_virt", "fsb_to_virt"]],
  ])("is that of %s for each that leads the same way, whatever it returns", (one, others) => {
    for (const other of others) expect(hook(other, { bus: 0x1000 })).toBe(hook(one));
  });

  test("is another the other way", () => {
    expect(hook("virt_to_gart")).not.toBe(hook("gart_to_virt"));
  });
});

describe("the key of a remapping", () => {
  const remap = (of: string) => keyOf({ kind: "table.remapped", function: of, page: 5, size: 1 });
  const fault = (fault: string, text?: string) => keyOf({ kind: "fault.raised", fault, text });

  test("is that of its function, and is the same where it is refused", () => {
    expect(remap("ioremap_nocache")).not.toBe(remap("ioremap"));
    expect(fault("foreign-ram", "ioremap_nocache")).toBe(remap("ioremap_nocache"));
  });

  test("that ends is one of its own, and so is any other fault, by its name and its words", () => {
    const keys = [
      ...[remap("iounmap"), remap("ioremap"), remap("ioremap_nocache"), fault("oops")],
      ...[fault("no-memory"), fault("oops", "memset"), fault("oops", "memcpy")],
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("the key of an access", () => {
  const read = (actor: string, at?: number) => keyOf({ kind: "device.read", actor, bus: at });

  test("of the card has its place in the smallest aperture, wherever the aperture lies", () => {
    expect(read("card", 0xe0042000)).toBe(read("card", 0xd0042000));
    expect(read("card", 0xe0042000)).toBe(read("card", 0xe0442000));
    expect(read("card", 0xe0042000)).not.toBe(read("card", 0xe0043000));
    expect(read("card", 0)).not.toBe(read("card"));
  });

  test("of any other device is the same wherever it goes, for its addresses are the kernel's", () => {
    expect(read("device", 0x1000)).toBe(read("device", 0x7654000));
    expect(read("device", 0x1000)).toBe(read("device"));
  });
});

describe("of a raw word", () => {
  const bx = chipsetCalled("intel-440bx");
  const entry = (word: number, keys: MatchKeys, kind = "gatt.written") =>
    keyOf({ kind, entry: 3, frame: 8, word }, keys);

  test("an entry's flags count, and not the page it names", () => {
    const keys = new MatchKeys(bx);
    expect(entry(0x51f3017, keys)).toBe(entry(0x7654017, keys));
    expect(entry(0x51f3017, keys)).not.toBe(entry(0x51f3013, keys));
    expect(entry(0x51f3017, keys)).not.toBe(entry(0, keys));
    expect(entry(0x1000, keys)).not.toBe(entry(0, keys));
  });

  test("an entry is taken apart as its chipset does, in the table and outside", () => {
    const keys = new MatchKeys(chipsetCalled("u3"));
    for (const kind of ["gatt.written", "gatt.read", "outside.written", "outside.read"]) {
      expect(entry(2 ** 31 + 5, keys, kind)).toBe(entry(2 ** 31 + 77, keys, kind));
      expect(entry(2 ** 31 + 5, keys, kind)).not.toBe(entry(5, keys, kind));
    }
  });

  test("where no chipset is known, what stands below a page's address counts", () => {
    const keys = new MatchKeys(null);
    expect(entry(2 ** 31 + 5, keys)).toBe(entry(0x7000 + 5, keys));
    expect(entry(0x7005, keys)).not.toBe(entry(0x7006, keys));
  });

  test.each(["directory.written", "directory.read", "scratch-directory.written"])(
    "the flags of %s count, and not the page it names",
    (kind) => {
      const word = (word: number) => keyOf({ kind, entry: 3, word }, new MatchKeys(bx));
      expect(word(0x456001)).toBe(word(0x7001));
      expect(word(0x456001)).not.toBe(word(0x456003));
      expect(word(0x456000)).not.toBe(word(0));
    },
  );

  const ATTBASE = registerNumber("config", bdfOf("0000:00:00.0"), 0xb8);
  const written = (word: number, keys: MatchKeys, rest: object = {}) =>
    keyOf({ kind: "register.written", register: ATTBASE, size: 4, word, ...rest }, keys);
  const readBack = (word: number, keys: MatchKeys) =>
    keyOf({ kind: "register.read", register: ATTBASE, size: 4, word }, keys);

  test("a register's counts whole", () => {
    const keys = new MatchKeys(bx);
    expect(written(0x1230000, keys)).not.toBe(written(0x1240000, keys));
    expect(readBack(0x1230000, keys)).not.toBe(readBack(0x1240000, keys));
  });

  test("a table's base does not, from its first write on, but for the bits below the address", () => {
    const keys = new MatchKeys(bx);
    const base = written(0x1230000, keys, { bus: 0x1230000 });
    expect(written(0x4560000, keys, { bus: 0x4560000 })).toBe(base);
    expect(written(0x1230080, keys, { bus: 0x1230000 })).not.toBe(base);
    expect(readBack(0x1230000, keys)).toBe(readBack(0x4560000, keys));
    expect(readBack(0x1230000, keys)).not.toBe(readBack(0x1230001, keys));
    const other = registerNumber("config", bdfOf("0000:00:00.0"), 0xb0);
    const beside = (word: number) =>
      keyOf({ kind: "register.read", register: other, size: 4, word }, keys);
    expect(beside(0x1000)).not.toBe(beside(0x2000));
  });

  test("a table's base that stands shifted in its word does not count at all", () => {
    const keys = new MatchKeys(chipsetCalled("amd64"));
    const base = written(0x1230, keys, { bus: 0x1230000 });
    expect(written(0x4561, keys, { bus: 0x4561000 })).toBe(base);
    expect(readBack(0x1230, keys)).toBe(readBack(0x9999, keys));
  });

  test("the part of an address in another register of U3 does not count, nor does its dummy page", () => {
    const keys = new MatchKeys(chipsetCalled("u3"));
    const at = (offset: number, word: number) => {
      const register = registerNumber("config", bdfOf("0000:f0:0b.0"), offset);
      return keyOf({ kind: "register.written", register, size: 4, word }, keys);
    };
    for (const offset of [0x90, 0xa4]) expect(at(offset, 1)).toBe(at(offset, 2));
    expect(at(0x94, 1)).not.toBe(at(0x94, 2));
  });

  test("of another chipset, a register that gets an address is like any other that does", () => {
    const base = (register: number, word: number, rest: object = { bus: 0x1000 }) =>
      keyOf(
        { kind: "register.written", register, size: 4, word, ...rest },
        new MatchKeys(bx, false),
      );
    expect(base(0x10, 0x1000)).toBe(base(0x90, 0x2001));
    expect(base(0x10, 0x1000, {})).not.toBe(base(0x90, 0x1000, {}));
    expect(base(0x10, 0x1000)).not.toBe(base(0x10, 0x1000, {}));
    const read = (register: number) =>
      keyOf(
        { kind: "register.read", register, size: 4, word: 1, bus: 1 },
        new MatchKeys(bx, false),
      );
    expect(read(0x10)).not.toBe(read(0x90));
  });
});

test("of an op's result all counts but what says where frames lie", () => {
  expect(resultText({ ret: 0, slot: "a", memory: ["0x1000"], none: null })).toBe(
    'ret=0;slot="a";none=null;',
  );
  const framed = Object.fromEntries([...FRAME_DEPENDENT_FACTS].map((fact) => [fact, "0x1000"]));
  expect(resultText({ ...framed, ret: 1 })).toBe("ret=1;");
  expect([...FRAME_DEPENDENT_FACTS].sort()).toEqual([
    ...["entry0_addr", "gatt_bus_addr", "gatt_crc32", "gatt_dump", "handles", "hw_first_bad"],
    ...["memory", "physical", "scratch_page", "scratch_page_real"],
  ]);
});

test("what only a platform or only a device does is known by its kind's code", () => {
  const kindsOf = (flags: readonly boolean[]) => kindNames.filter((_, code) => flags[code]);
  expect(kindsOf(isAccessKind)).toEqual(["device.wrote", "device.read"]);
  expect(kindsOf(isPlatforms)).toContain("p2m.set");
  expect(kindsOf(isPlatforms)).not.toContain("gatt.written");
  expect(INVALID_ENTRY).toBe(5);
});
