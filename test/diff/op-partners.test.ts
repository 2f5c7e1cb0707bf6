// op-partners.test.ts - which op of one trace is which of the other, and whose pages are whose then.

import { describe, expect, test } from "vitest";
import { pfn } from "../../src/address.ts";
import { OpPartners, opPairs } from "../../src/diff/pairing.ts";
import { Owners } from "../../src/fingerprint/page-owners.ts";
import { type HandmadeOp, says, traceOf } from "./handmade.ts";

const op = (words: string): HandmadeOp => {
  const [name = "", slot] = words.split(" ");
  return { name, arguments: slot === undefined ? {} : { slot } };
};
/** "alloc 1 - alloc 2?": partners beside each other, a guess with a question mark. */
function pairsOf(a: readonly string[], b: readonly string[], byName = false): string[] {
  const words = (one: { name: string; arguments: object } | null) =>
    one === null ? "nothing" : [one.name, ...Object.values(one.arguments)].join(" ");
  const traces = [traceOf(a.map(op)), traceOf(b.map(op))] as const;
  return [...opPairs(traces[0], traces[1], byName)].map(
    ({ a, b, isGuess }) => `${words(a)} - ${words(b)}${isGuess ? "?" : ""}`,
  );
}

describe("ops are partners", () => {
  test("where name and arguments are the same, in their order", () => {
    expect(pairsOf(["init", "bind 1", "bind 2"], ["init", "bind 1", "bind 2"])).toEqual([
      ...["init - init", "bind 1 - bind 1", "bind 2 - bind 2"],
    ]);
  });

  test("past what one trace has more, at the beginning, within and at the end", () => {
    expect(pairsOf(["init", "bind 1"], ["info", "init", "bind 1"])).toEqual([
      ...["nothing - info?", "init - init", "bind 1 - bind 1"],
    ]);
    expect(pairsOf(["init", "info", "bind 1"], ["init", "bind 1"])).toEqual([
      ...["init - init", "info - nothing?", "bind 1 - bind 1"],
    ]);
    expect(pairsOf(["init"], ["init", "bind 1"])).toEqual(["init - init", "nothing - bind 1?"]);
    expect(pairsOf(["init"], [])).toEqual(["init - nothing?"]);
    expect(pairsOf([], [])).toEqual([]);
  });

  test("as a guess where their names are the same between two that agree", () => {
    expect(pairsOf(["init", "bind 1", "info", "free 1"], ["init", "bind 7", "free 1"])).toEqual([
      ...["init - init", "bind 1 - bind 7?", "info - nothing?", "free 1 - free 1"],
    ]);
    expect(pairsOf(["bind 1", "free 1"], ["bind 2", "info", "free 2"])).toEqual([
      ...["bind 1 - bind 2?", "nothing - info?", "free 1 - free 2?"],
    ]);
  });

  test("by their names alone if somebody asks for that, and no guess then", () => {
    expect(pairsOf(["bind 1", "free 1"], ["bind 2", "free 2"], true)).toEqual([
      ...["bind 1 - bind 2", "free 1 - free 2"],
    ]);
  });
});

test("an op has the events up to the next one's beginning, the last all that follow", () => {
  const trace = traceOf([{ events: [says("a")] }, {}, { events: [says("b")], result: null }]);
  const spans = [...opPairs(trace, trace, false)].map(({ a }) => [a!.first, a!.last, a!.end]);
  expect(spans).toEqual([
    [1, 3, 3],
    [4, 5, 5],
    [6, null, 7],
  ]);
});

test("where one trace has no more ops, the other's are past its end", () => {
  const [short, long] = [traceOf([op("init")]), traceOf([op("init"), op("bind 1"), op("free 1")])];
  const past = (a: typeof short, b: typeof short) =>
    [...opPairs(a, b, false)].map(({ isPastA, isPastB }) => [isPastA, isPastB]);
  expect(past(short, long)).toEqual([[false, false], ...Array(2).fill([true, false])]);
  expect(past(long, short)).toEqual([[false, false], ...Array(2).fill([false, true])]);
  // An op that the first lacks in the middle is not past its end.
  expect(past(traceOf([op("init"), op("free 1")]), long)).toEqual(Array(3).fill([false, false]));
});

test("captures of two kernels without ops are one op from end to end", () => {
  const capture = { source: "imported", workload: "captured" } as const;
  const whole = { ...traceOf([], capture), count: 12 };
  expect([...opPairs(whole, { ...whole, count: 7 }, false)]).toMatchObject([
    {
      ...{ isGuess: false, isPastA: false, isPastB: false },
      a: { op: 0, first: 1, last: 12, end: 12, result: null },
      b: { op: 0, first: 1, last: 7, end: 7, result: null },
    },
  ]);
  expect([...opPairs(whole, traceOf([], { source: "simulated" }), false)]).toEqual([]);
  expect([...opPairs(whole, traceOf([op("init")], capture), false)]).toMatchObject([
    { a: null, b: { name: "init" } },
  ]);
});

describe("the allocations of two traces", () => {
  /** The owner of the nth allocation of an op. */
  function owner(op: number, nth = 0): number {
    const owners = new Owners();
    for (let i = 0; i <= nth; i++) owners.allocate(op, pfn(i), 1);
    return owners.ownerOf(pfn(nth));
  }
  const partnersOf = (...pairs: (readonly [a: number | null, b: number | null])[]) => {
    const partners = new OpPartners();
    for (const [a, b] of pairs) partners.add(a, b);
    return partners;
  };

  test("are the same by their numbers while every op has the partner of its number", () => {
    const plain = partnersOf([0, 0], [1, 1]);
    expect(plain.isPlain).toBe(true);
    expect(plain.isSameOwner(owner(1, 2), owner(1, 2))).toBe(true);
    expect(plain.isSameOwner(owner(1, 2), owner(1, 1))).toBe(false);
    expect(plain.isSameOwner(owner(1), owner(0))).toBe(false);
  });

  test("are those of partners once ops have moved, and as before in the ops before", () => {
    const moved = partnersOf([0, 0], [null, 1], [1, 2], [2, 3]);
    expect(moved.isPlain).toBe(false);
    for (const [a, b] of [
      [0, 0],
      [1, 2],
      [2, 3],
    ] as const) {
      expect(moved.isSameOwner(owner(a, 1), owner(b, 1))).toBe(true);
      expect(moved.isSameOwner(owner(a, 1), owner(b, 0))).toBe(false);
    }
    expect(moved.isSameOwner(owner(1), owner(1))).toBe(false);
    expect(moved.isSameOwner(owner(2), owner(2))).toBe(false);
  });

  test("of two ops without partners are taken for the same, and of one are not", () => {
    const alone = partnersOf([0, 0], [1, null], [null, 1], [2, 2]);
    expect(alone.isSameOwner(owner(1), owner(1))).toBe(true);
    expect(alone.isSameOwner(owner(1), owner(2))).toBe(false);
    expect(alone.isSameOwner(owner(2), owner(1))).toBe(false);
    expect(alone.isSameOwner(owner(2), owner(2))).toBe(true);
  });

  test("of an op that comes back to its own number are by number again", () => {
    const back = partnersOf([0, null], [1, 0], [null, 1], [2, 2], [3, 3]);
    expect(back.isSameOwner(owner(1), owner(0))).toBe(true);
    expect(back.isSameOwner(owner(3), owner(3))).toBe(true);
    expect(back.isSameOwner(owner(3), owner(2))).toBe(false);
  });
});
