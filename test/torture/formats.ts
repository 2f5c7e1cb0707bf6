// formats.ts - a file of each format that is read, wounded: a trace, or a sentence that names the file, in good time.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Seed, seeds } from "../exchange/import/fuzz/seeds.ts";
import { complaintOf, tried } from "../exchange/import/fuzz/tried.ts";
import { wounds } from "../exchange/import/fuzz/wounds.ts";
import { gartrace, rudeness } from "./command.ts";
import { type Campaign, oneOf } from "./trial.ts";

let all: readonly Seed[] | null = null;

export const formats: Campaign = {
  tries: "wounded files of every format that is imported",
  owed: 500,
  needsPreload: false,
  async run({ dice, folder, byCommand }) {
    all ??= await seeds();
    const seed = oneOf(dice, all);
    let bytes = seed.files.wounded!;
    const names: string[] = [];
    for (let i = dice.roll(3); i >= 0; i--) {
      const [name, wound] = oneOf(dice, Object.entries(wounds));
      names.push(name);
      bytes = wound(bytes, dice);
    }
    const complaint = complaintOf(await tried(folder, seed, bytes));
    if (complaint !== null) return `${seed.name}, ${names.join(", ")}: ${complaint}`;
    if (!byCommand) return null;
    const files = { ...seed.files, wounded: bytes };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const words = ["import", ...Object.keys(files), "-o", "f.gart"];
    return rudeness(words, await gartrace(words, { folder }));
  },
};
