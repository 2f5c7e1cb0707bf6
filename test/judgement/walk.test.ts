// walk.test.ts - a part of the walk: every command gives one answer on each trace, and so does a plain reading.

import { expect, test } from "vitest";
import { freshFolder } from "../fresh-folder.ts";
import { cutOf } from "./cut.ts";
import { walk } from "./walk.ts";
import { groups, walkedAll } from "./walked.ts";

const few = { run: 3, lenient: 1, bug: 8, recording: 1, capture: 1 };

test.each(cutOf(walkedAll, 1, few))("$name", async (walked) => {
  const row = await walk(walked, { folder: freshFolder(), prints: false });
  expect(row).toMatchObject({ disagreements: [], untold: null });
});

test("what is walked has names of its own, and some of each group", () => {
  const names = walkedAll.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const group of groups) expect(walkedAll.some((one) => one.group === group)).toBe(true);
});

test("the same seed cuts the same, another one something else", () => {
  const cut = (seed: number) => cutOf(walkedAll, seed).map(({ name }) => name);
  expect(cut(5)).toEqual(cut(5));
  expect(cut(5)).not.toEqual(cut(6));
});
