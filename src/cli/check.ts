// check.ts - gartrace check: the invariants of the machine over a trace, in one pass.

import { pathToFileURL } from "node:url";
import { type Command, Option } from "commander";
import type { Check, Checked } from "../check/check.ts";
import { checks as known } from "../check/index.ts";
import { runChecks } from "../check/run.ts";
import { UserError, unknownName } from "../fault.ts";
import { State } from "../machine/state.ts";
import { natureOf } from "../replay/replay.ts";
import { checkJson, checkText } from "../report/check-text.ts";
import { VERSION } from "../store/schema.ts";
import { print } from "./output.ts";
import { reading } from "./reading.ts";

interface Options {
  readonly only?: string;
  readonly except?: string;
  readonly checks?: string;
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
        "Exit code 0 all hold, 1 findings, 2 trouble.",
    )
    .argument("<trace>")
    .option("--only <names>", "these checks alone, separated by commas")
    .option("--except <names>", "all but these checks")
    .option("--checks <module>", "further checks, from a JavaScript module that exports `checks`")
    .option("--json", "print JSON", false)
    .addOption(new Option("--junit", "print JUnit XML").conflicts(["json", "sarif"]))
    .addOption(new Option("--sarif", "print SARIF 2.1.0").conflicts(["json", "junit"]))
    .action((path: string, options: Options) =>
      reading([path], async ([trace]) => {
        const chosen = chosenOf([...known, ...(await checksIn(options.checks))], options);
        const { about } = trace!;
        trace!.forgetPages();
        const all = runChecks(about, trace!.events(), new State(natureOf(about)), chosen);
        await print(await answerOf(path, all, options));
        if (all.some(({ failure }) => failure !== null)) process.exitCode = 2;
        else if (all.some(({ count }) => count > 0)) process.exitCode = 1;
      }),
    );
}

async function answerOf(
  path: string,
  all: readonly Checked[],
  { json, junit, sarif }: Options,
): Promise<string> {
  if (json) return JSON.stringify(checkJson(all), null, 2);
  if (!junit && !sarif) return checkText(all);
  // Their builders take a tenth of a second to load, and few ask for them.
  const { checkJunit, checkSarif } = await import("../report/check-ci.ts");
  return junit ? checkJunit(path, all) : checkSarif(path, all, VERSION);
}

function chosenOf(all: readonly Check[], { only, except }: Options): readonly Check[] {
  const named = (list: string): readonly string[] =>
    list.split(",").map((name) => {
      if (all.some((check) => check.name === name)) return name;
      throw unknownName(
        "check",
        name,
        all.map((check) => check.name),
      );
    });
  const wanted = only === undefined ? null : named(only);
  const unwanted = except === undefined ? [] : named(except);
  return all.filter(
    ({ name }) => (wanted === null || wanted.includes(name)) && !unwanted.includes(name),
  );
}

/** A user's own checks. */
async function checksIn(path: string | undefined): Promise<readonly Check[]> {
  if (path === undefined) return [];
  const { checks } = await loaded(path);
  if (Array.isArray(checks) && checks.every(isCheck)) {
    const names = [...known, ...checks].map(({ name }) => name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice === undefined) return checks;
    throw new UserError(`${path}: there is a check '${twice}' already; give yours another name`);
  }
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

const isCheck = (value: unknown): value is Check => {
  const { name, holds, watch } = (value ?? {}) as Partial<Check>;
  return typeof name === "string" && typeof holds === "string" && typeof watch === "function";
};
