// uninorth-agp.test.ts - UniNorth: a cached table, a flush in four writes, and a rate that goes missing.

import { expect, test } from "vitest";
import { uninorth, uninorth15 } from "../../src/chipset/uninorth.ts";
import { registerAt } from "../../src/event/register.ts";
import {
  alloc,
  bareRun,
  bind,
  type DriverRun,
  enable,
  init,
  maxOrder,
  unbind,
} from "../driver-run.ts";

const controls = (run: DriverRun, place: number) =>
  run
    .of(place, "register.written")
    .filter(({ register }) => registerAt(register).offset === 0x94)
    .map(({ word }) => word);
const messages = (run: DriverRun, place: number) =>
  run.of(place, "message.logged").map(({ text }) => text);

const run = bareRun(
  "ppc32-mac gart",
  { chipset: uninorth },
  init,
  alloc(0, 3),
  bind(0, 0),
  unbind(0),
);

test("the flush ends in a reset on all revisions up to 0x30", () => {
  expect(controls(run, 2)).toEqual([0x101, 0x100, 0x10100, 0x100]);
});

test("of what is bound only the first entry is read back", () => {
  expect(run.of(2, "gatt.read").map(({ entry }) => entry)).toEqual([0, 1, 2, 0]);
});

test("what is unbound stays in the data cache: the chipset still finds the page", () => {
  expect(run.of(3, "cache.flushed").map(({ instruction }) => instruction)).toEqual(["mb"]);
  const flushed = run
    .of(2, "cache.flushed")
    .filter(({ instruction }) => instruction === "flush_dcache_range");
  expect(flushed.map(({ size }) => size)).toEqual([4096, 4096, 4096, 12]);
});

test("revision 0x21 loses its only rate: 4x goes after it was chosen", () => {
  const [bridge, card] = messages(
    bareRun("ppc32-mac gart", { chipset: uninorth15 }, init, enable),
    1,
  );
  expect(bridge).toBe("agpgart: Putting AGP V2 device at 0000:f0:0b.0 into 0x mode");
  expect(card).toBe("agpgart: Putting AGP V2 device at 0000:f0:10.0 into 0x mode");
  const [older] = messages(bareRun("ppc32-mac gart", { chipset: uninorth }, init, enable), 1);
  expect(older).toBe("agpgart: Putting AGP V2 device at 0000:f0:0b.0 into 2x mode");
});

test("a table that cannot be had is asked for at the same size until the sizes run out", () => {
  const refused = bareRun("ppc32-mac legacy", { chipset: uninorth }, maxOrder(2), init);
  expect(refused.ret(1)).toBe(-12);
  expect(refused.of(1, "fault.raised").map(({ size }) => size)).toEqual(Array(4).fill(32768));
});
