// diff-matrix.ts - gartrace diff --matrix: every trace in a folder against one, a line each.

import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { type Comparison, isAlike } from "../diff/comparison.ts";
import { compare } from "../diff/diff.ts";
import type { Rules } from "../diff/scope.ts";
import { UserError } from "../fault.ts";
import { briefText } from "../report/diff-text.ts";
import { inColumns } from "../report/text.ts";
import { TraceReader } from "../store/read.ts";
import { Progress, print, printJson } from "./output.ts";
import { reading } from "./reading.ts";

/** One trace of the folder: what came of comparing it, or why it could not be. */
interface Line {
  readonly trace: string;
  readonly comparison: Comparison | null;
  readonly trouble: string | null;
}

/** Exit code 1 where a trace is different, 2 where one cannot be compared. */
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
  if (json) await printJson({ base: basename(basePath), traces: lines.map(lineJson) });
  else
    await print(
      [
        `against ${basename(basePath)}`,
        ...(lines.length === 0 ? ["no other trace is there"] : [inColumns(lines.map(cells))]),
      ].join("\n"),
    );
  if (lines.some(({ trouble }) => trouble !== null)) process.exitCode = 2;
  else if (lines.some(({ comparison }) => !isAlike(comparison!))) process.exitCode = 1;
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
  try {
    const trace = TraceReader.open(path);
    trace.forgetPages();
    try {
      return { trace: basename(path), comparison: compare(base, trace, rules), trouble: null };
    } finally {
      trace.close();
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { trace: basename(path), comparison: null, trouble: error.message };
  }
}

const cells = ({ trace, comparison, trouble }: Line): string[] => [
  trace,
  comparison === null ? `not compared: ${trouble}` : briefText(comparison),
];

const lineJson = ({ trace, comparison, trouble }: Line): unknown => ({
  trace,
  alike: comparison && isAlike(comparison),
  first: comparison?.first && {
    class: comparison.first.class,
    op: comparison.first.op,
    facts: comparison.first.facts,
  },
  counts: comparison?.counts ?? null,
  causes: comparison?.causes ?? null,
  trouble,
});
