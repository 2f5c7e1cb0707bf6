// register.test.ts - a register has one number, made of its space, its device and its offset.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bdfOf,
  deviceOf,
  registerAt,
  registerName,
  registerNumber,
} from "../../src/event/register.ts";

const where = fc.constantFrom("config" as const, "mmio" as const);
const bdf = fc.nat({ max: 0xffff });
const offset = fc.nat({ max: 0xfffff });

describe("a register's number", () => {
  test("gives back what it is made of", () => {
    fc.assert(
      fc.property(where, bdf, offset, (space, device, at) => {
        const number = registerNumber(space, device, at);
        expect(registerAt(number)).toEqual({ where: space, bdf: device, offset: at });
      }),
      {
        examples: [
          ["mmio", 0xffff, 0xfffff],
          ["config", 0, 0],
        ],
      },
    );
  });

  test("leaves room for the subject that is made of it", () => {
    expect(registerNumber("mmio", 0xffff, 0xfffff)).toBe(2 ** 37 - 1);
  });

  test("is what the view of a trace file takes apart", () => {
    expect(registerNumber("config", 0, 0xb8)).toBe(0xb8);
    expect(registerNumber("config", 0x100, 0xf4)).toBe(0x100000f4);
    expect(registerNumber("mmio", 0, 4)).toBe(0x1000000004);
  });
});

describe("a PCI device", () => {
  test("is a number and a name at once", () => {
    fc.assert(
      fc.property(bdf, (device) => {
        expect(bdfOf(deviceOf(device))).toBe(device);
      }),
    );
  });

  test("is counted by bus, device and function", () => {
    expect(bdfOf("0000:00:00.0")).toBe(0);
    expect(bdfOf("0000:01:05.3")).toBe(0x100 + 5 * 8 + 3);
    expect(deviceOf(0xffff)).toBe("0000:ff:1f.7");
  });
});

test("a register is called by its device and offset", () => {
  expect(registerName(registerNumber("config", bdfOf("0000:00:00.0"), 0xb8))).toBe(
    "0000:00:00.0+0xb8",
  );
  expect(registerName(registerNumber("mmio", bdfOf("0000:01:00.0"), 0x100))).toBe(
    "mmio:0000:01:00.0+0x100",
  );
});
