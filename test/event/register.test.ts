// register.test.ts - a register has one number, made of its space, its device and its offset.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bdfOf,
  deviceOf,
  mmioNumber,
  msrNumber,
  registerAt,
  registerName,
  registerNamed,
  registerNumber,
} from "../../src/event/register.ts";

const where = fc.constantFrom("config" as const, "mmio" as const);
const bdf = fc.nat({ max: 0x7ff_ffff });
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
    expect(registerNumber("mmio", 0x7ff_ffff, 0xfffff)).toBe(2 ** 48 - 1);
  });

  test("is another one in another PCI domain, whose bits are not those of memory-mapped registers", () => {
    expect(registerNumber("config", bdfOf("0001:00:00.0"), 0)).toBe(2 ** 37);
    expect(registerNumber("mmio", bdfOf("0000:00:00.0"), 0)).toBe(2 ** 36);
    expect(() => registerNumber("config", bdfOf("0800:00:00.0"), 0)).toThrow(
      "0800:00:00.0: no PCI domain above 07ff is known",
    );
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

test("a register is found by the name that it is printed with", () => {
  fc.assert(
    fc.property(where, bdf, offset, (space, device, at) => {
      const register = registerNumber(space, device, at);
      expect(registerNamed(registerName(register))).toBe(register);
    }),
  );
  expect(registerName(msrNumber(0xc0010018))).toBe("msr:0xc0010018");
  expect(registerNamed("msr:0xc0010018")).toBe(msrNumber(0xc0010018));
});

describe("a memory-mapped register", () => {
  const card = bdfOf("0000:01:00.0");
  const [MB, GB, TB] = [2 ** 20, 2 ** 30, 2 ** 40];

  test.each([
    ["the last byte of a device's first megabyte", card, MB - 1, "mmio:0000:01:00.0+0xfffff"],
    ["the first byte after it", card, MB, "mmio:0000:01:00.0+0x100000"],
    ["the last byte of its 2 GB", card, 2 * GB - 1, "mmio:0000:01:00.0+0x7fffffff"],
    ["the last device's last byte", 0xffff, 2 * GB - 1, "mmio:0000:ff:1f.7+0x7fffffff"],
    ["the first byte after 2 GB", card, 2 * GB, "mmio:0xfebc0000"],
    ["another domain's first megabyte", 0x10008, MB - 1, "mmio:0001:00:01.0+0xfffff"],
    ["another domain's second megabyte", 0x10000, MB, "mmio:0xfebc0000"],
  ])(
    "is named by device and byte, where a number has room for both: %s",
    (_, bdf, offset, name) => {
      const register = mmioNumber({ bdf, offset }, 0xfebc0000)!;
      expect(registerName(register)).toBe(name);
      expect(registerNamed(name)).toBe(register);
    },
  );

  test("past the first megabyte gives back its device and its byte", () => {
    const register = mmioNumber({ bdf: card, offset: 0x30_0123 }, 0)!;
    expect(registerAt(register)).toEqual({ where: "mmio", bdf: card, offset: 0x30_0123 });
  });

  test.each([
    [0, "mmio:0x0"],
    [0xfebc0000, "mmio:0xfebc0000"],
    [64 * TB - 1, "mmio:0x3fffffffffff"],
  ])("of no known device is named by its address: %d", (address, name) => {
    const register = mmioNumber(null, address)!;
    expect(registerName(register)).toBe(name);
    expect(registerNamed(name)).toBe(register);
  });

  test("at 64 TB and above has no number, nor has a name of such an address", () => {
    expect(mmioNumber(null, 64 * TB)).toBeNull();
    expect(registerNamed("mmio:0x400000000000")).toBeNull();
  });

  test("of a device past 2 GB is found by its address alone", () => {
    expect(registerNamed("mmio:0000:01:00.0+0x80000000")).toBeNull();
  });
});

test("the last of a processor's registers is told from the memory after it, and the first from a device's", () => {
  expect(registerName(msrNumber(0xffffffff))).toBe("msr:0xffffffff");
  expect(registerName(msrNumber(0))).toBe("msr:0x0");
  expect(registerName(registerNumber("mmio", 0x7ff_ffff, 0xfffff))).toBe(
    "mmio:07ff:ff:1f.7+0xfffff",
  );
  expect(registerNamed("msr:0xffffffff")).toBe(msrNumber(0xffffffff));
});

test.each([
  ...["ATTBASE", "0000:00:00.0", "0000:00:00.0+b8", "0000:00:00.0+0x", "0000:00:00.0+0xB8"],
  ...["0000:00:20.0+0x0", "0000:00:00.8+0x0", "000:00:00.0+0x0", "0000:0:00.0+0x0"],
  ...["0000:00:00.0+0x100000", "00000:00:00.0+0x0", "0000:00:00.0+0x0 ", "io:0000:00:00.0+0x0"],
  ...["msr:18", "msr:0x", "msr:0x1g", "msr:0x123456789", "a msr:0x18"],
  ...["msr:0x18 ", "mmio:0x", "mmio:0xg", "mmio:0x1234567890abc", "a mmio:0x18", "mmio:0x18 "],
  ...["a mmio:0000:00:00.0+0x0", "0000:00:00.0+0x123456789", "0000:00:1g.0+0x0"],
])("%s is the name of no register", (text) => {
  expect(registerNamed(text)).toBe(null);
});

test("a register is called by its device and offset", () => {
  expect(registerName(registerNumber("config", bdfOf("0000:00:00.0"), 0xb8))).toBe(
    "0000:00:00.0+0xb8",
  );
  expect(registerName(registerNumber("mmio", bdfOf("0000:01:00.0"), 0x100))).toBe(
    "mmio:0000:01:00.0+0x100",
  );
});
