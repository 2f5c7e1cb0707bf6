#!/usr/bin/env node
// main.ts - the command gartrace: its commands, and what happens when something goes wrong.

import { createRequire } from "node:module";
import { SqliteError } from "better-sqlite3";
import { Command, CommanderError } from "commander";
import { UserError } from "../fault.ts";
import { addCheck } from "./check.ts";
import { addDap } from "./dap.ts";
import { addDebug } from "./debug.ts";
import { addDemo } from "./demo.ts";
import { addDiff } from "./diff.ts";
import { addEvents } from "./events.ts";
import { addExplain } from "./explain.ts";
import { addExport } from "./export.ts";
import { addFork } from "./fork.ts";
import { addHistory } from "./history.ts";
import { addImport } from "./import.ts";
import { addIndex } from "./index-trace.ts";
import { addInfo } from "./info.ts";
import { addList } from "./list.ts";
import { addMarks } from "./mark.ts";
import { addMatrix } from "./matrix.ts";
import { notice } from "./output.ts";
import { addQuery } from "./query.ts";
import { addRecord } from "./record.ts";
import { addReduce } from "./reduce.ts";
import { addState } from "./state.ts";
import { addVerify } from "./verify.ts";
import { addWhy } from "./why.ts";
import { Interrupted } from "./writing.ts";
import { addXlate } from "./xlate.ts";

const TROUBLE = 2;
const INTERRUPTED = 130;

const program = new Command("gartrace")
  .description(
    "Records what a driver tells the hardware, and finds where two platforms' addresses part.",
  )
  .version(versionOf())
  .addHelpText("after", "\nBegin with 'gartrace demo'.")
  .configureOutput({
    outputError: (text, write) => write(text.replace(/^error: /, "gartrace: ")),
  })
  .exitOverride();
for (const add of [
  addRecord,
  addImport,
  addExport,
  addMatrix,
  addList,
  addInfo,
  addEvents,
  addState,
  addHistory,
  addWhy,
  addMarks,
  addFork,
  addDebug,
  addDap,
  addIndex,
  addDiff,
  addXlate,
  addReduce,
  addExplain,
  addCheck,
  addVerify,
  addQuery,
  addDemo,
])
  add(program);
for (const command of program.commands) {
  command.copyInheritedSettings(program);
  command.showHelpAfterError(`(see 'gartrace ${command.name()} --help')`);
}
program.showHelpAfterError("(see 'gartrace --help')");

process.stdout.on("error", fail);
// Without a reader of stderr nobody is left to complain to; the exit code still tells.
process.stderr.on("error", () => {});
try {
  await program.parseAsync();
} catch (error) {
  fail(error);
}

function versionOf(): string {
  return (createRequire(import.meta.url)("../../../package.json") as { version: string }).version;
}

/** Every failure ends here: a message for the caller's mistakes and the world's, a stack for ours. */
function fail(error: unknown): never {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : TROUBLE);
  notice(`gartrace: ${messageOf(error)}`);
  process.exit(error instanceof Interrupted ? INTERRUPTED : TROUBLE);
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return `a bug of ours, please report it: ${String(error)}`;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === "EPIPE") return "the reader closed the pipe; the rest was not printed";
  // The operating system refused something; its message names the file.
  const expected = error instanceof UserError || error instanceof Interrupted;
  if (expected || syscall !== undefined) return error.message;
  if (error instanceof SqliteError) return `SQLite refuses (${code}): ${error.message}`;
  return `a bug of ours, please report it: ${error.stack ?? error.message}`;
}
