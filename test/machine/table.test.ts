// table.test.ts - a table is a map from whole numbers to whole numbers, however it is stored.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LEAF, NumberTable, type Visit } from "../../src/machine/table.ts";

// Few enough to meet again, on both sides of a leaf's edge, and some far away.
const index = fc.oneof(
  fc.nat({ max: 8 }),
  fc.integer({ min: 1020, max: 1030 }),
  fc.constantFrom(2 ** 20, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 5, 2 ** 40),
);
const value = fc.oneof(fc.nat(), fc.constantFrom(0, 2 ** 32, 2 ** 51 + 1, 2 ** 53 - 2));
type Change = { set: number; to: number } | { delete: number } | "clear";
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ set: index, to: value }) },
  { weight: 3, arbitrary: fc.record({ delete: index }) },
  { weight: 1, arbitrary: fc.constant("clear" as const) },
);

/** The same changes made to a table and to a map; after each one they are asked for `probe`. */
function made(
  changes: readonly Change[],
  probe: number,
): { table: NumberTable; map: Map<number, number> } {
  const [table, map] = [new NumberTable(), new Map<number, number>()];
  for (const change of changes) {
    for (const kept of [table, map])
      if (change === "clear") kept.clear();
      else if ("set" in change) kept.set(change.set, change.to);
      else kept.delete(change.delete);
    expect(table.size).toBe(map.size);
    expect(table.get(probe)).toBe(map.get(probe));
  }
  return { table, map };
}

describe("a table", () => {
  test("holds what a map of the same changes holds, in ascending order", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), index, (changes, probe) => {
        const { table, map } = made(changes, probe);
        expect([...table.entries()]).toEqual([...map].sort(([a], [b]) => a - b));
        for (const [at, held] of map) expect(table.get(at)).toBe(held);
      }),
      { numRuns: 300 },
    );
  });

  test("deletes the entries from one index to another, both included, and no other", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), index, fc.nat({ max: 3000 }), (...args) => {
        const [changes, first, length] = args;
        const { table, map } = made(changes, first);
        table.deleteAll(first, first + length);
        const left = [...map].filter(([at]) => at < first || at > first + length);
        expect([...table.entries()]).toEqual(left.sort(([a], [b]) => a - b));
        expect(table.size).toBe(left.length);
      }),
      { numRuns: 200 },
    );
  });

  test("gives up a leaf whose entries are all gone, once that has been told", () => {
    const table = new NumberTable();
    table.set(3, 1);
    table.set(2000, 2);
    table.settle();
    table.delete(3);
    const gone: number[] = [];
    table.eachChange((index, value) => value === undefined && gone.push(index));
    expect(gone).toEqual([3]);
    table.settle();
    expect(table.leaves).toBe(1);
    expect(table.get(3)).toBeUndefined();
    table.set(3, 4);
    expect([...table.entries()]).toEqual([
      [3, 4],
      [2000, 2],
    ]);
  });

  test("gives of its entries those from one index to another, both included", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), index, index, (changes, first, last) => {
        const { table } = made(changes, first);
        const within = [...table].filter(([at]) => at >= first && at <= last);
        expect([...table.entries(first, last)]).toEqual(within);
      }),
      { numRuns: 300 },
    );
  });

  test("knows a zero from nothing", () => {
    const table = new NumberTable();
    table.set(0, 0);
    expect([table.get(0), table.get(1), table.size]).toEqual([0, undefined, 1]);
    table.delete(0);
    expect([table.get(0), table.size]).toEqual([undefined, 0]);
  });

  test("takes the largest word without rounding it", () => {
    const table = new NumberTable();
    table.set(5, 2 ** 53 - 2);
    expect(table.get(5)).toBe(2 ** 53 - 2);
  });

  test("finds nothing where it was only asked before", () => {
    const table = new NumberTable();
    expect(table.get(7000)).toBeUndefined();
    table.set(7001, 1);
    table.set(3, 1);
    expect([...table.entries()]).toEqual([
      [3, 1],
      [7001, 1],
    ]);
  });
});

test.each([0, 1] as const)(
  "runs by steps of %i are all entries in order, and none goes on into the next",
  (step) => {
    const near = fc.record({ set: fc.nat({ max: 2100 }), to: fc.nat({ max: 3 }) });
    const changes = fc.array(fc.oneof(change, near), { maxLength: 60 });
    fc.assert(
      fc.property(changes, fc.nat({ max: 2100 }), fc.nat({ max: 40 }), (changes, from, length) => {
        const { table, map } = made(changes, 0);
        for (let i = 0; i < length; i++) {
          table.set(from + i, 7 + i * step);
          map.set(from + i, 7 + i * step);
        }
        const runs: { first: number; length: number; value: number }[] = [];
        table.eachRun(step, (first, length, value) => runs.push({ first, length, value }));
        const entries = runs.flatMap(({ first, length, value }) =>
          Array.from({ length }, (_, i) => [first + i, value + i * step]),
        );
        expect(entries).toEqual([...map].sort(([a], [b]) => a - b));
        for (const [i, { first, length, value }] of runs.slice(0, -1).entries())
          expect(runs[i + 1]).not.toMatchObject({
            first: first + length,
            value: value + length * step,
          });
      }),
      { numRuns: 300 },
    );
  },
);

test("a list takes the values from any index on, over leaves and over what is not there, and 0 for none", () => {
  const table = new NumberTable();
  const last = 3 * LEAF - 1;
  for (const index of [0, 1, LEAF - 1, LEAF, last]) table.set(index, index + 5);
  for (const first of [0, 1, LEAF - 2, 2 * LEAF, last, 9 * LEAF]) {
    const list = new Float64Array(LEAF + 3).fill(7);
    table.copyTo(first, list);
    expect([...list]).toEqual(Array.from(list, (_, i) => table.get(first + i) ?? 0));
  }
});

describe("what changed since a table was settled", () => {
  const visited = (each: (visit: Visit) => void) => {
    const found: Parameters<Visit>[] = [];
    each((...entry) => found.push(entry));
    return found;
  };
  const keys = (changes: readonly Change[]) =>
    changes.flatMap((one) => (one === "clear" ? [] : "set" in one ? one.set : one.delete));

  test("makes of what was there what is there now, and names nothing that nobody changed", () => {
    const some = fc.array(change, { maxLength: 30 });
    fc.assert(
      fc.property(some, some, (before, after) => {
        const { table, map } = made(before, 0);
        table.settle();
        expect([table.emptied, visited((visit) => table.eachChange(visit))]).toEqual([false, []]);
        for (const one of after)
          if (one === "clear") table.clear();
          else if ("set" in one) table.set(one.set, one.to);
          else table.delete(one.delete);
        const changes = visited((visit) => table.eachChange(visit));
        const now = table.emptied ? new Map<number, number>() : map;
        for (const [at, to] of changes)
          if (to === undefined) now.delete(at);
          else now.set(at, to);
        const entries = [...now].sort(([a], [b]) => a - b);
        expect(visited((visit) => table.each(visit))).toEqual(entries);
        expect(changes.filter(([at]) => !keys(after).includes(at))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("is everything only where there was something to delete", () => {
    const table = new NumberTable();
    table.clear();
    expect(table.emptied).toBe(false);
    table.set(5, 1);
    expect(table.emptied).toBe(false);
    table.clear();
    expect(table.emptied).toBe(true);
  });
});
