// history.ts - gartrace history: every event that changed a subject.

import { type Command, InvalidArgumentError } from "commander";
import { positions, subjectExamples, subjectName } from "../library/positions.ts";
import { tellHistory } from "../library/tell-events.ts";
import { Lines, notice } from "./output.ts";
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
    .action((path: string, subject: string, options: Options) =>
      reading([path], async ([trace]) => {
        const { before, newest, limit, json } = options;
        const changes = tellHistory(trace!, subject, { before, newest });
        sayIfUnindexed(trace!);
        const lines = new Lines();
        let printed = 0;
        for (const output of changes) {
          if (printed++ >= limit) break;
          await lines.line(json ? JSON.stringify(output.json) : output.text);
        }
        await lines.flush();
        if (printed === 0)
          notice(
            `gartrace: nothing changed ${subjectName(trace!, subject)} up to #${trace!.moment(before ?? "end")}`,
          );
      }),
    );
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("expected a whole number from 1 up");
  return Number(text);
}
