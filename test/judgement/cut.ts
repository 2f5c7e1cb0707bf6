// cut.ts - a part of the walk, chosen by a seed: some of each group.

import { Dice } from "../../src/dice.ts";
import { groups, type Walked } from "./walked.ts";

/** How many of each group are in the cut of CI; all bugs, for they are small. */
const inCi: { readonly [G in Walked["group"]]: number } = {
  run: 60,
  lenient: 6,
  bug: Number.POSITIVE_INFINITY,
  recording: 12,
  capture: 3,
};

export function cutOf(all: readonly Walked[], seed: number, sizes = inCi): Walked[] {
  const dice = new Dice(seed);
  return groups.flatMap((group) => {
    const those = all.filter((one) => one.group === group);
    return Array.from(dice.shuffled(those.length), (i) => those[i]!).slice(0, sizes[group]);
  });
}
