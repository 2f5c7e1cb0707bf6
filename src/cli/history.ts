// history.ts - gartrace history: every event that changed a subject.

import { type Command, InvalidArgumentError } from "commander";
import { toJson } from "../event/line.ts";
import { momentOf, positions } from "../replay/position.ts";
import { subjectExamples, subjectNamed } from "../replay/subject.ts";
import { TimeTravel } from "../replay/travel.ts";
import { tracedLine } from "../report/event-text.ts";
import { notice, Output } from "./output.ts";
import { reading, sayIfUnindexed } from "./reading.ts";

interface Options {
  readonly newest: boolean;
  readonly before?: string;
  readonly limit: number;
  readonly json: boolean;
}

export function addHistory(program: Command): void {
  program
    .command("history")
    .summary("print every event that changed a subject")
    .description(
      "Prints the events that changed a subject or a range of subjects, oldest first, a line each.\n" +
        `SUBJECT is ${subjectExamples}.\nPositions are ${positions}.`,
    )
    .argument("<trace>")
    .argument("<subject>")
    .option("--newest", "newest first", false)
    .option("--before <position>", "only what happened up to this moment")
    .option("--limit <number>", "no more than so many", wholeNumber, Number.POSITIVE_INFINITY)
    .option("--json", "print lines of JSON", false)
    .action((path: string, text: string, options: Options) =>
      reading([path], async ([trace]) => {
        const subject = subjectNamed(trace!, text);
        const to = options.before === undefined ? trace!.count : momentOf(trace!, options.before);
        sayIfUnindexed(path, trace!);
        const travel = new TimeTravel(trace!);
        const output = new Output();
        let printed = 0;
        for (const recorded of travel.changes(subject, { to, backwards: options.newest })) {
          if (printed++ >= options.limit) break;
          const verdict = travel.verdict(recorded);
          await output.line(
            options.json
              ? JSON.stringify({ ...toJson(recorded, trace!.about.virtBase), verdict })
              : tracedLine(trace!, recorded),
          );
        }
        await output.flush();
        if (printed === 0) notice(`gartrace: nothing changed ${subject.name} up to #${to}`);
      }),
    );
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("expected a whole number from 1 up");
  return Number(text);
}
