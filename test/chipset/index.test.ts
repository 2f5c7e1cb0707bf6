// index.test.ts - what holds of every chipset, and the worked numbers of those beside the 440BX.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bus, gattIndex, hex, raw } from "../../src/address.ts";
import { amdIrongate } from "../../src/chipset/amd-irongate.ts";
import { amd64s, northbridges } from "../../src/chipset/amd64.ts";
import { atiRs100 } from "../../src/chipset/ati-igp.ts";
import { bareAddress } from "../../src/chipset/bare-address.ts";
import { i810 } from "../../src/chipset/i810.ts";
import { chipsets } from "../../src/chipset/index.ts";
import { intel820 } from "../../src/chipset/intel-8xx.ts";
import { nforce2 } from "../../src/chipset/nforce2.ts";
import { sworksHe } from "../../src/chipset/sworks-he.ts";
import { titan } from "../../src/chipset/titan.ts";
import { u3 } from "../../src/chipset/u3.ts";
import { uninorth, uninorth15 } from "../../src/chipset/uninorth.ts";
import { zx1 } from "../../src/chipset/zx1.ts";
import { bdfOf, registerAt, registerNumber } from "../../src/event/register.ts";
import type { Cell } from "../../src/machine/word-table.ts";
import { holding } from "./registers.ts";

const frame = fc.oneof(fc.nat({ max: 2 ** 20 - 1 }), fc.nat({ max: 2 ** 40 - 1 }));

describe.each(chipsets)("$name", ({ entry, registers, powerOn, devices, bridge, ...chipset }) => {
  const size = entry.reach ?? 4096;

  test("has an entry for every page below 4 GB, and for that at 0 where it has a valid bit", () => {
    const isBare = entry === bareAddress;
    expect(entry.encode(bus(0)) === null).toBe(isBare);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 / size - 1 }), (page) => {
        expect(entry.encode(bus(page * size))).not.toBeNull();
      }),
    );
  });

  test("makes entries that name the page they were made of, or none at all", () => {
    fc.assert(
      fc.property(frame, (page) => {
        const word = entry.encode(bus(page * size));
        if (word === null) return;
        expect(word).toBeLessThan(2 ** (entry.bytes * 8));
        expect(raw(entry.decode(word)!)).toBe(page * size);
      }),
      { numRuns: 300 },
    );
  });

  test("takes an empty word for no page, in entry and directory", () => {
    expect(entry.decode(0)).toBeNull();
    expect(chipset.directory?.decode(0) ?? null).toBeNull();
  });

  test("has registers of its own devices, each once, and the first that may tells the table's base", () => {
    const numbers = registers.map(({ number }) => number);
    expect(new Set(numbers).size).toBe(numbers.length);
    const bdfs = devices.map(({ name }) => bdfOf(name));
    for (const number of numbers) expect(bdfs).toContain(registerAt(number).bdf);
    const holder = registers.find(({ holdsTable }) => holdsTable)!;
    const told = raw(holder.tableIn?.(0x01230000) ?? bus(0x01230000));
    const base = chipset.tableBase(holding([holder.number, { word: 0x01230001, seq: 9 }]));
    expect([raw(base!.base), base!.seq]).toEqual([told, 9]);
    expect(chipset.tableBase(holding())).toBeNull();
  });

  test("has fields within their registers that do not overlap", () => {
    for (const { name, width, fields } of registers) {
      const bits = fields.flatMap(({ bits: [high, low] }) => {
        expect(high, name).toBeGreaterThanOrEqual(low);
        return Array.from({ length: high - low + 1 }, (_, i) => low + i);
      });
      expect(new Set(bits).size, name).toBe(bits.length);
      for (const bit of bits) expect(bit, name).toBeLessThan(width * 8);
    }
  });

  test("holds at power-on whole words of listed devices, its bridge among them", () => {
    const names = devices.map(({ name }) => name);
    expect(names).toContain(bridge.device);
    for (const { device, offset, width, value } of powerOn) {
      expect(names).toContain(device);
      expect(offset % width).toBe(0);
      expect(value).toBeLessThan(2 ** (width * 8));
    }
  });
});

test("each chipset has a name of its own", () => {
  expect(new Set(chipsets.map(({ name }) => name)).size).toBe(chipsets.length);
});

describe("U3", () => {
  const at = (offset: number) => registerNumber("config", bdfOf(u3.bridge.device), offset);
  const [GART_BASE, AGP_BASE, GART_CTRL] = [at(0x8c), at(0x90), at(0x94)];
  const base = (low: number, high: number) =>
    u3.tableBase(holding([GART_BASE, { word: low, seq: 1 }], [AGP_BASE, { word: high, seq: 2 }]))!
      .base;

  test("names a page above 4 GB by its frame and the valid bit", () => {
    expect(hex(u3.entry.encode(bus(0x123456000))!)).toBe("0x80123456");
    expect(hex(u3.entry.decode(0x80123456)!)).toBe("0x123456000");
    expect(u3.entry.decode(0x00123456)).toBeNull();
  });

  test("has its table's base in two registers, and its size in the low bits of one", () => {
    expect(hex(base(0x00040040, 1))).toBe("0x100040000");
    expect(hex(base(0x60000040, 0))).toBe("0x60000000");
  });

  test("empties its TLB when INVAL is set", () => {
    expect(u3.flushesTlb(GART_CTRL, 0x101)).toBe(true);
    expect(u3.flushesTlb(GART_CTRL, 0x100)).toBe(false);
    expect(u3.flushesTlb(AGP_BASE, 1)).toBe(false);
  });
});

test("Irongate's directory word names a page of the table, with the valid bit as its entries have it", () => {
  expect(hex(amdIrongate.directory!.decode(0x00456001)!)).toBe("0x456000");
  expect(amdIrongate.directory!.reach * 896).toBe(0xe0000000);
  expect(hex(amdIrongate.entry.encode(bus(0x00456000))!)).toBe("0x456001");
});

test("the i810's entry is the page and bit 0; bit 1 means local memory, which no bus address names", () => {
  expect(hex(i810.entry.encode(bus(0x0abcd000))!)).toBe("0xabcd001");
  expect(i810.entry.decode(0x0abcd003)).toBeNull();
});

test("VIA, ALi and SiS have the bare address for an entry, so that the page at 0 is no page", () => {
  expect(hex(bareAddress.encode(bus(0x0abcd000))!)).toBe("0xabcd000");
  expect(hex(bareAddress.decode(0x0abcd000)!)).toBe("0xabcd000");
  expect(bareAddress.encode(bus(0))).toBeNull();
  expect(bareAddress.encode(bus(2 ** 32))).toBeNull();
});

describe("AMD64", () => {
  const [single, pair] = amd64s as [(typeof amd64s)[number], (typeof amd64s)[number]];
  const at = (host: string, offset: number) => registerNumber("config", bdfOf(host), offset);
  const [FIRST, SECOND] = northbridges;

  test("keeps bits 39:32 of a page's address in bits 11:4 of its entry", () => {
    expect(hex(single.entry.encode(bus(0x1234567000))!)).toBe("0x34567123");
    expect(hex(single.entry.decode(0x34567123)!)).toBe("0x1234567000");
    expect(hex(single.entry.encode(bus(0x0abcd000))!)).toBe("0xabcd003");
    expect(single.entry.decode(0x34567122)).toBeNull();
  });

  test("names every page below 1 TB, and none above", () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 28 - 1 }), (page) => {
        expect(raw(single.entry.decode(single.entry.encode(bus(page * 4096))!)!)).toBe(page * 4096);
        expect(single.entry.encode(bus((page + 2 ** 28) * 4096))).toBeNull();
      }),
    );
  });

  test("is told its table as bits 39:12, and fetches nothing while GARTEN is clear", () => {
    const told = (control: number) =>
      single.tableBase(
        holding(
          [at(FIRST, 0x98), { word: 0x1410000, seq: 3 }],
          [at(FIRST, 0x90), { word: control, seq: 4 }],
        ),
      );
    expect(hex(told(3)!.base)).toBe("0x141000000");
    expect(told(2)).toBeNull();
  });

  test("shows the card the table and the TLB of its first northbridge", () => {
    expect(pair.tableBase(holding([at(SECOND, 0x98), { word: 0x10000, seq: 3 }]))).toBeNull();
    expect(pair.flushesTlb(at(FIRST, 0x9c), 1)).toBe(true);
    expect(pair.flushesTlb(at(SECOND, 0x9c), 1)).toBe(false);
  });

  test("has its aperture where the northbridge has it, in units of 32 MB", () => {
    const base = single.apertureBase(holding([at(FIRST, 0x94), { word: 0x70, seq: 1 }]));
    expect(hex(base!)).toBe("0xe0000000");
  });
});

test("the 820 keeps no entry as long as nobody sets GTLB_ENABLE, which its driver never does", () => {
  const control = registerNumber("config", bdfOf(intel820.bridge.device), 0xb0);
  const keeps = (word: number) => intel820.keepsEntries!(holding([control, { word, seq: 1 }]));
  expect([keeps(0), keeps(0x80)]).toEqual([false, true]);
});

describe("ServerWorks' HE", () => {
  const register = (name: string) => sworksHe.registers.find((one) => one.name === name)!.number;

  test("counts its directory from the aperture's base, where the others go by the absolute address", () => {
    expect([sworksHe, atiRs100].map(({ directory }) => directory!.relative)).toEqual([true, false]);
  });

  test("shows its size in the bits of the base that stay when all are set", () => {
    expect(hex(sworksHe.keeps!(register("APBASE"), 0xfe000000))).toBe("0xfc000008");
    expect(hex(sworksHe.keeps!(register("APBASE"), 0xe0000008))).toBe("0xe0000008");
  });

  test("is done with a flush at once", () => {
    expect(sworksHe.keeps!(register("DIRFLUSH"), 1)).toBe(0);
    expect(sworksHe.keeps!(register("POSTFLUSH"), 1)).toBe(0);
    expect(sworksHe.keeps!(register("GATTBASE"), 0x1000004)).toBe(0x1000004);
  });
});

test("the nForce2 finds each 64 MB of its aperture by a register of its own, if that is valid", () => {
  const [first, second] = nforce2.registers.filter(({ holdsTable }) => holdsTable);
  const held = holding(
    [first!.number, { word: 0x01000001, seq: 1 }],
    [second!.number, { word: 0x04000001, seq: 2 }],
  );
  const entryAt = (page: number) => {
    const { base, seq } = nforce2.tableBase(held, gattIndex(page))!;
    return [hex(raw(base) + page * 4), seq];
  };
  expect(entryAt(16383)).toEqual(["0x100fffc", 1]);
  expect(entryAt(16384)).toEqual(["0x4000000", 2]);
  expect(nforce2.tableBase(held, gattIndex(2 * 16384))).toBeNull();
  expect(nforce2.tableBase(holding([first!.number, { word: 0x01000000, seq: 1 }]))).toBeNull();
});

test("UniNorth's entry is a page and bit 0, and UniNorth 1.5 speaks AGP 2.0", () => {
  expect(hex(uninorth.entry.encode(bus(0x0abcd000))!)).toBe("0xabcd001");
  const capability = ({ powerOn }: typeof uninorth) => hex(powerOn[0]!.value);
  expect([uninorth, uninorth15].map(capability)).toEqual(["0x100002", "0x200002"]);
});

test("Titan's entry is the number of a page of 8 KB, one place to the left, and bit 0", () => {
  expect(hex(titan.entry.encode(bus(0x0abcc000))!)).toBe("0xabcd");
  expect(hex(titan.entry.decode(0x0abcd)!)).toBe("0xabcc000");
  expect(titan.entry.encode(bus(0x0abcd000))).toBeNull();
  // Set aside for AGP, and not valid.
  expect(titan.entry.decode(0xface)).toBeNull();
});

test("zx1's entry is the page and bit 63, which the I/O MMU's cookie has not", () => {
  const word = zx1.entry.encode(bus(0x0abcd000))!;
  expect(BigInt(word)).toBe(0x8000_0000_0abc_d000n);
  expect(hex(zx1.entry.decode(word)!)).toBe("0xabcd000");
  expect(zx1.entry.decode(0x0000badbadc0ffee)).toBeNull();
});

test.each([zx1, titan])(
  "$name has a table above 4 GB once its base was written whole",
  ({ tableBase }) => {
    const low = { word: 0x41000000, seq: 1 };
    const whole = { word: 0x141000000, seq: 2 };
    const told = (eight: Cell | undefined) =>
      tableBase({ register: (_number, bytes) => (bytes === 8 ? eight : low) })!;
    expect(hex(told(undefined).base)).toBe("0x41000000");
    expect(hex(told(whole).base)).toBe("0x141000000");
  },
);
