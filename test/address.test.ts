// address.test.ts - addresses of different spaces do not mix, and those of one space compute.
//
// Underneath they are plain numbers, so each refused line below runs and gives some number: the bug of the
// mail. It is the compiler alone that refuses it, and `tsc` complains about any line here that it allows.

import { describe, expect, test } from "vitest";
import {
  type Aperture,
  aperture,
  type Bus,
  bus,
  distance,
  hex,
  type Machine,
  machine,
  machineOf,
  mfn,
  mfnOf,
  misreadAsBus,
  misreadAsPhys,
  offset,
  onBareMetal,
  onBus,
  type Pfn,
  type Phys,
  pageOffset,
  pfn,
  pfnOf,
  phys,
  physOf,
  raw,
  untranslated,
  type Virt,
  virt,
} from "../src/address.ts";

// The page of the mail's machine: pfn 0xabcd as the kernel sees it, mfn 0x51f3 where it really is.
const page = phys(0x0abcd000);
const place = machine(0x051f3000);

describe("across spaces the compiler refuses", () => {
  test("to add", () => {
    // @ts-expect-error phys + bus
    expect(page + bus(0x1000)).toBe(0x0abce000);
    // @ts-expect-error virt + phys
    expect(virt(0xc0000000) + page).toBe(0xcabcd000);
    // @ts-expect-error an address and a number
    expect(page + 0x1000).toBe(0x0abce000);
    // @ts-expect-error two addresses of one space have no sum either
    expect(page + page).toBe(0x1579a000);
  });

  test("to subtract", () => {
    // @ts-expect-error phys - machine
    expect(page - place).toBe(0x59da000);
    // @ts-expect-error aperture - bus
    expect(aperture(0xe0001000) - bus(0xe0000000)).toBe(0x1000);
    // @ts-expect-error distance is within one space
    expect(distance(place, page)).toBe(0x59da000);
    // @ts-expect-error a distance on is a number, not an address
    expect(offset(page, page)).toBe(0x1579a000);
  });

  test("to compare", () => {
    // @ts-expect-error machine < phys
    expect(place < page).toBe(true);
    // @ts-expect-error bus >= aperture
    expect(bus(0) >= aperture(0)).toBe(true);
    // @ts-expect-error pfn < mfn
    expect(pfn(1) < mfn(2)).toBe(true);
    // @ts-expect-error an address and a number
    expect(page > 0).toBe(true);
  });

  test("to ask whether two are equal", () => {
    // @ts-expect-error bus === machine
    expect(bus(0x1000) === machine(0x1000)).toBe(true);
    // @ts-expect-error virt !== phys
    expect(virt(0x1000) !== phys(0x1000)).toBe(false);
    // @ts-expect-error mfn === machine
    expect(mfn(0x1000) === machine(0x1000)).toBe(true);
    // @ts-expect-error an address and a number
    expect(page === 0x0abcd000).toBe(true);
  });

  test("to assign", () => {
    // @ts-expect-error the mistake of 2005: what virt_to_phys gives is not what the chipset takes
    const entry: Bus = page;
    // @ts-expect-error the mistake on the way back
    const freed: Phys = bus(0x051f3000);
    // @ts-expect-error a DMA handle is no machine address
    const table: Machine = bus(0x60000000);
    // @ts-expect-error what a card issues is no bus address
    const issued: Bus = aperture(0xe0000000);
    // @ts-expect-error nor the other way round
    const seen: Aperture = bus(0xe0000000);
    // @ts-expect-error a frame number is no address
    const at: Phys = pfn(0xabcd);
    // @ts-expect-error a phys address is no linear one
    const linear: Virt = page;
    // @ts-expect-error pseudo-physical frames are not machine frames
    const frame: Pfn = mfn(0x51f3);
    expect([entry, freed, table, issued, seen, at, linear, frame].map(Number)).toEqual([
      0x0abcd000, 0x051f3000, 0x60000000, 0xe0000000, 0xe0000000, 0xabcd, 0x0abcd000, 0x51f3,
    ]);
  });

  test("to hand one to a function that takes another", () => {
    // @ts-expect-error a phys address has no machine frame
    expect(mfnOf(page)).toBe(0xabcd);
    // @ts-expect-error a machine address has no page of this kernel
    expect(pfnOf(place)).toBe(0x51f3);
    // @ts-expect-error only a machine address may be given to hardware as it is
    expect(onBus(page)).toBe(0x0abcd000);
    // @ts-expect-error a number is in no space
    expect(pfnOf(0x0abcd000)).toBe(0xabcd);
  });
});

test("an address is not a number", () => {
  // @ts-expect-error as a number
  const number: number = page;
  // @ts-expect-error and a number is not an address
  const address: Phys = number;
  // @ts-expect-error multiplied
  expect(page * 2).toBe(0x1579a000);
  // @ts-expect-error cut to 32 bits by a bit operator
  expect(page & 0xfff).toBe(0);
  // @ts-expect-error divided into pages
  expect(page / 4096).toBe(0xabcd);
  // @ts-expect-error rounded
  expect(Math.floor(page)).toBe(0x0abcd000);
  // @ts-expect-error used as an index
  expect(["first", "second"][pfn(1)]).toBe("second");
  expect(address).toBe(page);
});

describe("within one space", () => {
  test("addresses compare, and their distance leads from one to the other", () => {
    const next = offset(page, 0x1000);
    expect(page < next).toBe(true);
    expect(page === next).toBe(false);
    expect(distance(page, next)).toBe(0x1000);
    expect(distance(next, page)).toBe(-0x1000);
    expect(offset(next, distance(next, page))).toBe(page);
  });

  test("a frame number and an offset make up an address", () => {
    const inside = offset(page, 0x123);
    expect(raw(pfnOf(inside))).toBe(0xabcd);
    expect(pageOffset(inside)).toBe(0x123);
    expect(offset(physOf(pfnOf(inside)), pageOffset(inside))).toBe(inside);
    expect(machineOf(mfnOf(offset(place, 0xfff)))).toBe(place);
  });

  test("nothing is lost above 32 bits, up to 2^52", () => {
    const high = machine(2 ** 52 - 4096);
    expect(raw(mfnOf(high))).toBe(2 ** 40 - 1);
    expect(machineOf(mfnOf(high))).toBe(high);
    expect(raw(offset(high, 4095))).toBe(2 ** 52 - 1);
    expect(hex(high)).toBe("0xffffffffff000");
  });
});

test("what crosses from space to space keeps its number and has a name", () => {
  expect(raw(onBareMetal(page))).toBe(0x0abcd000);
  expect(raw(onBus(place))).toBe(0x051f3000);
  expect(raw(untranslated(bus(0x051f3000)))).toBe(0x051f3000);
  expect(raw(misreadAsBus(page))).toBe(0x0abcd000);
  expect(raw(misreadAsPhys(bus(0x051f3000)))).toBe(0x051f3000);
});

test("addresses read as hexadecimal", () => {
  expect(hex(page)).toBe("0xabcd000");
  expect(hex(mfn(0x51f3))).toBe("0x51f3");
  expect(hex(255)).toBe("0xff");
});
