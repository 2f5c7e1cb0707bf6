// export.ts - gartrace export: a trace in a format that other programs read.

import { type Command, Option } from "commander";
import { UserError } from "../fault.ts";
import { exported, exportNames, exportTrace } from "../library/export.ts";
import { exportPart, tellPart } from "../library/export-part.ts";
import { whereOf } from "../library/where.ts";
import { noticeText } from "./output.ts";
import { reading } from "./reading.ts";
import { isStandardOutput, toStandardOutput } from "./standard-output.ts";
import { interruptible } from "./steered.ts";
import { whereOption } from "./where.ts";

interface Options {
  readonly format: string;
  readonly output?: string;
  readonly where?: string;
  readonly from?: string;
  readonly to?: string;
  readonly redact: boolean;
  readonly force: boolean;
}

/** A trace of gartrace's own, which holds a part of another. */
const GART = "gart";

export function addExport(program: Command): void {
  program
    .command("export")
    .summary("write a trace in a format that other programs read")
    .description(
      "Writes a trace as JSON lines (import reads them back exactly), as CSV or Parquet (the view events, " +
        "as a table), as Chrome's trace JSON, which ui.perfetto.dev opens and which can hold two traces, or a part of " +
        "it as a trace of its own (gart), with the state at its beginning, judged alike.",
    )
    .argument("<trace>")
    .argument("[other]", "a second trace, beside the first (chrome)")
    .addOption(
      new Option("--format <name>", "the format")
        .choices([...exportNames.map(({ name }) => name), GART])
        .makeOptionMandatory(),
    )
    .option("-o, --output <file>", "the file to write (default: standard output)")
    .addOption(whereOption())
    .option("--from <position>", "the first event (gart)")
    .option("--to <position>", "the last event (gart)")
    .option("--redact", "names and texts of whoever recorded it become numbers (gart)", false)
    .option("-f, --force", "overwrite the file if it exists", false)
    .action((trace: string, other: string | undefined, options: Options) => {
      const paths = other === undefined ? [trace] : [trace, other];
      if (options.format === GART) return part(paths, options);
      const { from, to, redact } = options;
      if (from !== undefined || to !== undefined || redact)
        throw new UserError(
          `--from, --to and --redact are for --format ${GART}: export such a part first, and then that as ${options.format}`,
        );
      const format = exportNames.find(({ name }) => name === options.format)!;
      const { output, force } = options;
      // A condition that is wrong is told before a trace is opened.
      const where = options.where === undefined ? null : whereOf(options.where);
      if (isStandardOutput(output) && format.binary && process.stdout.isTTY)
        throw new UserError(`${format.name} is not for a terminal; name a file with -o`);
      return reading(paths, async (traces) => {
        if (isStandardOutput(output)) return toStandardOutput(exported(format.name, traces, where));
        await exportTrace(output, format.name, traces, { where, force });
      });
    });
}

async function part([path, other]: readonly string[], options: Options): Promise<void> {
  const { output, where, from, to, redact, force } = options;
  if (other !== undefined)
    throw new UserError(`a ${GART} file holds one trace; export the other to its own`);
  if (where !== undefined)
    throw new UserError(
      `a trace needs all events of its part: --where is for the other formats; take --from and --to`,
    );
  if (isStandardOutput(output))
    throw new UserError("a trace is a file that is read in any order; name it with -o");
  await reading([path!], async ([trace]) => {
    const written = await interruptible((signal) =>
      exportPart(trace!, { output, from, to, redact, force, signal }),
    );
    noticeText(tellPart(written));
  });
}
