// diff.ts - gartrace diff: where two traces part.

import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { kindNames } from "../event/vocabulary.ts";
import { UserError, unknownName, unreadable } from "../fault.ts";
import { type Divergence, diff, isOf, type Rules } from "../library/diff.ts";
import { type FolderOutput, tellDiff, tellFolder } from "../library/tell-diff.ts";
import type { Trace } from "../library/trace.ts";
import { print, printOutput } from "./output.ts";
import { Progress } from "./progress.ts";
import { reading, sayIfUnjudged } from "./reading.ts";
import { steered } from "./steered.ts";

interface Options {
  readonly exact: boolean;
  readonly all: boolean;
  readonly wrongOnly: boolean;
  readonly first: boolean;
  readonly stat: boolean;
  readonly brief: boolean;
  readonly only: readonly string[];
  readonly ignore: readonly string[];
  readonly context: number;
  readonly align: "by-arguments" | "by-name";
  readonly matrix?: string;
  readonly base?: string;
  readonly json: boolean;
}

export function addDiff(program: Command): void {
  const command = program
    .command("diff")
    .summary("compare two traces and show where they part")
    .description(
      "Compares two traces of one workload, op by op. Alike means alike after translation: " +
        "the same page, whatever its frame. A torn trace is compared up to the tear.\n" +
        "Exit code 0 alike, 1 different, 2 trouble, 3 undecided: no difference as far as a torn trace or one with " +
        "lost records goes, or nothing that could be compared.",
    )
    .argument("[a]")
    .argument("[b]")
    .option("--exact", "every number must be the same", false)
    .option("--all", "read every op, and print every divergence", false)
    .option("--wrong-only", "compare where numbers lead, and leave out what has no partner", false)
    .option("--first", "print the first divergence alone", false)
    .option("--stat", "print the counts alone", false)
    .option("--brief", "print one line", false)
    .option(
      "--context <number>",
      "print so many events around the first divergence",
      wholeNumber,
      0,
    )
    .addOption(
      new Option("--align <how>", "pair ops by name and arguments, or by-name alone")
        .choices(["by-arguments", "by-name"])
        .default("by-arguments"),
    )
    .option("--matrix <folder>", "compare every trace in a folder with one, a line each")
    .option("--base <trace>", "with --matrix: the trace to compare with (default: the first)")
    .option("--json", "print JSON", false);
  addKindOptions(command);
  command.action(async (pathA: string | undefined, pathB: string | undefined, options: Options) => {
    if (options.matrix !== undefined) {
      if (pathA !== undefined)
        throw new UserError("--matrix compares a folder; name one trace of it with --base");
      return diffFolder(options.matrix, options);
    }
    if (pathA === undefined || pathB === undefined)
      throw new UserError("name two traces to compare, or a folder with --matrix");
    return reading([pathA, pathB], ([a, b]) => diffTwo(a!, b!, options));
  });
}

/** --only and --ignore, for every command that compares. */
export const addKindOptions = (command: Command): Command =>
  command
    .option("--only <kinds>", "compare only these kinds or families, such as gatt", kinds, [])
    .option("--ignore <kinds>", "leave these kinds or families out", kinds, []);

async function diffTwo(a: Trace, b: Trace, options: Options): Promise<void> {
  for (const trace of [a, b]) sayIfUnjudged(trace);
  const { all, json, brief, stat, first, context } = options;
  const divergences: Divergence[] = [];
  const { comparison } = await steered("comparing", (steering) =>
    diff(a, b, {
      ...rulesOf(options),
      ...steering,
      onDivergence: all ? (one) => divergences.push(one) : undefined,
    }),
  );
  const output = tellDiff(a, b, comparison, {
    context: stat ? 0 : context,
    only: stat ? "counts" : first ? "first" : "all",
    divergences: all ? divergences : null,
  });
  if (brief && !json) await print(output.brief);
  else await printOutput("diff", output, json);
  process.exitCode = output.exitCode;
}

/** Every trace in a folder against one, a line each. */
async function diffFolder(folder: string, options: Options): Promise<void> {
  const paths = tracesIn(folder);
  const base = options.base ?? paths[0]!;
  const others = paths.filter((path) => basename(path) !== basename(base));
  await reading([base], async ([trace]) => {
    const progress = new Progress("comparing", others.length);
    const hear = (done: number, _: number, name: string) => progress.at(done, name);
    let output: FolderOutput;
    try {
      output = tellFolder(trace!, others, rulesOf(options), hear);
    } finally {
      progress.stop();
    }
    await printOutput("diff-folder", output, options.json);
    process.exitCode = output.exitCode;
  });
}

function tracesIn(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw unreadable(folder, error, "the folder ");
  }
  const paths = names
    .filter((name) => name.endsWith(".gart"))
    .sort()
    .map((name) => join(folder, name));
  if (paths.length === 0) throw new UserError(`${folder} holds no file that ends in .gart`);
  return paths;
}

const rulesOf = ({
  exact,
  all,
  wrongOnly,
  first,
  only,
  ignore,
  align,
}: Options): Partial<Rules> => ({
  exact,
  only,
  ignore,
  wrongOnly,
  byName: align === "by-name",
  firstOnly: first && !all,
  readAll: all,
});

/** Kinds and families, separated by commas; the option can be given again. */
function kinds(text: string, before: readonly string[]): string[] {
  const named = text.split(",");
  const families = [...new Set(kindNames.map((kind) => kind.split(".")[0]!))];
  for (const name of named)
    if (!kindNames.some((kind) => isOf(kind, name)))
      throw unknownName("kind", name, [...families, ...kindNames]);
  return [...before, ...named];
}

function wholeNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError("expected a number of events");
  return Number(text);
}
