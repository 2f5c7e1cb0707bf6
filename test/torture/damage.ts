// damage.ts - files whose bytes are others: bits flipped, ends cut, stretches zeroed, sectors swapped or repeated.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Dice } from "../../src/dice.ts";
import { complaintOf } from "./answers.ts";
import { gartrace, rudeness } from "./command.ts";
import { type Campaign, oneOf } from "./trial.ts";
import { copyOfTwin } from "./twin.ts";

const SECTOR = 512;

type Damage = (bytes: Buffer, dice: Dice) => Buffer;
const sectorOf = (bytes: Buffer, dice: Dice): number =>
  SECTOR * dice.roll(Math.floor(bytes.length / SECTOR));

const damages: readonly Damage[] = [
  (bytes, dice) => {
    for (let flips = 1 + dice.roll(4); flips > 0; flips--)
      bytes[dice.roll(bytes.length)]! ^= 1 << dice.roll(8);
    return bytes;
  },
  // Most that is read first, and most of what describes the rest, is at the beginning.
  (bytes, dice) => {
    bytes[dice.roll(Math.min(bytes.length, 4096))] = dice.roll(256);
    return bytes;
  },
  (bytes, dice) => bytes.subarray(0, dice.roll(bytes.length)),
  (bytes, dice) => {
    const from = sectorOf(bytes, dice);
    const to = Math.min(from + SECTOR * (1 + dice.roll(8)), bytes.length);
    return bytes.fill(oneOf(dice, [0, 0xff]), from, to);
  },
  (bytes, dice) => {
    const [a, b] = [sectorOf(bytes, dice), sectorOf(bytes, dice)];
    const held = Buffer.from(bytes.subarray(a, a + SECTOR));
    bytes.copy(bytes, a, b, b + SECTOR);
    held.copy(bytes, b);
    return bytes;
  },
  (bytes, dice) => {
    const at = sectorOf(bytes, dice);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(sectorOf(bytes, dice))]);
  },
  (bytes, dice) => Buffer.concat([bytes, Buffer.alloc(1 + dice.roll(20_000), dice.roll(256))]),
];

export const damage: Campaign = {
  tries: "files damaged",
  owed: 10_000,
  needsPreload: false,
  async run({ dice, folder, byCommand }) {
    const path = join(folder, "t.gart");
    const { answers } = await copyOfTwin(dice, path);
    writeFileSync(path, oneOf(dice, damages)(readFileSync(path), dice));
    return complaintOf(path, answers) ?? (byCommand ? askCommands(folder) : null);
  },
};

/** The same by the command: it ends with a code and a sentence. */
export async function askCommands(folder: string): Promise<string | null> {
  for (const command of ["info", "events", "verify", "check"]) {
    const words = [command, "t.gart"];
    const rude = rudeness(words, await gartrace(words, { folder }));
    if (rude !== null) return rude;
  }
  return null;
}
