// logs.fuzz.ts - a wounded file of any format gives a trace with every line counted, or a sentence: no crash, no hang.

import { beforeAll, expect, test } from "vitest";
import { Dice } from "../../../../src/dice.ts";
import { freshFolder } from "../../../fresh-folder.ts";
import { type Seed, seeds } from "./seeds.ts";
import { complaintOf, tried } from "./tried.ts";
import { longLines, type Wound, wounds } from "./wounds.ts";

let all: readonly Seed[];
const folder = freshFolder();
beforeAll(async () => {
  all = await seeds();
});

test("each seed is imported as it is, or nothing would be tried", async () => {
  for (const seed of all) {
    const { says, sources } = await tried(folder, seed, seed.files.wounded!);
    expect(says, seed.name).toBeNull();
    const { counts } = sources![0]!;
    if (!/kallsyms|bases|dump|domain/.test(seed.name))
      expect(
        counts.some(({ kept }) => kept > 0),
        seed.name,
      ).toBe(true);
  }
});

const trial = async (seed: Seed, name: string, wound: Wound, n: number): Promise<void> => {
  const dice = new Dice(n);
  const outcome = await tried(folder, seed, wound(seed.files.wounded!, dice));
  expect(complaintOf(outcome), `${seed.name}, ${name}, seed ${n}`).toBeNull();
};

/** Some rounds of each; `npm run torture -- --only formats` goes on with them. */
test.each(Object.entries(wounds))(
  "%s",
  async (name, wound) => {
    const isOfDice = !/megabyte|UTF|CR|mark|last line/.test(name);
    for (const seed of all)
      for (let n = 1; n <= (isOfDice ? 2 : 1); n++) await trial(seed, name, wound, n);
  },
  180_000,
);

test("a line of a megabyte, whatever it is made of", async () => {
  for (const [i, [unit, wound]] of longLines.entries())
    for (let k = i % APART; k < all.length; k += APART) await trial(all[k]!, unit, wound, 100 + i);
}, 180_000);
/** Each unit in one seed of so many. */
const APART = 30;
