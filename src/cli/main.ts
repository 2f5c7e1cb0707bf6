#!/usr/bin/env node
// main.ts - the command gartrace: its commands, and what happens when something goes wrong.

import { createRequire } from "node:module";
import { Command, CommanderError } from "commander";
import { UserError } from "../fault.ts";
import { addDemo } from "./demo.ts";
import { addDiff } from "./diff.ts";
import { addEvents } from "./events.ts";
import { addImport } from "./import.ts";
import { addInfo } from "./info.ts";
import { addList } from "./list.ts";
import { notice } from "./output.ts";
import { addRecord } from "./record.ts";
import { Interrupted } from "./recording.ts";
import { addState } from "./state.ts";
import { addVerify } from "./verify.ts";

const TROUBLE = 2;
const INTERRUPTED = 130;

const program = new Command("gartrace")
  .description(
    "Records what a driver tells the hardware, and finds where two platforms' addresses part.",
  )
  .version(versionOf())
  .exitOverride();
for (const add of [
  addRecord,
  addImport,
  addList,
  addInfo,
  addEvents,
  addState,
  addDiff,
  addVerify,
  addDemo,
])
  add(program);
for (const command of program.commands) command.copyInheritedSettings(program);

process.stdout.on("error", fail);
try {
  await program.parseAsync();
} catch (error) {
  fail(error);
}

function versionOf(): string {
  return (createRequire(import.meta.url)("../../../package.json") as { version: string }).version;
}

/** Every failure ends here: a message for the caller's mistakes, a stack for ours. */
function fail(error: unknown): never {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : TROUBLE);
  if (error instanceof Interrupted) {
    notice(`gartrace: ${error.message}`);
    process.exit(INTERRUPTED);
  }
  if ((error as NodeJS.ErrnoException).code === "EPIPE")
    notice("gartrace: the reader closed the pipe; the rest was not printed");
  else if (error instanceof UserError) notice(`gartrace: ${error.message}`);
  else
    notice(`gartrace: a bug of ours, please report it: ${(error as Error).stack ?? String(error)}`);
  process.exit(TROUBLE);
}
