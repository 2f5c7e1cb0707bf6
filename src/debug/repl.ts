// repl.ts - the debugger at a terminal, in a pipe and from a script.

import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline/promises";
import { UserError } from "../fault.ts";
import { counted, titleOf } from "../report/text.ts";
import { Interpreter } from "./commands.ts";
import type { Desk } from "./desk.ts";

const PROMPT = "(gartrace) ";
/** Lines kept of what was typed. */
const REMEMBERED = 1000;

type Say = (text: string) => Promise<void>;

/** Carries out a script's lines; stops at the first that fails, with its place. */
export async function runScript(desk: Desk, path: string, text: string, say: Say): Promise<void> {
  const interpreter = new Interpreter(desk);
  for (const [i, line] of text.split("\n").entries()) {
    // An empty line separates here; nobody leans on the Enter key.
    if (line.trim() === "" || line.trim().startsWith("#")) continue;
    const printed = await interpreter.run(line).catch((error) => {
      if (error instanceof UserError) throw new UserError(`${path}:${i + 1}: ${error.message}`);
      throw error;
    });
    if (printed !== "") await say(printed);
    if (desk.isOver) return;
  }
}

/** Reads lines from whoever is there until they leave; a line that fails is told of and forgotten. */
export async function converse(desk: Desk, say: Say): Promise<void> {
  const interpreter = new Interpreter(desk);
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const terminal = createInterface({
    input: process.stdin,
    ...(isTerminal ? { output: process.stdout } : {}),
    terminal: isTerminal,
    prompt: PROMPT,
    history: isTerminal ? remembered() : [],
    historySize: REMEMBERED,
    removeHistoryDuplicates: true,
    completer: (line: string) => interpreter.complete(line),
  });
  // Ctrl-C forgets the line; Ctrl-D leaves.
  terminal.on("SIGINT", () => {
    terminal.write(null, { ctrl: true, name: "u" });
    terminal.prompt();
  });
  if (isTerminal) {
    await say(greeting(desk));
    terminal.prompt();
  }
  for await (const line of terminal) {
    if (isTerminal) remember(line);
    const printed = await interpreter.run(line).catch((error) => {
      if (error instanceof UserError) return error.message;
      throw error;
    });
    if (printed !== "") await (isTerminal ? paged(desk, terminal, printed, say) : say(printed));
    if (desk.isOver) break;
    if (isTerminal) terminal.prompt();
  }
  terminal.close();
}

function greeting(desk: Desk): string {
  const { trace } = desk.session;
  return [
    `${desk.name}: ${titleOf(trace.about)}, ${trace.about.workload}, ${counted(trace.count)} events`,
    "'help' lists the commands, 'continue' goes to the end, 'break wrong' stops at the first bad number.",
  ].join("\n");
}

/** Long output a page at a time. */
async function paged(desk: Desk, terminal: Interface, text: string, say: Say): Promise<void> {
  const lines = text.split("\n");
  if (desk.pages === 0) return say(text);
  for (let from = 0; from < lines.length; from += desk.pages) {
    await say(lines.slice(from, from + desk.pages).join("\n"));
    if (from + desk.pages >= lines.length) return;
    const answer = await terminal.question("-- Enter for more, q to stop --");
    if (answer.trim().startsWith("q")) return;
  }
}

/** Where what was typed is kept between uses (XDG Base Directory Specification, state). */
function historyFile(): string {
  const state = process.env.XDG_STATE_HOME || join(homedir(), ".local", "state");
  const folder = join(state, "gartrace");
  mkdirSync(folder, { recursive: true });
  return join(folder, "history");
}

/** Newest first, as readline wants it; where there is no such file yet, nothing. */
function remembered(): string[] {
  try {
    const lines = readFileSync(historyFile(), "utf8").trimEnd().split("\n");
    return lines.slice(-REMEMBERED).reverse();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== undefined) return [];
    throw error;
  }
}

/** A home that cannot be written to costs the history, not the session. */
function remember(line: string): void {
  if (line.trim() === "") return;
  try {
    appendFileSync(historyFile(), `${line}\n`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
  }
}
