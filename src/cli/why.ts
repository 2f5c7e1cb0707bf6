// why.ts - gartrace why: the chain of causes of an event, or of what a subject is at a moment.

import { type Command, Option } from "commander";
import { positions, subjectExamples } from "../library/positions.ts";
import { tellWhy } from "../library/tell-why.ts";
import { print, printOutput } from "./output.ts";
import { reading, sayIfUnindexed } from "./reading.ts";

interface Options {
  readonly json: boolean;
  readonly dot: boolean;
}

export function addWhy(program: Command): void {
  program
    .command("why")
    .summary("print what an address came from, back to the allocation")
    .description(
      "Prints the chain of causes of an event, or of the last change of a subject up to a moment, back to the " +
        "allocation and to the P2M or IOMMU entries that decided the address.\n" +
        `WHAT is a position (${positions}), or SUBJECT@POSITION, SUBJECT being ${subjectExamples}.`,
    )
    .argument("<trace>")
    .argument("<what>")
    .option("--json", "print JSON", false)
    .addOption(new Option("--dot", "print a graph for Graphviz").default(false).conflicts("json"))
    .action((path: string, what: string, { json, dot }: Options) =>
      reading([path], async ([trace]) => {
        sayIfUnindexed(trace!);
        const why = tellWhy(trace!, what);
        await (dot ? print(why.dot) : printOutput("why", why, json));
      }),
    );
}
