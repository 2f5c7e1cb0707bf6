// matrix.ts - gartrace matrix: every hook set on every platform, and how each of them ends.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import {
  type MatrixCell,
  type MatrixOptions,
  matrix,
  tellMatrix,
  usualMatrix,
} from "../library/matrix.ts";
import { usualDriver } from "../library/record.ts";
import { printOutput } from "./output.ts";
import { Progress } from "./progress.ts";
import { dateOption, foreignOption, layoutOption, ramOption, seedOption } from "./record.ts";
import { interruptible } from "./steered.ts";

interface Options extends MatrixOptions {
  readonly keep?: string;
  readonly force: boolean;
  readonly json: boolean;
}

export function addMatrix(program: Command): void {
  program
    .command("matrix")
    .summary("record every hook set on every platform and show how each ends")
    .description(
      "Records one workload with every hook set on every platform and prints a table of how each run ends: right, wrong, " +
        "refused with an errno, or with an oops. The traces are left nowhere unless --keep says where.",
    )
    .option("-w, --workload <name>", "what the client does", "testgart")
    .option("--platforms <names>", "platforms, separated by commas", usualMatrix.platforms)
    .option(
      "--hooks <names>",
      "hook sets, separated by commas; mixtures by semicolons",
      usualMatrix.hooks,
    )
    .option(
      "--drivers <versions>",
      "the Linux that agpgart is of, or several separated by commas",
      usualDriver,
    )
    .option("-c, --chipset <name>", "the host bridge, where a platform can have it")
    .option(...seedOption)
    .option(...ramOption)
    .option(...foreignOption)
    .option(...layoutOption)
    .option(...dateOption)
    .option("--keep <folder>", "keep the traces there")
    .option("-f, --force", "overwrite traces that are there", false)
    .option("--json", "print JSON", false)
    .action(async (options: Options) => {
      const folder = options.keep ?? mkdtempSync(join(tmpdir(), "gartrace-"));
      mkdirSync(folder, { recursive: true });
      try {
        const cells = await recorded(options, folder);
        await printOutput("matrix", tellMatrix(cells, options.keep !== undefined), options.json);
      } finally {
        if (options.keep === undefined) rmSync(folder, { recursive: true });
      }
    });
}

async function recorded(options: Options, folder: string): Promise<readonly MatrixCell[]> {
  let bar: Progress | null = null;
  const hear = (done: number, total: number, name: string) => {
    bar ??= new Progress("matrix", total);
    bar.at(done, name);
  };
  try {
    return await interruptible((signal) =>
      matrix(options, folder, { force: options.force, signal, hear }),
    );
  } finally {
    (bar as Progress | null)?.stop();
  }
}
