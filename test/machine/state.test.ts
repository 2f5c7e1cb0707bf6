// state.test.ts - a state is its tables and nothing else, and a copy of it goes its own way.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { State } from "../../src/machine/state.ts";
import { NumberTable } from "../../src/machine/table.ts";
import { held } from "../replay/stored.ts";
import { allocated, cpuFills, dom0, gattWritten, happens, p2mSet, registerSet } from "./happens.ts";

test("every field of a state is a table, made of tables, or copied by name", () => {
  const state = new State(dom0);
  const tables = new Set(state.tables.values());
  const found = Object.entries(state).filter(([name]) => name !== "tables");
  const kept = found.filter(([, value]) => value instanceof NumberTable && tables.has(value));
  const composed = found.filter(
    ([, value]) =>
      Object.values(value?.tables ?? {}).filter((one) => tables.has(one as NumberTable)).length,
  );
  const rest = found.filter((field) => !kept.includes(field) && !composed.includes(field));
  expect(rest.map(([name]) => name)).toEqual(["nature", "moment", "op"]);
  // What is composed of tables has no state beside them: no field, and none that is private.
  for (const [name, value] of composed)
    expect([name, Object.keys(value)]).toEqual([name, ["tables"]]);
});

describe("a copy", () => {
  const state = () =>
    happens(
      new State(dom0),
      p2mSet(0x1230, 0x3a41),
      allocated(0x1230, 1, "gatt"),
      registerSet(0xb8, 0x3a41000),
      cpuFills(0x3a41, 7),
      { kind: "op.began", op: 3, name: "bind", arguments: {} },
    );

  test("holds the same, and neither sees what happens to the other", () => {
    const one = state();
    const before = held(one);
    const other = one.copy();
    expect(held(other)).toBe(before);
    happens(other, gattWritten(5, 0x17), p2mSet(0x1231, 0x55), cpuFills(0x3a41, 8));
    expect(held(one)).toBe(before);
    const after = held(other);
    happens(one, gattWritten(5, 0x27), p2mSet(0x1230, 0x66));
    expect(held(other)).toBe(after);
    expect(held(one)).not.toBe(before);
  });
});

describe("tables that share leaves", () => {
  const index = fc.integer({ min: 1018, max: 1030 });
  const change = fc.record({ table: fc.nat({ max: 3 }), index, to: fc.option(fc.nat({ max: 9 })) });

  test("are each what their own changes make of them, and each knows which these were", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const tables = [new NumberTable()];
        const maps = [new Map<number, number>()];
        const changed = [new Set<number>()];
        for (const { table: at, index, to } of changes) {
          if (at >= tables.length) {
            const copy = new NumberTable();
            copy.take(tables.at(-1)!);
            tables.push(copy);
            maps.push(new Map(maps.at(-1)));
            changed.push(new Set());
            continue;
          }
          if (to === null && !maps[at]!.has(index)) continue;
          changed[at]!.add(index);
          if (to === null) {
            tables[at]!.delete(index);
            maps[at]!.delete(index);
          } else {
            tables[at]!.set(index, to);
            maps[at]!.set(index, to);
          }
        }
        tables.forEach((table, i) => {
          expect([...table]).toEqual([...maps[i]!].sort(([a], [b]) => a - b));
          const seen: [number, number | undefined][] = [];
          table.eachChange((index, value) => seen.push([index, value]));
          expect(seen).toEqual(
            [...changed[i]!].sort((a, b) => a - b).map((at) => [at, maps[i]!.get(at)]),
          );
        });
      }),
      { numRuns: 300 },
    );
  });
});
