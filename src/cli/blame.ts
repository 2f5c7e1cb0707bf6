// blame.ts - gartrace blame: all that is wrong in a trace, by root cause.

import { type Command, InvalidArgumentError } from "commander";
import { tellBlame } from "../library/tell-blame.ts";
import { printOutput } from "./output.ts";
import { exitCodes, reading, sayIfUnjudged } from "./reading.ts";

interface Options {
  readonly limit: number;
  readonly json: boolean;
}

/** Causes that are printed unless somebody says else. */
const MOST = 20;

export function addBlame(program: Command): void {
  program
    .command("blame")
    .summary("say what all that is wrong in a trace goes back to")
    .description(
      "Prints the wrong events of a trace by what they go back to: the call that gave the number, or the function " +
        "in which something was left out.\n" +
        "Exit code 0 right, 1 wrong, 2 trouble, 3 undecided.",
    )
    .argument("<trace>")
    .option("--limit <number>", "print so many causes at most", wholeNumber, MOST)
    .option("--json", "print JSON", false)
    .action((path: string, { limit, json }: Options) =>
      reading([path], async ([trace]) => {
        sayIfUnjudged(trace!);
        await printOutput("blame", tellBlame(trace!, limit), json);
        process.exitCode = exitCodes[trace!.word];
      }),
    );
}

function wholeNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError("expected a number of causes");
  return Number(text);
}
