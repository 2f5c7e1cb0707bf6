// diff-matrix.ts - gartrace diff --matrix: every trace in a folder against one, a line each.

import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { answerOf, type Comparison } from "../diff/comparison.ts";
import { compare } from "../diff/diff.ts";
import type { Rules } from "../diff/scope.ts";
import { UserError } from "../fault.ts";
import { briefText, judgedText } from "../report/diff-text.ts";
import { inColumns } from "../report/text.ts";
import { TraceReader } from "../store/read.ts";
import { troubleBehind } from "../store/trouble.ts";
import { answerJson, exitCodes, fileJson } from "./diff-answer.ts";
import { print, printAnswer } from "./output.ts";
import { Progress } from "./progress.ts";
import { reading } from "./reading.ts";

/** One trace of the folder: what came of comparing it, or why it could not be. */
interface Line {
  readonly trace: string;
  readonly comparison: Comparison | null;
  /** What is said of the trace itself, as text and as JSON. */
  readonly judged: string;
  readonly file: unknown;
  readonly trouble: string | null;
}

/** Exit code 1 where a trace is different, 3 where one is undecided, 2 where one cannot be compared. */
export async function diffFolder(
  folder: string,
  base: string | undefined,
  rules: Partial<Rules>,
  json: boolean,
): Promise<void> {
  const paths = tracesIn(folder);
  const basePath = base ?? paths[0]!;
  const others = paths.filter((path) => basename(path) !== basename(basePath));
  const lines = await reading([basePath], async ([trace]) => {
    trace!.forgetPages();
    const progress = new Progress("comparing", others.length);
    try {
      return others.map((path, i) => {
        progress.at(i, basename(path));
        return lineOf(trace!, path, rules);
      });
    } finally {
      progress.stop();
    }
  });
  if (json)
    await printAnswer("diff-folder", { base: basename(basePath), traces: lines.map(lineJson) });
  else
    await print(
      [
        `against ${basename(basePath)}`,
        ...(lines.length === 0 ? ["no other trace is there"] : [inColumns(lines.map(cells))]),
      ].join("\n"),
    );
  process.exitCode = exitCodeOf(lines);
}

function exitCodeOf(lines: readonly Line[]): number {
  const answers = lines.map(({ comparison }) => comparison && answerOf(comparison));
  if (answers.includes(null)) return 2;
  if (answers.includes("different")) return exitCodes.different;
  return answers.includes("undecided") ? exitCodes.undecided : exitCodes.alike;
}

function tracesIn(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw new UserError(`cannot read the folder ${folder}: ${(error as Error).message}`);
  }
  const paths = names
    .filter((name) => name.endsWith(".gart"))
    .sort()
    .map((name) => join(folder, name));
  if (paths.length === 0) throw new UserError(`${folder} holds no file that ends in .gart`);
  return paths;
}

function lineOf(base: TraceReader, path: string, rules: Partial<Rules>): Line {
  let opened: TraceReader | undefined;
  try {
    const trace = TraceReader.open(path);
    opened = trace;
    trace.forgetPages();
    const comparison = compare(base, trace, rules);
    const file = fileJson({ file: path, trace }, comparison.extents.b);
    return { trace: basename(path), comparison, judged: judgedText(trace), file, trouble: null };
  } catch (thrown) {
    const error = troubleBehind([path], opened === undefined ? [] : [opened], thrown);
    if (!(error instanceof UserError)) throw error;
    const none = { comparison: null, judged: "", file: null };
    return { trace: basename(path), ...none, trouble: error.message };
  } finally {
    opened?.close();
  }
}

const cells = ({ trace, comparison, judged, trouble }: Line): string[] => [
  trace,
  ...(comparison === null ? [`not compared: ${trouble}`] : [briefText(comparison), judged]),
];

const lineJson = ({ trace, comparison, file, trouble }: Line): unknown => ({
  trace,
  ...(comparison === null ? { alike: null, answer: null } : answerJson(comparison)),
  b: file,
  first: comparison?.first && {
    class: comparison.first.class,
    op: comparison.first.op,
    facts: comparison.first.facts,
  },
  counts: comparison?.counts ?? null,
  causes: comparison?.causes ?? null,
  trouble,
});
