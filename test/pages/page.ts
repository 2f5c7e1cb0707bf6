// page.ts - a page of documentation as its readers use it: files to write, and commands with what they print.
//
// A fence with a file's name behind its language is a file: ```json own.jsonl. One of the language `console` has
// commands behind "$ ", each with its output below it; "..." stands for any lines, and at the end of a line for its
// rest. What is typed at a program's own prompt stands behind "(gartrace) ". One of the language `text` claims nothing.

import { readdirSync } from "node:fs";
import { join } from "node:path";

/** The pages of the rooms, one a room. */
export const roomPages: readonly string[] = readdirSync("src", {
  recursive: true,
  encoding: "utf8",
})
  .filter((path) => path.endsWith("README.md"))
  .map((path) => join("src", path))
  .sort();

export interface Command {
  readonly line: string;
  /** What is typed into it. */
  readonly input: readonly string[];
  readonly output: readonly string[];
}

export type Example =
  | { readonly file: string; readonly text: string }
  | { readonly commands: readonly Command[] };

const PROMPT = "(gartrace) ";
const claimless = new Set(["text"]);

export function examplesOf(page: string): readonly Example[] {
  const fences = page.matchAll(/^```(\S*) ?(\S*)\n(.*?)^```$/gms);
  return [...fences].flatMap(([, language = "", file = "", text = ""]): Example[] => {
    if (file !== "") return [{ file, text }];
    if (language === "console") return [{ commands: commandsOf(text) }];
    if (claimless.has(language)) return [];
    throw new Error(`a fence of '${language}' that nobody can try:\n${text}`);
  });
}

function commandsOf(text: string): Command[] {
  const [before, ...parts] = `\n${text.replaceAll("\\\n", "")}`.split("\n$ ");
  if (before !== "") throw new Error(`this stands before the first command: ${before}`);
  return parts.map((part) => {
    const [line = "", ...rest] = part.trimEnd().split("\n");
    const isTyped = (one: string) => one.startsWith(PROMPT);
    return {
      line,
      input: rest.filter(isTyped).map((one) => one.slice(PROMPT.length)),
      output: rest.filter((one) => !isTyped(one)),
    };
  });
}

/** Whether lines that were printed are those that a page shows. */
export function isShown(printed: readonly string[], shown: readonly string[]): boolean {
  const [first, ...rest] = shown;
  if (first === undefined) return printed.length === 0;
  if (first !== "...") {
    const [line, ...others] = printed;
    return line !== undefined && isLine(line, first) && isShown(others, rest);
  }
  if (rest.length === 0) return true;
  return printed.some((_, at) => isShown(printed.slice(at), rest));
}

const isLine = (line: string, shown: string): boolean =>
  shown.endsWith("...") ? line.startsWith(shown.slice(0, -3)) : line.trimEnd() === shown;
