// words.test.ts - words are found in bytes wherever they stand, in each other too.

import { expect, test } from "vitest";
import { Dice } from "../../../../src/dice.ts";
import { Words } from "../../../../src/exchange/import/source/words.ts";

function found(words: readonly string[], text: string): string[] {
  const all: string[] = [];
  new Words(words).find(Buffer.from(text, "latin1"), (word) => all.push(words[word]!));
  return all;
}

test("a word is found that is another's end, beginning or middle, and each time that it stands there", () => {
  expect(found(["she", "he", "hers", "his"], "ushers")).toEqual(["she", "he", "hers"]);
  expect(found(["smmu_", "smmuv3_"], "smmuv3_x smmu_y smmu_")).toEqual([
    "smmuv3_",
    "smmu_",
    "smmu_",
  ]);
  expect(found(["aa"], "aaaa")).toEqual(["aa", "aa", "aa"]);
  expect(found(["\xb5\xff"], "a\xb5\xff")).toEqual(["\xb5\xff"]);
  expect(found(["word"], "")).toEqual([]);
});

test("what is found is what a search for each word finds", () => {
  const dice = new Dice(3);
  const letters = (most: number) =>
    Array.from({ length: 1 + dice.roll(most) }, () => "ab("[dice.roll(3)]).join("");
  for (let round = 0; round < 200; round++) {
    const words = [...new Set(Array.from({ length: 6 }, () => letters(4)))];
    const text = letters(60);
    expect(new Set(found(words, text))).toEqual(
      new Set(words.filter((word) => text.includes(word))),
    );
  }
});
