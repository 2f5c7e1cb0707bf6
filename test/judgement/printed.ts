// printed.ts - what the commands print of a trace, held to what they answered.

import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";
import type { Answer } from "./answers.ts";

const run = promisify(execFile);
const main = resolve("dist/src/cli/main.js");
/** Stops that are gone through one by one. */
const MOST_STOPS = 200;
const BYTES = 2 ** 28;

/** What a command prints, and its exit code. */
async function ran(words: readonly string[]): Promise<{ text: string; code: number }> {
  try {
    const { stdout } = await run(process.execPath, [main, ...words], { maxBuffer: BYTES });
    return { text: stdout, code: 0 };
  } catch (error) {
    const { stdout, code } = error as { stdout?: string; code?: unknown };
    if (typeof code !== "number") throw error;
    return { text: stdout ?? "", code };
  }
}

/** What each command prints of the whole word and the wrong events, as far as it prints it. */
type Printed = Partial<Answer> & { readonly word?: string };
type Print = (path: string, wrong: Answer) => Promise<Printed>;

const prints: { readonly [command: string]: Print } = {
  "info --json": async (path) => {
    const { judgement, wrong } = JSON.parse((await ran(["info", path, "--json"])).text) as {
      judgement: string;
      wrong: Answer;
    };
    return { word: judgement, ...wrong };
  },
  info: async (path) => sentence((await ran(["info", path])).text.split("\n")[0]),
  check: async (path) => sentence((await ran(["check", path])).text.trimEnd().split("\n").at(-1)),
  blame: async (path) => sentence((await ran(["blame", path])).text.split("\n")[0]),
  "check --json": async (path) => {
    const { text, code } = await ran(["check", path, "--json"]);
    return { word: wordOf(code, JSON.parse(text).judgement) };
  },
  "blame --json": async (path) => {
    const { text, code } = await ran(["blame", path, "--json"]);
    const { judgement, wrong } = JSON.parse(text) as { judgement: string; wrong: Answer };
    return { word: wordOf(code, judgement), ...wrong };
  },
  "diff with itself": async (path) => {
    const { code } = await ran(["diff", path, path, "--brief"]);
    return code === 0 || code === 3 ? {} : { word: `exit code ${code}` };
  },
  "events --wrong": async (path) => {
    const lines = (await ran(["events", path, "--wrong", "--json"])).text.trimEnd().split("\n");
    const seqs = lines.filter((line) => line !== "").map((line) => JSON.parse(line).seq as number);
    return { events: seqs.length, first: seqs[0] ?? null };
  },
  query: async (path) => {
    const sql = "SELECT count(*) AS events, min(seq) AS first FROM wrong";
    return JSON.parse((await ran(["query", path, sql, "--json"])).text) as Answer;
  },
  debug: async (path, { events }) => {
    if (events > MOST_STOPS) return {};
    const script = `${path}.debug`;
    writeFileSync(script, `break wrong\n${"continue\n".repeat(events + 1)}info breakpoints\n`);
    const { text } = await ran(["debug", path, "-x", script]);
    const stops = [...text.matchAll(/^breakpoint 1, wrong.*\n#(\d+)/gm)].map(([, seq]) => seq);
    return { events: stops.length, first: numberIn(stops[0]) };
  },
};

/** By the exit code of a command that judges: 0 right, 1 wrong, 3 undecided. */
const words = ["right", "wrong", "trouble", "undecided"];

/** The word that was printed, if the exit code says the same. */
const wordOf = (code: number, word: string): string =>
  words[code] === word ? word : `${word} with exit code ${code}`;

/** "wrong: 8 wrong events, the first #2120; 24 of 28 uses right" */
function sentence(line = ""): Printed {
  const [, word = ""] = /^(\w+)/.exec(line) ?? [];
  const [, events] = /([\d,]+) wrong events?/.exec(line) ?? [];
  const [, first] = /the first #(\d+)/.exec(line) ?? [];
  return { word, events: numberIn(events) ?? 0, first: numberIn(first) };
}

const numberIn = (text: string | undefined): number | null =>
  text === undefined ? null : Number(text.replaceAll(",", ""));

/** Where a command prints something else: a line each. */
export async function printed(path: string, word: string, wrong: Answer): Promise<string[]> {
  const said: string[] = [];
  const wanted = { word, ...wrong };
  for (const [command, print] of Object.entries(prints)) {
    const found = await print(path, wrong);
    for (const [what, value] of Object.entries(found))
      if (value !== wanted[what as keyof typeof wanted])
        said.push(
          `${command} prints ${what} ${value}, and it is ${wanted[what as keyof typeof wanted]}`,
        );
  }
  return said;
}
