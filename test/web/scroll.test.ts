// scroll.test.ts - a list of ten million rows in a window of few: no row is lost, and none jumps.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clamped, showing, thumb, topAt } from "../../src/web/scroll.ts";

const windows = fc.record({
  top: fc.integer({ min: 0, max: 10_000_000 }),
  fits: fc.integer({ min: 1, max: 80 }),
  total: fc.integer({ min: 0, max: 10_000_000 }),
});

describe("a list in a window", () => {
  test("never shows what is before its first row or behind its last", () => {
    fc.assert(
      fc.property(windows, (window) => {
        const top = clamped(window);
        expect(top).toBeGreaterThanOrEqual(0);
        expect(top).toBeLessThanOrEqual(Math.max(0, window.total - window.fits));
      }),
    );
  });

  test("shows the row that it is asked to show", () => {
    fc.assert(
      fc.property(windows, fc.nat(), (window, any) => {
        fc.pre(window.total > 0);
        const row = any % window.total;
        const top = showing(window, row);
        expect(row).toBeGreaterThanOrEqual(top);
        expect(row).toBeLessThan(top + window.fits);
      }),
    );
  });

  test("stays where it is while the row is seen", () => {
    expect(showing({ top: 100, fits: 20, total: 1000 }, 110)).toBe(100);
  });

  test("moves by one row when the moment goes one row beyond", () => {
    expect(showing({ top: 100, fits: 20, total: 1000 }, 118)).toBe(101);
  });
});

describe("the bar's thumb", () => {
  test("leads back to the row it stands for, to within a pixel of the bar", () => {
    fc.assert(
      fc.property(windows, (window) => {
        const { from, length } = thumb(window);
        expect(from + length).toBeLessThanOrEqual(1.000001);
        expect(topAt(window, from)).toBe(window.total <= window.fits ? 0 : clamped(window));
      }),
    );
  });

  test("can be grabbed however long the list", () => {
    expect(thumb({ top: 0, fits: 20, total: 10_000_000 }).length).toBeGreaterThanOrEqual(0.04);
  });
});
