// fork.ts - gartrace fork: runs a simulated trace again, and on from an op with something changed.

import type { Command } from "commander";
import { fork, tellFork } from "../library/fork.ts";
import { positions } from "../library/positions.ts";
import { noticeText, printAnswer } from "./output.ts";
import { reading } from "./reading.ts";
import { sayIfApart } from "./record.ts";
import { steered } from "./steered.ts";

interface Options {
  readonly at: string;
  readonly set: readonly string[];
  readonly output: string;
  readonly force: boolean;
  readonly json: boolean;
}

export function addFork(program: Command): void {
  program
    .command("fork")
    .summary("run a simulated trace again, and on from an op with something changed")
    .description(
      "Runs the workload of a simulated trace as it was, up to the op that a position is in, and from the " +
        "beginning of that op on with something changed: hooks=NAME (which functions the driver calls), " +
        "device=yes|no, lenient-ioremap=yes|no. What was done before stays done: a table that the old hooks " +
        "made is not made again.\nThe new trace names its parent and the moment at which it left it.",
    )
    .argument("<trace>")
    .requiredOption("--at <position>", positions)
    .requiredOption("--set <changes>", "what is different, NAME=VALUE[,NAME=VALUE]", collected, [])
    .requiredOption("-o, --output <file>", "the trace to write")
    .option("-f, --force", "overwrite the trace if it exists", false)
    .option("--json", "print what was recorded as JSON", false)
    .action((path: string, { json, ...options }: Options) =>
      reading([path], async ([trace]) => {
        const written = await steered("recording", (steering) =>
          fork(trace!, { ...options, ...steering }),
        );
        sayIfApart(written);
        const output = tellFork(trace!, written);
        if (json) await printAnswer("fork", output.json);
        else noticeText(output.text);
      }),
    );
}

/** Pieces at commas before a name; a mixture of hooks has commas and names of its own. */
function collected(text: string, before: readonly string[]): string[] {
  const names = "hooks|device|lenient-ioremap|platform|chipset|seed|workload";
  return [...before, ...text.split(new RegExp(`,(?=(?:${names})=)`))];
}
