// matrix.ts - gartrace matrix: every hook set on every platform, and how each of them ends.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { toJson } from "../event/line.ts";
import { hookSets, hooksOf, missingOn } from "../hooks/index.ts";
import { type Outcome, outcomeOf } from "../replay/outcome.ts";
import { matrixText } from "../report/matrix-text.ts";
import { TraceReader } from "../store/read.ts";
import { Progress, print, printJson } from "./output.ts";
import { recordTo, setupOf } from "./recording.ts";
import { workloadOf } from "./workload-file.ts";

interface Options {
  readonly workload: string;
  readonly platforms: string;
  readonly hooks: string;
  readonly chipset?: string;
  readonly keep?: string;
  readonly json: boolean;
}

/** One run, or why there was none. */
export interface Cell {
  readonly platform: string;
  readonly hooks: string;
  /** The function that the platform lacks; null where the driver builds. */
  readonly lacks: string | null;
  readonly outcome: Outcome | null;
  readonly path: string | null;
}

export function addMatrix(program: Command): void {
  program
    .command("matrix")
    .summary("record every hook set on every platform and show how each ends")
    .option("-w, --workload <name>", "what the client does", "testgart")
    .option(
      "--platforms <names>",
      "platforms, separated by commas",
      "native-i386,xen-i386,ppc64-g5",
    )
    .option(
      "--hooks <names>",
      "hook sets, separated by commas; mixtures by semicolons",
      hookSets.map(({ name }) => name).join(","),
    )
    .option("-c, --chipset <name>", "the host bridge, where a platform can have it")
    .option("--keep <folder>", "keep the traces there")
    .option("--json", "print JSON", false)
    .action(async (options: Options) => {
      const folder = options.keep ?? mkdtempSync(join(tmpdir(), "gartrace-"));
      mkdirSync(folder, { recursive: true });
      try {
        const cells = await run(options, folder);
        if (options.json) await printJson(cells.map(cellJson));
        else await print(matrixText(cells, options.keep !== undefined));
      } finally {
        if (options.keep === undefined) rmSync(folder, { recursive: true });
      }
    });
}

async function run(options: Options, folder: string): Promise<Cell[]> {
  const workload = workloadOf(options.workload);
  const sets = options.hooks.split(options.hooks.includes("=") ? ";" : ",");
  const wanted = options.platforms
    .split(",")
    .flatMap((platform) => sets.map((hooks) => ({ platform, hooks })));
  const progress = new Progress("matrix", wanted.length);
  const cells: Cell[] = [];
  for (const [i, { platform, hooks }] of wanted.entries()) {
    progress.at(i, `${platform} ${hooks}`);
    const setup = {
      platform,
      hooks,
      chipset: options.chipset ?? null,
      workload,
      seed: 0,
      lenientIoremap: false,
      device: true,
    };
    const lacks = missingOn(setupOf({ ...setup, hooks: "gart" }).platform, hooksOf(hooks));
    const path = join(folder, `${platform}.${hooks}.gart`);
    if (lacks === null) await recordTo(path, setupOf(setup), true);
    cells.push({
      platform,
      hooks,
      lacks,
      path: lacks === null ? path : null,
      outcome: lacks === null ? read(path) : null,
    });
  }
  progress.stop();
  return cells;
}

function read(path: string): Outcome {
  const trace = TraceReader.open(path);
  try {
    return outcomeOf(trace);
  } finally {
    trace.close();
  }
}

const cellJson = ({ outcome, ...cell }: Cell): unknown => ({
  ...cell,
  outcome: outcome && {
    ...outcome,
    first: judgedJson(outcome.first),
    astray: judgedJson(outcome.astray),
  },
});

const judgedJson = (judged: Outcome["first"]): unknown =>
  judged && { verdict: judged.verdict, event: toJson(judged.recorded) };
