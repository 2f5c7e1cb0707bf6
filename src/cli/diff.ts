// diff.ts - gartrace diff: where two traces part.

import type { Command } from "commander";
import { compare, type Divergence, isAlike } from "../diff/diff.ts";
import type { Seen } from "../diff/side.ts";
import { toJson } from "../event/line.ts";
import { diffText } from "../report/diff-text.ts";
import { titleOf } from "../report/text.ts";
import { print, printJson } from "./output.ts";
import { reading } from "./reading.ts";

export function addDiff(program: Command): void {
  program
    .command("diff")
    .summary("compare two traces and show where they part")
    .description(
      "Compares two traces of one workload, op by op. Alike means alike after translation: " +
        "the same page, whatever its frame. A torn trace is compared up to the tear.\n" +
        "Exit code 0 alike, 1 different, 2 trouble.",
    )
    .argument("<a>")
    .argument("<b>")
    .option("--exact", "every number must be the same", false)
    .option("--json", "print JSON", false)
    .action((pathA: string, pathB: string, { exact, json }: { exact: boolean; json: boolean }) =>
      reading([pathA, pathB], async ([a, b]) => {
        const comparison = compare(a!, b!, { exact });
        const { first, firstDevice, ...totals } = comparison;
        const sides = { a: titleOf(a!.about), b: titleOf(b!.about) };
        const bases = [a!.about.virtBase, b!.about.virtBase] as const;
        if (json)
          await printJson({
            ...sides,
            alike: isAlike(comparison),
            ...totals,
            first: first && divergenceJson(first, bases),
            firstDevice: firstDevice && divergenceJson(firstDevice, bases),
          });
        else await print(diffText(a!, b!, comparison));
        if (!isAlike(comparison)) process.exitCode = 1;
      }),
    );
}

const divergenceJson = (
  { class: name, op, a, b, fields, facts }: Divergence,
  [baseA, baseB]: readonly [bigint, bigint],
): unknown => ({
  class: name,
  op,
  a: a && seenJson(a, baseA),
  b: b && seenJson(b, baseB),
  fields,
  facts,
});

const seenJson = ({ recorded, verdict, page }: Seen, virtBase: bigint): unknown => ({
  ...toJson(recorded, virtBase),
  verdict,
  means: page,
});
