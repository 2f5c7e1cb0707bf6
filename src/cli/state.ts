// state.ts - gartrace state: the whole machine at a moment, or one subject of it.

import type { Command } from "commander";
import { positions, subjectExamples } from "../library/positions.ts";
import { tellState, tellSubjects } from "../library/tell-state.ts";
import { printOutput } from "./output.ts";
import { reading, sayIfUnindexed, sayIfUnkept } from "./reading.ts";

interface Options {
  readonly at: string;
  readonly json: boolean;
}

export function addState(program: Command): void {
  program
    .command("state")
    .summary("show the machine at a moment, or one subject of it")
    .description(
      "Shows the whole machine at a moment on one screen; or only WHAT is named, and what changed it last.\n" +
        `WHAT is ${subjectExamples}.`,
    )
    .argument("<trace>")
    .argument("[what...]")
    .option("--at <position>", `${positions}: after that event, or when that op has begun`, "end")
    .option("--json", "print JSON", false)
    .action((path: string, what: readonly string[], { at, json }: Options) =>
      reading([path], async ([trace]) => {
        sayIfUnkept(trace!);
        if (what.length === 0) return printOutput("state", tellState(trace!, at), json);
        const output = tellSubjects(trace!, what, at);
        sayIfUnindexed(trace!);
        await printOutput("subjects", output, json);
      }),
    );
}
