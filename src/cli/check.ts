// check.ts - gartrace check: the invariants of the machine over a trace, in one pass.

import { pathToFileURL } from "node:url";
import { type Command, Option } from "commander";
import type { Check } from "../check/check.ts";
import { UserError } from "../fault.ts";
import { type CheckAnswer, check, isCheck } from "../library/check.ts";
import type { Trace } from "../library/trace.ts";
import { answerOf, checksJson, checkText } from "../report/check-text.ts";
import { judgementLine } from "../report/judgement-text.ts";
import { versions } from "../shape/versions.ts";
import { VERSION } from "../version.ts";
import { print } from "./output.ts";
import { reading } from "./reading.ts";
import { steered } from "./steered.ts";

interface Options {
  readonly only?: string;
  readonly except?: string;
  readonly checks?: string;
  readonly all: boolean;
  readonly strict: boolean;
  readonly json: boolean;
  readonly junit?: true;
  readonly sarif?: true;
}

export function addCheck(program: Command): void {
  program
    .command("check")
    .summary("hold a trace to the invariants of the machine")
    .description(
      "Runs every check over a trace in one pass and prints what it finds.\n" +
        "Exit code 0 right, 1 wrong, 2 trouble, 3 undecided: nothing could be judged, or the trace is torn.",
    )
    .argument("<trace>")
    .option("--only <names>", "these checks alone, separated by commas")
    .option("--except <names>", "all but these checks")
    .option("--checks <module>", "further checks, from a JavaScript module that exports `checks`")
    .option("--all", "list the checks to which no event applies one by one", false)
    .option("--strict", "take what is unknown for undecided", false)
    .option("--json", "print JSON", false)
    .addOption(new Option("--junit", "print JUnit XML").conflicts(["json", "sarif"]))
    .addOption(new Option("--sarif", "print SARIF 2.1.0").conflicts(["json", "junit"]))
    .action((path: string, options: Options) =>
      reading([path], async ([reader], [trace]) => {
        const { only, except, strict } = options;
        const checks = await checksIn(options.checks);
        reader!.forgetPages();
        const answer = await steered("checking", (steering) =>
          check(trace!, { ...steering, checks, only: listed(only), except: listed(except) }),
        );
        await print(await textOf(path, trace!, answer, options));
        process.exitCode = exitCodeOf(trace!, answer, strict);
      }),
    );
}

/** What a shell is told; a check that throws is trouble, whatever the others say. */
function exitCodeOf(
  { torn }: Trace,
  { judgement: { word, uses }, checks: checked }: CheckAnswer,
  strict: boolean,
): number {
  if (checked.some(({ failure }) => failure !== null)) return 2;
  if (word === "wrong") return 1;
  const isAnswered = checked.some((one) => answerOf(one) === "holds");
  const isUnknown =
    uses.unknown > 0 || checked.some(({ unknown, undecidable }) => unknown ?? undecidable);
  return word === "undecided" || torn || !isAnswered || (strict && isUnknown) ? 3 : 0;
}

async function textOf(
  path: string,
  trace: Trace,
  { word, judgement, checks: checked }: CheckAnswer,
  { json, junit, sarif, all }: Options,
): Promise<string> {
  if (json)
    return JSON.stringify(
      { version: versions.check, judgement: word, checks: checksJson(checked) },
      null,
      2,
    );
  if (!junit && !sarif)
    return [checkText(checked, all), judgementLine(judgement, trace)].join("\n\n");
  // Their builders take a tenth of a second to load, and few ask for them.
  const { checkJunit, checkSarif } = await import("../report/check-ci.ts");
  return junit ? checkJunit(path, checked) : checkSarif(path, checked, VERSION);
}

const listed = (names: string | undefined): readonly string[] | undefined => names?.split(",");

/** A user's own checks. */
async function checksIn(path: string | undefined): Promise<readonly Check[]> {
  if (path === undefined) return [];
  const { checks } = await loaded(path);
  if (Array.isArray(checks) && checks.every(isCheck)) return checks;
  throw new UserError(
    `${path} exports no \`checks\`: a list of objects with name, holds and watch(about, report)`,
  );
}

async function loaded(path: string): Promise<{ checks?: unknown }> {
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    throw new UserError(`cannot load ${path}: ${(error as Error).message}`);
  }
}
