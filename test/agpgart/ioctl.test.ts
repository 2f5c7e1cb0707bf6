// ioctl.test.ts - the numbers of the ioctls, for programs of each word size and architecture.

import { describe, expect, test } from "vitest";
import { commandOf, numberOf, sizeOf } from "../../src/agpgart/ioctl.ts";
import { alpha } from "../../src/platform/alpha.ts";
import { nativeI386 } from "../../src/platform/native-i386.ts";
import { ppc32Mac } from "../../src/platform/ppc32-mac.ts";
import { ppc64G5 } from "../../src/platform/ppc64-g5.ts";

const pc64 = { ...nativeI386, wordBits: 64 } as const;

describe("a request number", () => {
  test.each([
    ["INFO", 0x80044100, 0x80084100, 0x40084100, 0x40044100],
    ["ACQUIRE", 0x4101, 0x4101, 0x20004101, 0x20004101],
    ["RELEASE", 0x4102, 0x4102, 0x20004102, 0x20004102],
    ["SETUP", 0x40044103, 0x40084103, 0x80084103, 0x80044103],
    ["RESERVE", 0x40044104, 0x40084104, 0x80084104, 0x80044104],
    ["PROTECT", 0x40044105, 0x40084105, 0x80084105, 0x80044105],
    ["ALLOCATE", 0xc0044106, 0xc0084106, 0xc0084106, 0xc0044106],
    ["DEALLOCATE", 0x40044107, 0x40044107, 0x80044107, 0x80044107],
    ["BIND", 0x40044108, 0x40084108, 0x80084108, 0x80044108],
    ["UNBIND", 0x40044109, 0x40084109, 0x80084109, 0x80044109],
  ] as const)(
    "of %s is as agpgart.h makes it on i386, x86-64, ppc64 and ppc",
    (command, ...numbers) => {
      for (const [i, platform] of [nativeI386, pc64, ppc64G5, ppc32Mac].entries()) {
        expect(numberOf(platform, command)).toBe(numbers[i]);
        expect(commandOf(platform, numberOf(platform, command))).toBe(command);
      }
    },
  );

  test("of CHIPSET_FLUSH is as of 2007, and of alpha as of ppc64", () => {
    const platforms = [nativeI386, pc64, ppc64G5, ppc32Mac];
    const numbers = platforms.map((platform) => numberOf(platform, "CHIPSET_FLUSH"));
    expect(numbers).toEqual([0x410a, 0x410a, 0x2000410a, 0x2000410a]);
    expect(numberOf(alpha, "INFO")).toBe(0x40084100);
  });

  test("of another word size, or of a later kernel, is none of the commands", () => {
    expect(commandOf(nativeI386, 0x80084100)).toBeNull();
    expect(commandOf(pc64, 0x80044100)).toBeNull();
    expect(commandOf(ppc64G5, 0x80084100)).toBeNull();
    expect(commandOf(nativeI386, 0x410a)).toBeNull();
  });
});

test("structures grow with the words of a program, but for those without any", () => {
  expect([sizeOf(nativeI386, "info"), sizeOf(ppc64G5, "info")]).toEqual([32, 56]);
  expect([sizeOf(nativeI386, "bind"), sizeOf(ppc64G5, "bind")]).toEqual([8, 16]);
  expect([sizeOf(nativeI386, "setup"), sizeOf(ppc64G5, "setup")]).toEqual([4, 4]);
});
