// repl.ts - the debugger at a terminal, in a pipe and from a script.

import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline/promises";
import { UserError } from "../fault.ts";
import { counted, titleOf } from "../report/text.ts";
import { inLine } from "../visible.ts";
import type { Context } from "./command.ts";
import { Interpreter } from "./interpreter.ts";

const PROMPT = "(gartrace) ";
/** Lines kept of what was typed. */
const REMEMBERED = 1000;

type Say = (text: string) => Promise<void>;

/** Carries out a script's lines; stops at the first that fails, with its place. */
export async function runScript(
  context: Context,
  path: string,
  text: string,
  say: Say,
): Promise<void> {
  const interpreter = new Interpreter(context);
  for (const [i, line] of text.split("\n").entries()) {
    // In a script an empty line is layout; at the terminal it repeats the last command.
    if (line.trim() === "" || line.trim().startsWith("#")) continue;
    const printed = await interpreter.run(line).catch((error) => {
      if (error instanceof UserError) throw new UserError(`${path}:${i + 1}: ${error.message}`);
      throw error;
    });
    if (printed !== "") await say(printed);
    if (context.isOver) return;
  }
}

/** Reads lines from standard input to its end or `quit`; a line that fails prints its error. */
export async function converse(context: Context, say: Say): Promise<void> {
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const interpreter = new Interpreter(context);
  const answered = async (line: string) =>
    interpreter.run(line).catch((error) => {
      if (error instanceof UserError) return error.message;
      throw error;
    });
  if (isTerminal) return atTerminal(context, say, answered, (line) => interpreter.complete(line));
  for await (const line of createInterface({ input: process.stdin })) {
    const printed = await answered(line);
    if (printed !== "") await say(printed);
    if (context.isOver) return;
  }
}

/** Tab completes, Ctrl-C clears the line or interrupts the command, Ctrl-D leaves. */
async function atTerminal(
  context: Context,
  say: Say,
  answered: (line: string) => Promise<string>,
  completer: (line: string) => [string[], string],
): Promise<void> {
  const terminal = createInterface({
    ...{ input: process.stdin, output: process.stdout, terminal: true, prompt: PROMPT, completer },
    ...{ history: remembered(), historySize: REMEMBERED, removeHistoryDuplicates: true },
  });
  let [isBusy, isClosed] = [false, false];
  terminal.on("SIGINT", () => {
    if (isBusy) {
      context.interrupt();
      return;
    }
    terminal.write(null, { ctrl: true, name: "e" });
    terminal.write(null, { ctrl: true, name: "u" });
    terminal.prompt();
  });
  terminal.on("close", () => {
    isClosed = true;
    context.interrupt();
  });
  // Ctrl-C right after Enter interrupts the command, not the next line.
  terminal.on("line", () => {
    isBusy = true;
  });
  await say(greeting(context));
  terminal.prompt();
  for await (const line of terminal) {
    remember(line);
    isBusy = true;
    await paged(context, terminal, await answered(line), say);
    isBusy = false;
    if (context.isOver || isClosed) break;
    context.goOn();
    terminal.prompt();
  }
  // Ctrl-D leaves the cursor behind the prompt.
  if (isClosed) await say("");
  terminal.close();
}

function greeting(context: Context): string {
  const { trace } = context.session;
  return [
    `${context.name}: ${titleOf(trace.about)}, ${inLine(trace.about.workload)}, ${counted(trace.count)} events`,
    "'help' lists the commands, 'continue' goes to the end, 'break wrong' stops at the first bad number.",
  ].join("\n");
}

/** Long output a page at a time; Ctrl-C and Ctrl-D end it as q does. */
async function paged(context: Context, terminal: Interface, text: string, say: Say): Promise<void> {
  if (text === "") return;
  const lines = text.split("\n");
  const size = context.pages === 0 ? lines.length : context.pages;
  for (let from = 0; from < lines.length; from += size) {
    await say(lines.slice(from, from + size).join("\n"));
    if (from + size < lines.length && (await isEnough(context, terminal))) return;
  }
}

async function isEnough(context: Context, terminal: Interface): Promise<boolean> {
  if (context.signal.aborted) return true;
  // The answer is no command and stays out of the history.
  const forget = (history: string[]) => history.shift();
  terminal.once("history", forget);
  try {
    const { signal } = context;
    const answer = await terminal.question("-- Enter for more, q to stop --", { signal });
    return answer.trim().startsWith("q");
  } catch (error) {
    if (context.signal.aborted) return true;
    throw error;
  } finally {
    terminal.off("history", forget);
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
