// trial.ts - one attempt to make gartrace lose something, or answer wrongly in silence, and what came of it.

import { Dice } from "../../src/dice.ts";

/** What a trial has to work with: chance, and an empty folder. */
export interface Ground {
  readonly dice: Dice;
  readonly folder: string;
  /** Whether answers are asked of the command as well. */
  readonly byCommand: boolean;
}

export interface Campaign {
  /** What is tried, in the plural: the row of the table. */
  readonly tries: string;
  /** How many trials a whole run has. */
  readonly owed: number;
  /** Whether a trial is bound to need the compiled preload library. */
  readonly needsPreload: boolean;
  /** The complaint; null where gartrace held. */
  readonly run: (ground: Ground) => Promise<string | null>;
}

/** Trials that ask the command as well, one of so many. */
const BY_COMMAND = 50;

/** The ground of trial `n`: another seed gives other trials, the same seed the same. */
export const groundOf = (seed: number, n: number, folder: string): Ground => ({
  // Trials of neighbouring numbers must not begin alike.
  dice: new Dice(Math.imul(seed, 0x9e3779b1) ^ Math.imul(n + 1, 0x85ebca6b)),
  folder,
  byCommand: n % BY_COMMAND === 0,
});

export const oneOf = <T>(dice: Dice, list: readonly T[]): T => list[dice.roll(list.length)]!;
