// intel-agp.test.ts - the 440BX's registers: what is written to them, when, and what stays behind.

import { describe, expect, test } from "vitest";
import { registerAt } from "../../src/event/register.ts";
import {
  alloc,
  bareRun,
  bind,
  cleanup,
  type DriverRun,
  driverRun,
  init,
  maxOrder,
} from "../driver-run.ts";

const APSIZE = 0xb4;
const AGPCTRL = 0xb0;

const written = (run: DriverRun, place: number) =>
  run
    .of(place, "register.written")
    .map(({ register, word }) => [registerAt(register).offset, word] as const);
const writtenTo = (run: DriverRun, place: number, offset: number) =>
  written(run, place).flatMap(([at, word]) => (at === offset ? [word] : []));

test("the chipset is set up in the order of the datasheet's registers that the driver follows", () => {
  expect(written(driverRun("native-i386 legacy"), -1)).toEqual([
    [APSIZE, 63],
    [0xb8, 0x1000000],
    [AGPCTRL, 0x2280],
    [0x50, 0x200],
    [0x92, 7],
  ]);
});

test("the graphics TLB is emptied by two constants, whatever the register held", () => {
  const run = driverRun("native-i386 legacy", alloc(0, 1), bind(0, 0));
  expect(writtenTo(run, 1, AGPCTRL)).toEqual([0x2200, 0x2280]);
});

describe("a table that cannot be had", () => {
  const run = bareRun("native-i386 legacy", {}, maxOrder(2), init, cleanup, maxOrder(99), init);

  test("is tried smaller and smaller, and the smaller aperture is programmed", () => {
    expect(run.of(1, "fault.raised").map(({ fault, size }) => [fault, size])).toEqual([
      ["no-memory", 65536],
      ["no-memory", 32768],
    ]);
    expect(run.of(1, "page.allocated").map(({ size }) => size)).toEqual([16384]);
    expect(run.result(1)).toMatchObject({ ret: 0, num_entries: 4096, aperture_size_idx: 4 });
    expect(writtenTo(run, 1, APSIZE)).toEqual([60]);
    expect(run.of(1, "message.logged").at(-1)!.text).toBe(
      "agpgart: AGP aperture is 16M @ 0xe0000000",
    );
  });

  test("leaves the size reduced after unloading, because a printk has read it again", () => {
    expect(writtenTo(run, 2, APSIZE)).toEqual([60]);
    expect(run.result(4)).toMatchObject({ ret: 0, num_entries: 4096 });
    expect(run.of(4, "fault.raised")).toEqual([]);
  });
});

test("unloading switches the aperture off before the table goes", () => {
  const run = driverRun("native-i386 legacy", cleanup);
  expect(written(run, 0)).toEqual([
    [0x50, 0],
    [APSIZE, 63],
  ]);
});
