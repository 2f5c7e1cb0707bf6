// index-trace.ts - gartrace index: gives a trace what it needs for a quick look at its past.

import type { Command } from "commander";
import { countOf } from "../library/columns.ts";
import { indexTrace } from "../library/index-trace.ts";
import { notice } from "./output.ts";
import { Progress } from "./progress.ts";
import { reading } from "./reading.ts";

export function addIndex(program: Command): void {
  program
    .command("index")
    .summary("make the index, keyframes and judgement that a trace lacks")
    .description(
      "Replays a trace once and stores an index of its subjects and, now and then, the state: then any moment " +
        "is a few milliseconds away. Beside them it stores what is right and wrong in it, with the view wrong.\n" +
        "A trace that was finished has all three already; a torn or older one may not.",
    )
    .argument("<trace>")
    .option("-f, --force", "make them again, whatever is there", false)
    .action(async (path: string, { force }: { force: boolean }) => {
      const { count, ready } = await reading([path], async ([trace]) => ({
        count: trace!.count,
        ready: !force && trace!.indexed && trace!.hasKeyframes && trace!.isJudged,
      }));
      if (ready) {
        notice(`${path} has its index, keyframes and judgement`);
        return;
      }
      const progress = new Progress("indexing", count);
      try {
        await indexTrace(path, (seq) => progress.at(seq));
      } finally {
        progress.stop();
      }
      notice(`indexed ${countOf(count, "event")} of ${path}`);
    });
}
