// imports.ts - logs with lines that nobody wrote: imported, stored, read back, exported, imported again.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Dice } from "../../src/dice.ts";
import { jsonl } from "../../src/exchange/export/jsonl.ts";
import { PROBES, probesFrom } from "../../src/exchange/import/kernel/probes.ts";
import { importFiles } from "../../src/exchange/import/merge.ts";
import { UserError } from "../../src/fault.ts";
import { makeTrace } from "../../src/library/make-trace.ts";
import { removeFile } from "../../src/store/output-file.ts";
import { TraceReader } from "../../src/store/read.ts";
import { fileOf } from "../exchange/written.ts";
import { answersOf, toldBy } from "./answers.ts";
import { gartrace, rudeness } from "./command.ts";
import { type Campaign, oneOf } from "./trial.ts";

/** Lines of a log that are kept of its beginning, and that are taken somewhere in it. */
const HEAD = 12;
const TAKEN = 200;
/** One line in so many of the beginning is another. */
const IN_HEAD = 40;

const sources = ["traces/captures", "traces/reference", "traces/kernel-code"].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".gz"))
    .sort()
    .map((name) => join(folder, name)),
);

type Log = readonly string[];
let logs: { readonly all: readonly Log[]; readonly long: readonly Log[] } | undefined;

/** All of them are held: most of a trial would be spent on reading one. */
function allLogs() {
  if (logs === undefined) {
    const all = sources.map((path) =>
      gunzipSync(readFileSync(path)).toString("latin1").split("\n"),
    );
    logs = { all, long: all.filter(({ length }) => length > HEAD + TAKEN) };
  }
  return logs;
}

const numbers = [
  "0",
  "-1",
  "1",
  "4294967296",
  "9007199254740993",
  "18446744073709551615",
  "0xffffffffffffffff",
  "fffffffffffff000",
  "1e99",
  "",
];
const pieces = [
  "\u0000",
  "\u001b[31m",
  "{",
  "}",
  '"',
  "\\",
  ",",
  " ",
  "(",
  "=",
  "\ufffd",
  "\u202e",
  "x".repeat(3000),
];

/** How one line becomes another. */
const mutations: readonly ((line: string, dice: Dice) => string)[] = [
  (line, dice) =>
    swapped(line, /-?(?:0x)?[0-9a-f]*\d[0-9a-f]*/gi, () => oneOf(dice, numbers), dice),
  (line, dice) => {
    const at = dice.roll(line.length + 1);
    return line.slice(0, at) + oneOf(dice, pieces) + line.slice(at + dice.roll(3));
  },
  (line, dice) => line.slice(0, dice.roll(line.length + 1)),
  (line, dice) => line.slice(dice.roll(line.length + 1)),
  (line) => line + line,
  (line, dice) => swapped(line, /[a-z_]{3,}/gi, (word) => word.slice(1), dice),
  () => "",
];

/** One of the places that match becomes something else. */
function swapped(line: string, place: RegExp, by: (found: string) => string, dice: Dice): string {
  const found = [...line.matchAll(place)];
  if (found.length === 0) return line;
  const { 0: text, index } = oneOf(dice, found);
  return line.slice(0, index) + by(text) + line.slice(index + text.length);
}

/** A part of a log, of which one line in so many is another; its beginning, which says what it is, less often. */
function mutated(dice: Dice): { readonly text: string; readonly lines: number } {
  const { all, long } = allLogs();
  const lines = oneOf(dice, dice.roll(4) === 0 ? all : long);
  const from = HEAD + dice.roll(Math.max(lines.length - HEAD - TAKEN, 1));
  const taken = [...lines.slice(0, HEAD), ...lines.slice(from, from + TAKEN)];
  const every = 1 + dice.roll(4);
  let changed = 0;
  for (const [i, line] of taken.entries()) {
    if (dice.roll(i < HEAD ? IN_HEAD : every) !== 0) continue;
    taken[i] = oneOf(dice, mutations)(line, dice);
    changed++;
  }
  return { text: taken.join("\n"), lines: changed };
}

export const imports: Campaign & { readonly linesChanged: () => number } = {
  tries: "logs with mutated lines, through the store and back",
  owed: 10_000,
  needsPreload: false,
  linesChanged: () => changed,
  async run({ dice, folder, byCommand }) {
    const log = join(folder, "log.txt");
    const { text, lines } = mutated(dice);
    changed += lines;
    writeFileSync(log, text, "latin1");
    if (byCommand) {
      const words = ["import", "log.txt", "-o", "c.gart"];
      const rude = rudeness(words, await gartrace(words, { folder }));
      if (rude !== null) return rude;
    }
    const [path, back] = [join(folder, "t.gart"), join(folder, "back.gart")];
    const digest = await importedTo(path, log);
    if (digest === null) return null;
    answersOf(path);
    const told = toldBy(path);
    if (told !== null) return `verify of what was imported: ${told.slice(0, 300)}`;
    const lines2 = join(folder, "t.jsonl");
    exportTo(lines2, path);
    const again = await importedTo(back, lines2);
    if (again === null) return "its own export is refused";
    return again === digest ? null : "another trace comes back from its own export";
  },
};

/** Lines that were changed by this process. */
let changed = 0;

/** The digest of what was imported; null where the import was refused in a sentence. */
async function importedTo(path: string, log: string): Promise<string | null> {
  try {
    const wishes = { strict: false, follow: null, probes: probesFrom(PROBES), keep: null };
    const { digest } = await makeTrace(path, false, async ({ open, beside }) => {
      beside(await importFiles([log], wishes, open));
    });
    return digest;
  } catch (error) {
    removeFile(path);
    if (error instanceof UserError) return null;
    throw error;
  }
}

function exportTo(to: string, path: string): void {
  const trace = TraceReader.open(path);
  try {
    writeFileSync(to, fileOf(jsonl, [trace]));
  } finally {
    trace.close();
  }
}
