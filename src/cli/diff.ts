// diff.ts - gartrace diff: where two traces part.

import { type Command, InvalidArgumentError, Option } from "commander";
import type { Comparison, Divergence } from "../diff/comparison.ts";
import type { JudgedEvent } from "../diff/cursor.ts";
import { isOf, type Rules } from "../diff/scope.ts";
import { toJson } from "../event/line.ts";
import { kindNames } from "../event/vocabulary.ts";
import { UserError, unknownName } from "../fault.ts";
import { diff } from "../library/diff.ts";
import type { Trace } from "../library/trace.ts";
import {
  briefText,
  type DiffOptions,
  diffText,
  type InFile,
  pairText,
} from "../report/diff-text.ts";
import type { TraceReader } from "../store/read.ts";
import { answerJson, exitCodes, fileJson } from "./diff-answer.ts";
import { diffFolder } from "./diff-matrix.ts";
import { print, printAnswer } from "./output.ts";
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
      return diffFolder(options.matrix, options.base, rulesOf(options), options.json);
    }
    if (pathA === undefined || pathB === undefined)
      throw new UserError("name two traces to compare, or a folder with --matrix");
    return reading([pathA, pathB], ([a, b], traces) =>
      diffTwo({ file: pathA, trace: a! }, { file: pathB, trace: b! }, traces, options),
    );
  });
}

/** --only and --ignore, for every command that compares. */
export const addKindOptions = (command: Command): Command =>
  command
    .option("--only <kinds>", "compare only these kinds or families, such as gatt", kinds, [])
    .option("--ignore <kinds>", "leave these kinds or families out", kinds, []);

interface OpenFile extends InFile {
  readonly trace: TraceReader;
}

async function diffTwo(
  inA: OpenFile,
  inB: OpenFile,
  traces: readonly Trace[],
  options: Options,
): Promise<void> {
  for (const { file, trace } of [inA, inB]) {
    sayIfUnjudged(file, trace);
    trace.forgetPages();
  }
  const [a, b] = [inA.trace, inB.trace];
  const all: unknown[] = [];
  const { answer, comparison } = await steered("comparing", (steering) =>
    diff(traces[0]!, traces[1]!, {
      ...rulesOf(options),
      ...steering,
      onDivergence: options.all
        ? (one) => all.push(options.json ? divergenceJson(a, b, one) : pairText(a, b, one))
        : undefined,
    }),
  );
  if (options.json)
    await printAnswer("diff", comparisonJson(inA, inB, comparison, options.all ? all : null));
  else if (options.brief) await print(briefText(comparison));
  else {
    const text = diffText(inA, inB, comparison, optionsOf(options));
    const list = all.length === 0 ? [] : ["", "every divergence", ...all];
    await print([text, ...list].join("\n"));
  }
  process.exitCode = exitCodes[answer];
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

function optionsOf({ context, first, stat }: Options): DiffOptions {
  if (stat) return { context: 0, only: "counts" };
  return { context, only: first ? "first" : "all" };
}

/** The comparison as JSON, its addresses as hexadecimal strings. */
function comparisonJson(
  inA: OpenFile,
  inB: OpenFile,
  comparison: Comparison,
  divergences: readonly unknown[] | null,
): object {
  const { first, firstDevice, extents, ...totals } = comparison;
  const [a, b] = [inA.trace, inB.trace];
  return {
    a: fileJson(inA, extents.a),
    b: fileJson(inB, extents.b),
    ...answerJson(comparison),
    ...totals,
    first: first && divergenceJson(a, b, first),
    firstDevice: firstDevice && divergenceJson(a, b, firstDevice),
    ...(divergences === null ? {} : { divergences }),
  };
}

const divergenceJson = (
  a: TraceReader,
  b: TraceReader,
  { class: name, op, a: inA, b: inB, fields, facts }: Divergence,
): unknown => ({
  class: name,
  op,
  a: inA && seenJson(a, inA),
  b: inB && seenJson(b, inB),
  fields,
  facts,
});

const seenJson = (
  { about }: TraceReader,
  { recorded, verdict, wrong, page }: JudgedEvent,
): unknown => ({
  ...toJson(recorded, about.virtBase),
  verdict,
  check: wrong?.check ?? null,
  means: page,
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
