// state.ts - gartrace state: the whole machine at a moment, or one subject of it.

import type { Command } from "commander";
import { momentOf, positions } from "../replay/position.ts";
import { subjectExamples, subjectNamed } from "../replay/subject.ts";
import { TimeTravel } from "../replay/travel.ts";
import { stateJson, stateText, verdictsOf } from "../report/state-text.ts";
import { subjectJson, subjectText } from "../report/subject-text.ts";
import { print, printAnswer } from "./output.ts";
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
        const travel = new TimeTravel(trace!);
        const asked = what.map((text) => subjectNamed(trace!, text));
        const moment = momentOf(trace!, at);
        sayIfUnkept(path, trace!);
        if (asked.length > 0) sayIfUnindexed(path, trace!);
        const state = travel.stateAt(moment);
        if (asked.length === 0)
          await (json
            ? printAnswer("state", stateJson(state, trace!.about.virtBase, verdictsOf(trace!)))
            : print(stateText(state, trace!)));
        else if (json)
          await printAnswer("subjects", {
            subjects: asked.map((subject) => subjectJson(travel, subject, state)),
          });
        else await print(asked.map((subject) => subjectText(travel, subject, state)).join("\n\n"));
      }),
    );
}
