// debug.ts - gartrace debug: stands in a trace and goes back and forth in it, with gdb's and rr's words.

import { readFileSync, statSync } from "node:fs";
import type { Command } from "commander";
import { Context } from "../debug/command.ts";
import { commands } from "../debug/interpreter.ts";
import { OtherTrace } from "../debug/other-trace.ts";
import { converse, runScript } from "../debug/repl.ts";
import { Session } from "../debug/session.ts";
import { UserError } from "../fault.ts";
import { TimeTravel } from "../replay/travel.ts";
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
      const script = execute === undefined ? null : scriptAt(execute);
      const paths = second === undefined ? [path] : [path, second];
      return reading(paths, async ([trace, theirs]) => {
        sayIfUnkept(path, trace!);
        sayIfUnindexed(path, trace!);
        const travel = new TimeTravel(trace!);
        const other =
          theirs === undefined ? null : new OtherTrace(travel, new TimeTravel(theirs), second!);
        const context = new Context(new Session(travel), path, other, commands);
        if (script === null) await converse(context, print);
        else await runScript(context, execute!, script, print);
      });
    });
}

function scriptAt(path: string): string {
  const file = statSync(path, { throwIfNoEntry: false });
  if (file === undefined) throw new UserError(`no such file: ${path}`);
  if (file.isDirectory()) throw new UserError(`${path} is a folder, not a file of commands`);
  return readFileSync(path, "utf8");
}
