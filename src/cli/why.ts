// why.ts - gartrace why: the chain of causes of an event, or of what a subject is at a moment.

import { type Command, Option } from "commander";
import type { Recorded } from "../event/vocabulary.ts";
import { UserError } from "../fault.ts";
import { momentOf, positions } from "../replay/position.ts";
import { subjectExamples, subjectNamed } from "../replay/subject.ts";
import { TimeTravel } from "../replay/travel.ts";
import { whyDot, whyJson, whyText } from "../report/why-text.ts";
import type { TraceReader } from "../store/read.ts";
import { print, printAnswer } from "./output.ts";
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
        sayIfUnindexed(path, trace!);
        const travel = new TimeTravel(trace!);
        const steps = travel.why(asked(travel, trace!, what));
        if (json) await printAnswer("why", { steps: whyJson(steps, trace!.about) });
        else await print(dot ? whyDot(steps, trace!.about) : whyText(steps, trace!.about));
      }),
    );
}

/** The event that a person asks about. */
function asked(travel: TimeTravel, trace: TraceReader, what: string): Recorded {
  const at = what.lastIndexOf("@");
  if (at < 0 && /^(#|\d|op:|mark:|end$)/.test(what)) {
    const event = trace.event(momentOf(trace, what));
    if (event === undefined) {
      const first = trace.count === 0 ? "the trace has no events" : "the first event is #1";
      throw new UserError(`${what} is before everything; ${first}`);
    }
    return event;
  }
  const subject = subjectNamed(trace, at < 0 ? what : what.slice(0, at));
  const moment = momentOf(trace, at < 0 ? "end" : what.slice(at + 1));
  const change = travel.lastChange(subject, moment);
  if (change === undefined) throw new UserError(`nothing changed ${subject.name} up to #${moment}`);
  return change;
}
