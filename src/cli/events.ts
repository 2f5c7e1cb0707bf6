// events.ts - gartrace events: the events of a trace, a line each.

import type { Command } from "commander";
import { toLine } from "../event/line.ts";
import { isWrong } from "../event/verdict.ts";
import { type KindName, kindNames } from "../event/vocabulary.ts";
import { unknownName } from "../fault.ts";
import { momentOf, positions } from "../replay/position.ts";
import { verdictIn } from "../replay/provenance.ts";
import { eventLine } from "../report/event-text.ts";
import { notice, Output } from "./output.ts";
import { reading } from "./reading.ts";

interface Options {
  readonly from?: string;
  readonly to?: string;
  readonly kind?: readonly KindName[];
  readonly wrong: boolean;
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
    .option("--wrong", "only events whose number does not lead to the page that was meant", false)
    .option("--json", "print lines of JSON", false)
    .action((path: string, options: Options) =>
      reading([path], async ([trace]) => {
        const output = new Output();
        let printed = 0;
        const from = options.from === undefined ? 1 : momentOf(trace!, options.from);
        const to = options.to === undefined ? trace!.count : momentOf(trace!, options.to);
        for (const recorded of trace!.events(Math.max(from, 1), to)) {
          const { event } = recorded;
          if (options.kind !== undefined && !options.kind.includes(event.kind)) continue;
          const verdict = verdictIn(trace!, recorded);
          if (options.wrong && !isWrong(verdict)) continue;
          printed++;
          await output.line(
            options.json
              ? toLine(recorded, trace!.about.virtBase)
              : eventLine(recorded, verdict, trace!.about),
          );
        }
        await output.flush();
        if (printed === 0) notice("gartrace: the trace has no such event");
      }),
    );
}

function kinds(text: string): KindName[] {
  return text.split(",").map((name) => {
    const kind = kindNames.find((known) => known === name);
    if (kind === undefined) throw unknownName("kind", name, kindNames);
    return kind;
  });
}
