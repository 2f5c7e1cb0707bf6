// evidence.test.ts - what bears out a relation of two clocks.

import { expect, test } from "vitest";
import {
  furthestMiss,
  packetsOf,
  partThatFits,
} from "../../../../src/exchange/import/join/evidence.ts";

/** A buffer mapped every millisecond for a tenth of it, at ten addresses in turn; the guest's clock is the device's. */
const buffers = Array.from({ length: 100 }, (_, i) => ({
  address: 0x1000 * (1 + (i % 10)),
  size: 256,
  begin: i * 1000,
  end: i * 1000 + 100,
}));
const touches = buffers.map(({ address, begin }) => ({
  address: address + 16,
  begin: begin + 50,
  end: begin + 50,
}));
const window = { from: 0, to: 100_000 };
const clocks = (ahead: number) => ({ deviceTime: (at: number) => at / 1e3 + ahead, within: 10 });
const part = (ahead: number, touched = touches, mapped = buffers) =>
  partThatFits(clocks(ahead), packetsOf(touched, mapped), window);

test("every touch of a buffer while it is mapped", () => {
  expect(part(0)).toBe(1);
  expect(part(5000)).toBe(0);
  expect(part(10_000)).toBe(1);
});

test("of what came before the guest's side began, or after it ended, nothing is asked", () => {
  const later = touches.map((touch) => ({ ...touch, begin: touch.begin + 50_000 }));
  expect(part(50_000, later)).toBe(1);
});

test("a buffer that is mapped all the time bears out nothing", () => {
  const all = [{ address: 0x1000, size: 0x10000, begin: 0, end: Number.NaN }];
  expect(part(0, touches, all)).toBeNull();
});

test("few touches say nothing", () => {
  expect(part(0, touches.slice(0, 10))).toBeNull();
});

test("so much as clocks of two CPUs are apart stays in doubt, and what is further off is something else", () => {
  const done = buffers.map(({ begin, end }) => ({
    at: begin + 50,
    to: [{ address: 0, size: 0, begin, end }],
  }));
  const missed = (more: number) =>
    furthestMiss(clocks(0), [...done, { at: 5000 - more, to: [buffers[5]!] }], window, 1000);
  expect(missed(-50)).toBe(0);
  expect(missed(207)).toBe(197);
  expect(missed(2000)).toBe(0);
});
