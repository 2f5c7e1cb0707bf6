// events.ts - gartrace events: the events of a trace, a line each.

import type { Command } from "commander";
import { type KindName, kindNames } from "../event/vocabulary.ts";
import { unknownName } from "../fault.ts";
import { positions } from "../library/positions.ts";
import { tellEvents } from "../library/tell-events.ts";
import { whereOf } from "../library/where.ts";
import { Lines, notice } from "./output.ts";
import { reading, sayIfUnjudged } from "./reading.ts";
import { whereOption } from "./where.ts";

interface Options {
  readonly from?: string;
  readonly to?: string;
  readonly kind?: readonly KindName[];
  readonly wrong: boolean;
  readonly where?: string;
  readonly json: boolean;
}

export function addEvents(program: Command): void {
  program
    .command("events")
    .summary("print the events of a trace")
    .description(
      "Prints the events of a trace, a line each: number, op, who did it and where in the kernel, what, " +
        `and where a number that hardware was given leads.\nPositions are ${positions}.`,
    )
    .argument("<trace>")
    .option("--from <position>", "start with this event")
    .option("--to <position>", "stop after this event")
    .option("--kind <kinds>", "only these kinds, separated by commas", kinds)
    .addOption(whereOption())
    .option("--wrong", "only events of which something is wrong", false)
    .option("--json", "print lines of JSON", false)
    .action((path: string, { where: text, kind: kinds, json, ...options }: Options) => {
      // A condition that is wrong is told before a trace is opened.
      const where = text === undefined ? undefined : whereOf(text);
      return reading([path], async ([trace]) => {
        if (options.wrong) sayIfUnjudged(trace!);
        const lines = new Lines();
        let printed = 0;
        for (const output of tellEvents(trace!, { ...options, kinds, where })) {
          printed++;
          await lines.line(json ? JSON.stringify(output.json) : output.text);
        }
        await lines.flush();
        if (printed === 0) notice("gartrace: the trace has no such event");
      });
    });
}

function kinds(text: string): KindName[] {
  return text.split(",").map((name) => {
    const kind = kindNames.find((known) => known === name);
    if (kind === undefined) throw unknownName("kind", name, kindNames);
    return kind;
  });
}
