// check.ts - gartrace check: the invariants of the machine over a trace, in one pass.

import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { type Command, Option } from "commander";
import type { Check } from "../check/check.ts";
import { UserError } from "../fault.ts";
import { check, isCheck } from "../library/check.ts";
import { tellCheck } from "../library/tell-check.ts";
import { print, printOutput } from "./output.ts";
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
      reading([path], async ([trace]) => {
        const { only, except, json, junit, sarif } = options;
        const checks = await checksIn(options.checks);
        const answer = await steered("checking", (steering) =>
          check(trace!, { ...steering, checks, only: listed(only), except: listed(except) }),
        );
        const output = tellCheck(trace!, answer, options);
        if (junit || sarif) await print(await output.ci(junit ? "junit" : "sarif"));
        else await printOutput("check", output, json);
        process.exitCode = output.exitCode;
      }),
    );
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
  // Node would tell which file of ours asks for it.
  if (!existsSync(path)) throw new UserError(`no such file: ${path}`, "ERR_NO_FILE");
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    throw new UserError(`cannot load ${path}: ${(error as Error).message}`);
  }
}
