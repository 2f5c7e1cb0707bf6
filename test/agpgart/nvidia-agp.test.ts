// nvidia-agp.test.ts - the nForce2: its processor's I/O range, its table, and its long flush.

import { expect, test } from "vitest";
import { nforce2 } from "../../src/chipset/nforce2.ts";
import { msrNumber, registerAt } from "../../src/event/register.ts";
import { alloc, bareRun, bind, cleanup, init, maxOrder, unbind } from "../driver-run.ts";

const run = bareRun(
  "native-i386 legacy",
  { chipset: nforce2 },
  init,
  alloc(0, 2),
  bind(0, 5),
  unbind(0),
);

test("the aperture becomes an I/O range in the last free pair of the processor's registers", () => {
  const written = run
    .of(0, "register.written")
    .filter(({ size }) => size === 8)
    .map(({ register, word }) => [register, word]);
  expect(written).toEqual([
    [msrNumber(0xc0010018), 0xe0000018],
    [msrNumber(0xc0010019), 0xf_fc000800],
    [msrNumber(0xc0010010), 0x00100000],
  ]);
});

test("unloading finds the pair that it took", () => {
  const again = bareRun("native-i386 legacy", { chipset: nforce2 }, init, cleanup, init);
  const pairs = again
    .of(2, "register.written")
    .filter(({ size }) => size === 8)
    .map(({ register }) => register);
  expect(pairs).toEqual([0xc0010018, 0xc0010019, 0xc0010010].map(msrNumber));
});

test("a flush sets a bit, sees it gone, and reads 33 pages of the aperture twice", () => {
  const reads = run
    .of(2, "register.read")
    .filter((one) => registerAt(one.register).where === "mmio");
  const pages = Array.from({ length: 33 }, (_, i) => i * 4096);
  expect(reads.map(({ register }) => registerAt(register).offset)).toEqual([...pages, ...pages]);
  expect(run.of(2, "tlb.flushed").map(({ which }) => which)).toEqual(["gart"]);
});

test("what is unbound is neither read back nor followed by a cache flush", () => {
  expect(run.of(3, "gatt.written").map(({ entry, word }) => [entry, word])).toEqual([
    [5, 0],
    [6, 0],
  ]);
  expect(run.of(3, "gatt.read")).toEqual([]);
  expect(run.of(3, "cache.flushed")).toEqual([]);
});

test("even the smallest aperture has a table of 64 KB, so that one of 32 KB does not do", () => {
  const refused = bareRun("native-i386 legacy", { chipset: nforce2 }, maxOrder(3), init);
  expect(refused.ret(1)).toBe(-12);
  expect(refused.of(1, "fault.raised").map(({ size }) => size)).toEqual([65536, 65536]);
});
