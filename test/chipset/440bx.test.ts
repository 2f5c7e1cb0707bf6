// 440bx.test.ts - the 440BX as its datasheet and intel-agp.c have it: entries, registers, TLB.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bus, hex, raw } from "../../src/address.ts";
import { intel440bx } from "../../src/chipset/440bx.ts";
import { bdfOf, registerAt, registerNumber } from "../../src/event/register.ts";
import { holding } from "./registers.ts";

const { entry, registers, powerOn } = intel440bx;
const FRAMES = 2 ** 20; // page addresses below 4 GB
const bridgeAt = (offset: number) => registerNumber("config", bdfOf("0000:00:00.0"), offset);
const at = (offset: number, word: number, seq = 1) => holding([bridgeAt(offset), { word, seq }]);

describe("a GATT entry", () => {
  test("names any page below 4 GB, and decodes to the page it was made of", () => {
    fc.assert(
      fc.property(fc.nat({ max: FRAMES - 1 }), (frame) => {
        const word = entry.encode(bus(frame * 4096))!;
        expect(word).toBeLessThan(2 ** 32);
        expect(raw(entry.decode(word)!)).toBe(frame * 4096);
      }),
      { examples: [[0], [0xabcd], [0x7ffff], [0x80000], [FRAMES - 1]] },
    );
  });

  test("is the page's address and 0x17, as intel_generic_masks has it", () => {
    expect(hex(entry.encode(bus(0x0abcd000))!)).toBe("0xabcd017");
    expect(hex(entry.encode(bus(0x051f3000))!)).toBe("0x51f3017");
    expect(hex(entry.encode(bus(0xfffff000))!)).toBe("0xfffff017");
    expect(hex(entry.encode(bus(0x0abcdfff))!)).toBe("0xabcd017");
  });

  test("cannot name a page above 4 GB, and does not name another one instead", () => {
    fc.assert(
      fc.property(fc.integer({ min: FRAMES, max: 2 ** 40 - 1 }), (frame) => {
        expect(entry.encode(bus(frame * 4096))).toBeNull();
      }),
      { examples: [[FRAMES]] },
    );
  });

  test("names nothing while it is empty or its valid bit is clear", () => {
    expect(entry.decode(0)).toBeNull();
    expect(entry.decode(0x0abcd016)).toBeNull();
    expect(raw(entry.decode(1)!)).toBe(0);
  });

  test("takes four bytes", () => {
    expect(entry.bytes).toBe(4);
  });
});

describe("a register", () => {
  test("ATTBASE gives the table's base and the write that set it", () => {
    const table = intel440bx.tableBase(at(0xb8, 0x01230000, 42))!;
    expect([raw(table.base), table.seq]).toEqual([0x01230000, 42]);
    expect(raw(intel440bx.tableBase(at(0xb8, 0xfffff123))!.base)).toBe(0xfffff000);
  });

  test("APBASE gives the aperture's base without the bits that say what kind of BAR it is", () => {
    expect(raw(intel440bx.apertureBase(at(0x10, 0xe0000008))!)).toBe(0xe0000000);
  });

  test("nobody wrote or read yet says nothing", () => {
    expect(intel440bx.tableBase(holding())).toBeNull();
    expect(intel440bx.apertureBase(at(0xb8, 0x01230000))).toBeNull();
  });

  test("stands where the datasheet has it", () => {
    const offsets = registers.map(
      ({ name, number }) => `${name} ${hex(registerAt(number).offset)}`,
    );
    expect(offsets).toEqual([
      "APBASE 0x10",
      "NBXCFG 0x50",
      "ERRSTS1 0x92",
      "AGPSTAT 0xa4",
      "AGPCMD 0xa8",
      "AGPCTRL 0xb0",
      "APSIZE 0xb4",
      "ATTBASE 0xb8",
    ]);
  });

  test("APBASE shows the reference machine's aperture at power-on", () => {
    const shown = powerOn.find(({ offset }) => offset === 0x10);
    expect(shown).toEqual({ device: "0000:00:00.0", offset: 0x10, width: 4, value: 0xe0000008 });
  });
});

describe("the graphics TLB", () => {
  test("is emptied by clearing bit 7 of AGPCTRL, as intel_tlbflush does", () => {
    expect(intel440bx.flushesTlb(bridgeAt(0xb0), 0x2200)).toBe(true);
    expect(intel440bx.flushesTlb(bridgeAt(0xb0), 0)).toBe(true);
  });

  test("is kept when the bit is set again, and by any other register", () => {
    expect(intel440bx.flushesTlb(bridgeAt(0xb0), 0x2280)).toBe(false);
    for (const { name, number } of registers)
      if (name !== "AGPCTRL") expect(intel440bx.flushesTlb(number, 0), name).toBe(false);
    const cards = registerNumber("config", bdfOf("0000:01:00.0"), 0xb0);
    expect(intel440bx.flushesTlb(cards, 0)).toBe(false);
  });
});
