// state.ts - gartrace state: the whole machine at a moment.

import type { Command } from "commander";
import { momentOf } from "../replay/position.ts";
import { stateAt } from "../replay/replay.ts";
import { stateJson, stateText } from "../report/state-text.ts";
import { print, printJson } from "./output.ts";
import { reading } from "./reading.ts";

export function addState(program: Command): void {
  program
    .command("state")
    .summary("show the machine at a moment")
    .description("Replays a trace up to a moment and shows the machine there.")
    .argument("<trace>")
    .option(
      "--at <position>",
      "#437 (after that event), 63%, end, or op:14 (that op has begun)",
      "end",
    )
    .option("--json", "print JSON", false)
    .action((path: string, { at, json }: { at: string; json: boolean }) =>
      reading([path], async ([trace]) => {
        const state = stateAt(trace!, momentOf(trace!, at));
        await (json
          ? printJson(stateJson(state, trace!.about.virtBase))
          : print(stateText(state, trace!)));
      }),
    );
}
