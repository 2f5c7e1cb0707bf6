// info.ts - gartrace info: what a trace is, how much is in it, and whether it is right.

import type { Command } from "commander";
import { tellInfo } from "../library/tell-info.ts";
import { printOutput } from "./output.ts";
import { reading, sayIfUnjudged } from "./reading.ts";

export function addInfo(program: Command): void {
  program
    .command("info")
    .summary("say whether a trace is right, and what it holds")
    .description(
      "Says whether a trace is right and what that rests on, how it was made, how many events of which kind it holds, " +
        "where the numbers lead that hardware was given, and which event is the first to go wrong.",
    )
    .argument("<trace>")
    .option("--space", "say instead what the bytes of the file are spent on", false)
    .option("--json", "print JSON", false)
    .action((path: string, { json, space }: { json: boolean; space: boolean }) =>
      reading([path], async ([trace]) => {
        if (space) {
          const { tellSpace } = await import("../library/tell-space.ts");
          return printOutput("space", tellSpace(trace!), json);
        }
        sayIfUnjudged(trace!);
        await printOutput("info", tellInfo(trace!), json);
      }),
    );
}
