// row-list.test.ts - a report's list has a row for each event that it holds, and one for all that it leaves out between two.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Row } from "../../src/answer/shapes.ts";
import { heldList, isGap, wholeList } from "../../src/web/row-list.ts";

const row = (seq: number) => ({ seq }) as Row;

test("every event is in it once, as itself or left out", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 60 })), (some) => {
      const seqs = some.sort((a, b) => a - b);
      const list = heldList(seqs, 60, row);
      const told = Array.from({ length: list.total }, (_, i) => list.row(i)!).flatMap((one) =>
        isGap(one)
          ? Array.from({ length: one.to - one.from + 1 }, (_, i) => one.from + i)
          : [one.seq],
      );
      expect(told).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
      for (let seq = 1; seq <= 60; seq++) {
        const found = list.row(list.indexOf(seq))!;
        if (isGap(found)) expect([found.from <= seq, seq <= found.to]).toEqual([true, true]);
        else expect(found.seq).toBe(seq);
      }
    }),
  );
});

test("a whole trace has a row an event, and moment 0 is at the first", () => {
  const list = wholeList(5, row);
  expect([list.total, list.row(4), list.indexOf(0), list.indexOf(5)]).toEqual([5, row(5), 0, 4]);
});
