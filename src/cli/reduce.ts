// reduce.ts - gartrace reduce: the smallest list of operations that still shows where two traces part.

import type { Command } from "commander";
import { countOf } from "../library/columns.ts";
import { assertOther } from "../library/make-trace.ts";
import { reduce } from "../library/reduce.ts";
import { assertReplaceable, writeWhole } from "../library/whole-file.ts";
import { addKindOptions } from "./diff.ts";
import { notice, noticeText, print } from "./output.ts";
import { Progress } from "./progress.ts";
import { reading } from "./reading.ts";
import { isStandardOutput } from "./standard-output.ts";

interface Options {
  readonly output?: string;
  readonly force: boolean;
  readonly exact: boolean;
  readonly only: readonly string[];
  readonly ignore: readonly string[];
}

export function addReduce(program: Command): void {
  const command = program
    .command("reduce")
    .summary("find the smallest workload that still shows where two traces part")
    .description(
      "Leaves out operations of two simulated traces, and makes their arguments smaller, as long as running " +
        "them again still shows the first divergence. Prints the workload, or writes it with -o.\n" +
        "Exit code 0 also where the traces do not part and nothing is written, 2 trouble.",
    )
    .argument("<a>")
    .argument("<b>")
    .option("-o, --output <file>", "the workload to write (default: standard output)")
    .option("--exact", "every number must be the same", false)
    .option("-f, --force", "overwrite the workload if it exists", false);
  addKindOptions(command);
  command.action((pathA: string, pathB: string, options: Options) =>
    reading([pathA, pathB], async ([a, b]) => {
      const { exact, only, ignore, output, force } = options;
      for (const path of [pathA, pathB]) if (!isStandardOutput(output)) assertOther(output, path);
      if (!isStandardOutput(output)) assertReplaceable(output, force);
      const progress = new Progress("reducing", 1);
      const found = await reduce(a!, b!, { exact, only, ignore }, (operations, tried) =>
        progress.at(0, `${countOf(operations, "operation")}, candidate ${tried}`),
      ).finally(() => progress.stop());
      if (found === null) {
        notice("gartrace: the traces do not part; there is nothing to reduce");
        return;
      }
      noticeText(found.text);
      if (isStandardOutput(output)) await print(found.workload);
      else await writeWhole(output, [`${found.workload}\n`], force);
    }),
  );
}
