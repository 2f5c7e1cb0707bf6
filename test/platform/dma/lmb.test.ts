// lmb.test.ts - logical memory blocks: the highest free place below a limit, aligned.

import { describe, expect, test } from "vitest";
import { Lmb, type Region } from "../../../src/platform/dma/lmb.ts";

const MB = 2 ** 20;
const GB = 2 ** 30;
/** A G5 of 3 GB: 2 GB below the hole for devices, the rest above 4 GB. */
const ram: readonly Region[] = [
  [0, 2 * GB],
  [4 * GB, GB],
];

describe("a block", () => {
  test.each<
    [says: string, reserved: readonly Region[], size: number, limit: number | null, at: number]
  >([
    ["lies at the end of memory", [], 16 * MB, null, 5 * GB - 16 * MB],
    ["lies below the limit, in the memory that reaches it", [], 16 * MB, 2 * GB, 2 * GB - 16 * MB],
    ["lies below a limit within its memory", [], 16 * MB, GB, GB - 16 * MB],
    [
      "lies below what is reserved at the end",
      [[2 * GB - MB, MB]],
      16 * MB,
      2 * GB,
      2 * GB - 32 * MB,
    ],
    [
      "fits between two reserved ones that leave room for it",
      [
        [2 * GB - 16 * MB, 16 * MB],
        [2 * GB - 48 * MB, 16 * MB],
      ],
      16 * MB,
      2 * GB,
      2 * GB - 32 * MB,
    ],
    [
      "is looked for in the memory before where this has no room",
      [[4 * GB, GB]],
      16 * MB,
      null,
      2 * GB - 16 * MB,
    ],
    ["is none where nothing is free", [[0, 2 * GB]], 16 * MB, 2 * GB, 0],
    ["is none where it would be at address 0", [[16 * MB, 2 * GB - 16 * MB]], 16 * MB, 2 * GB, 0],
    ["is none where it is larger than all memory", [], 8 * GB, null, 0],
  ])("%s", (_, reserved, size, limit, at) => {
    expect(new Lmb(ram, reserved).take(size, 16 * MB, limit)).toBe(at);
  });

  test("is reserved from then on: the next one lies below it", () => {
    const lmb = new Lmb(ram, []);
    const taken = [0, 1, 2].map(() => lmb.take(16 * MB, 16 * MB, 2 * GB));
    expect(taken).toEqual([16, 32, 48].map((below) => 2 * GB - below * MB));
  });

  test("may lie in what is left of an alignment where it needs none", () => {
    const lmb = new Lmb(ram, [[2 * GB - 4096, 4096]]);
    expect(lmb.take(4096, 4096, 2 * GB)).toBe(2 * GB - 8192);
  });
});

describe("memory", () => {
  test("ends with the last of its regions, in whatever order they are told", () => {
    expect(new Lmb(ram, []).end).toBe(5 * GB);
    expect(new Lmb(ram.toReversed(), []).end).toBe(5 * GB);
  });

  test("is one region where regions touch: a block can lie across", () => {
    const touching = [
      [0, 8 * MB],
      [8 * MB, 8 * MB],
    ] as const;
    for (const regions of [touching, touching.toReversed()])
      expect(new Lmb(regions, []).take(12 * MB, MB, null)).toBe(4 * MB);
  });

  test("that fills the gap between two regions joins them", () => {
    const regions = [
      [0, 4 * MB],
      [8 * MB, 4 * MB],
      [4 * MB, 4 * MB],
    ] as const;
    expect(new Lmb(regions, []).take(10 * MB, MB, null)).toBe(2 * MB);
  });
});
