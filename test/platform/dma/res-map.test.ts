// res-map.test.ts - which entries of zx1's I/O MMU are given: powers of two, from the hint on.

import { describe, expect, test } from "vitest";
import { ResMap } from "../../../src/platform/dma/res-map.ts";

/** What a map of so many entries gives for each of some requests, one after the other. */
const given = (entries: number, ...requests: readonly number[]): (number | null)[] => {
  const map = new ResMap(entries);
  return requests.map((request) => map.take(request));
};

describe("the map gives", () => {
  test.each<[says: string, requests: readonly number[], entries: readonly (number | null)[]]>([
    ["single entries one behind the other", [1, 1, 1], [0, 1, 2]],
    ["two entries at an even one", [1, 2, 2], [0, 2, 4]],
    ["three entries the room of four", [3, 1, 3], [0, 4, 8]],
    ["32 entries at half a word", [1, 32, 32], [0, 32, 64]],
    ["more than half a word whole words", [1, 33, 64], [0, 64, 128]],
    ["two words for 65 entries", [65, 1], [0, 128]],
    ["the word of the hint for no entries, and takes none", [1, 0, 1], [0, 0, 1]],
  ])("%s", (_, requests, entries) => {
    expect(given(512, ...requests)).toEqual(entries);
  });
});

test("a few entries are looked for behind those that were given last, not before", () => {
  const map = new ResMap(512);
  map.take(2);
  map.take(2);
  map.give(0, 2);
  expect(map.take(2)).toBe(4);
});

test("the last words of the map are never given as whole words", () => {
  expect(given(128, 64, 64)).toEqual([0, null]);
});

test("where nothing is found from the hint on, the next search begins at the map's beginning", () => {
  const map = new ResMap(128);
  const all = Array.from({ length: 128 }, () => map.take(1));
  expect([all.at(-1), map.used, map.take(1)]).toEqual([127, 128, null]);
  map.give(5, 1);
  expect([map.hint, map.shift]).toEqual([0, 0]);
  expect([map.take(1), map.take(1)]).toEqual([5, null]);
});

describe("what is freed", () => {
  test("is the room that its count was rounded up to", () => {
    const map = new ResMap(512);
    const first = map.take(3)!;
    expect(map.used).toBe(4);
    map.give(first, 3);
    expect(map.used).toBe(0);
  });

  test("is whole words where it took whole words", () => {
    const map = new ResMap(512);
    const first = map.take(130)!;
    expect(map.used).toBe(256);
    map.give(first, 130);
    expect(map.used).toBe(0);
  });

  test("does not reach over the end of its word", () => {
    const map = new ResMap(512);
    for (let i = 0; i < 128; i++) map.take(1);
    map.give(62, 4);
    expect(map.used).toBe(126);
  });

  test("is nothing for no entries", () => {
    const map = new ResMap(512);
    map.take(1);
    map.give(0, 0);
    expect(map.used).toBe(1);
  });
});
