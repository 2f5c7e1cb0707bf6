// debug.ts - gartrace debug: stands in a trace and goes back and forth in it, with gdb's and rr's words.

import { readFileSync, statSync } from "node:fs";
import type { Command } from "commander";
import { UserError } from "../fault.ts";
import { debug } from "../library/debug.ts";
import { print } from "./output.ts";
import { reading, sayIfUnindexed, sayIfUnkept } from "./reading.ts";

export function addDebug(program: Command): void {
  program
    .command("debug")
    .summary("go back and forth in a trace, with gdb's and rr's words")
    .description(
      "Stands at an event of a trace and goes from there in both directions: step, next, continue, break, watch, " +
        "print and their reverses; 'help' lists them.\nWith a second trace, 'other' shows the partner of an event there.",
    )
    .argument("<trace>")
    .argument("[trace2]")
    .option("-x, --execute <file>", "carry out the commands in a file and leave")
    .action((path: string, second: string | undefined, { execute }: { execute?: string }) => {
      const script = execute === undefined ? undefined : { path: execute, text: scriptAt(execute) };
      const paths = second === undefined ? [path] : [path, second];
      return reading(paths, async ([trace, other]) => {
        sayIfUnkept(trace!);
        sayIfUnindexed(trace!);
        await debug(trace!, print, { other, script });
      });
    });
}

function scriptAt(path: string): string {
  const file = statSync(path, { throwIfNoEntry: false });
  if (file === undefined) throw new UserError(`no such file: ${path}`);
  if (file.isDirectory()) throw new UserError(`${path} is a folder, not a file of commands`);
  return readFileSync(path, "utf8");
}
