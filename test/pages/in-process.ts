// in-process.ts - the examples of the pages by the functions behind the commands, without a process of their own.
//
// What is made (a trace that is recorded or imported) is made once; what is read from it is an example.

import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Command as Program } from "commander";
import { vi } from "vitest";
import { addBlame } from "../../src/cli/blame.ts";
import { addCheck } from "../../src/cli/check.ts";
import { addDebug } from "../../src/cli/debug.ts";
import { addDiff } from "../../src/cli/diff.ts";
import { addEvents } from "../../src/cli/events.ts";
import { addExplain } from "../../src/cli/explain.ts";
import { addFork } from "../../src/cli/fork.ts";
import { addHistory } from "../../src/cli/history.ts";
import { addImport } from "../../src/cli/import.ts";
import { addInfo } from "../../src/cli/info.ts";
import { addRecord } from "../../src/cli/record.ts";
import { addState } from "../../src/cli/state.ts";
import { addWhy } from "../../src/cli/why.ts";
import { addXlate } from "../../src/cli/xlate.ts";
import { debug } from "../../src/library/debug.ts";
import { openTrace } from "../../src/library/trace.ts";
import { freshFolder } from "../fresh-folder.ts";
import { type Command, examplesOf, roomPages } from "./page.ts";

const making = [addRecord, addImport, addFork];
const reading = [
  ...[addBlame, addCheck, addDebug, addDiff, addEvents, addExplain, addHistory, addInfo],
  ...[addState, addWhy, addXlate],
];

/** The words of a shell's line; null where it has more than words and quotes. */
function wordsOf(line: string): string[] | null {
  const tokens = [...line.matchAll(/'[^']*'|"[^"$`\\]*"|[^\s'"]+/g)].map(([token]) => token);
  if (tokens.some((token) => /^[|;&<>]|[$`]/.test(token))) return null;
  return tokens.map((token) => token.replace(/^(['"])(.*)\1$/s, "$2"));
}

/** Files of this repository by a pattern whose last part has a star. */
function expanded(word: string): string[] {
  if (!word.includes("*")) return [word];
  const [before, after] = basename(word).split("*");
  return readdirSync(dirname(word))
    .filter((name) => name.startsWith(before!) && name.endsWith(after!))
    .sort()
    .map((name) => join(dirname(word), name));
}

/** Carries out a command and gives what it prints. */
async function printed(words: readonly string[]): Promise<string> {
  const program = new Program("gartrace").exitOverride();
  for (const add of [...making, ...reading]) add(program);
  let text = "";
  const take = (chunk: unknown) => {
    text += String(chunk);
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, "write").mockImplementation(take),
  );
  const { exitCode } = process;
  try {
    await program.parseAsync(words, { from: "user" });
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.exitCode = exitCode;
  }
  return text;
}

export interface Tried extends Command {
  readonly page: string;
  /** Gives the lines that it prints. */
  readonly lines: () => Promise<string[]>;
}
/** Examples, and what makes the traces that they ask. */
export interface Asking {
  readonly tried: readonly Tried[];
  readonly make: () => Promise<void>;
}

const isTrace = (word: string) => /^[\w-]+\.gart$/.test(word);
const folder = freshFolder();
/** By the commands that make traces: the folder of each; pages make the same traces. */
const made = new Map<string, string>();

/** Makes a trace, and those that it is made of, once, and gives its path. */
async function pathOf(trace: string, makers: ReadonlyMap<string, string[]>): Promise<string> {
  const words = makers.get(trace)!;
  const key = words.join(" ");
  const known = made.get(key);
  if (known !== undefined) return join(known, trace);
  const inside = join(folder, `${made.size}`);
  mkdirSync(inside);
  made.set(key, inside);
  const paths = words.map((word) => {
    if (!isTrace(word)) return word;
    return word === trace ? join(inside, trace) : pathOf(word, makers);
  });
  await printed(await Promise.all(paths));
  return join(inside, trace);
}

/** A page's examples that ask a trace, by the names of their commands. */
function askingOf(page: string, asked: readonly string[]): Asking {
  const all = examplesOf(readFileSync(page, "utf8")).flatMap((one) =>
    "file" in one ? [] : one.commands,
  );
  /** By the name of a trace: the command that makes it. */
  const makers = new Map<string, string[]>();
  const tried: Tried[] = [];
  const wanted = new Set<string>();
  for (const command of all) {
    const words = wordsOf(command.line)?.flatMap(expanded);
    if (words?.[0] !== "gartrace") continue;
    const [, name, ...rest] = words;
    const traces = rest.filter(isTrace);
    const output = rest.indexOf("-o");
    if (["record", "import", "fork"].includes(name!) && output >= 0)
      makers.set(rest[output + 1]!, words.slice(1));
    // What a page's own file is needed for is tried with that page.
    else if (
      asked.includes(name!) &&
      traces.every((one) => makers.has(one)) &&
      !rest.includes("--checks")
    ) {
      for (const trace of traces) wanted.add(trace);
      tried.push({ ...command, page, lines: () => linesOf(command, words.slice(1)) });
    }
  }

  async function linesOf({ input }: Command, words: string[]): Promise<string[]> {
    const paths = words.map((word) => (isTrace(word) ? pathOf(word, makers) : word));
    const full = await Promise.all(paths);
    const text = words[0] === "debug" ? await debugged(full.slice(1), input) : await printed(full);
    const lines = text.replaceAll(new RegExp(`${folder}/\\d+/`, "g"), "").trimEnd();
    return lines === "" ? [] : lines.split("\n");
  }
  const make = async () => {
    for (const trace of wanted) await pathOf(trace, makers);
  };
  return { tried, make };
}

/** What the debugger says to what is typed. */
async function debugged(paths: readonly string[], typed: readonly string[]): Promise<string> {
  const [trace, other] = paths.map((path) => openTrace(path));
  let text = "";
  const say = async (one: string) => {
    text += `${one}\n`;
  };
  try {
    await debug(trace!, say, { other, script: { path: "typed", text: typed.join("\n") } });
  } finally {
    for (const one of [trace, other]) one?.close();
  }
  return text;
}

/** The examples of all pages that ask a trace by these commands. */
export function allAsking(asked: readonly string[]): Asking {
  const all = ["README.md", ...roomPages].map((page) => askingOf(page, asked));
  const make = async () => {
    for (const one of all) await one.make();
  };
  return { tried: all.flatMap(({ tried }) => tried), make };
}
