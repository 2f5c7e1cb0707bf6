// pairs.ts - two commands at once on one file.

import { join } from "node:path";
import { toldBy } from "./answers.ts";
import { gartrace, rudeness } from "./command.ts";
import { type Campaign, oneOf } from "./trial.ts";
import { copyOfTwin } from "./twin.ts";

const beside = [
  "mark t.gart #3 words",
  "index t.gart",
  "info t.gart",
  "verify t.gart",
  "verify t.gart --repair",
  "export t.gart --format jsonl -o out -f",
  "record bug:stale-gart-tlb -o t.gart -f",
].map((line) => line.split(" "));

export const pairs: Campaign = {
  tries: "pairs of commands on one file",
  owed: 200,
  needsPreload: false,
  async run({ dice, folder }) {
    const path = join(folder, "t.gart");
    await copyOfTwin(dice, path);
    const pair = [oneOf(dice, beside), oneOf(dice, beside)] as const;
    const said = pair.map((words) => words.join(" ")).join(" and ");
    const ran = await Promise.all(pair.map((words) => gartrace(words, { folder })));
    for (const [i, one] of ran.entries()) {
      const rude = rudeness(pair[i]!, one);
      if (rude !== null) return `${said}: ${rude}`;
    }
    const told = toldBy(path);
    return told === null ? null : `${said}: verify says ${told.slice(0, 200)}`;
  },
};
