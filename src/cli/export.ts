// export.ts - gartrace export: a trace in a format that other programs read.

import { type Command, Option } from "commander";
import type { Piece } from "../exchange/export/format.ts";
import { exportFormats } from "../exchange/export/index.ts";
import { UserError } from "../fault.ts";
import { exportPart } from "./export-part.ts";
import { piecesOf } from "./exporting.ts";
import { assertOther, reading } from "./reading.ts";
import { whereOf, whereOption } from "./where.ts";
import { isStandardOutput, toStandardOutput, writeWhole } from "./whole-file.ts";

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
        .choices([...exportFormats.map(({ name }) => name), GART])
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
      const format = exportFormats.find(({ name }) => name === options.format)!;
      if (paths.length > format.traces)
        throw new UserError(`a ${format.name} file holds one trace; export the other to its own`);
      const { output, force, where = null } = options;
      // A condition that is wrong is told before a trace is opened.
      if (where !== null) whereOf(where);
      if (isStandardOutput(output) && format.binary && process.stdout.isTTY)
        throw new UserError(`${format.name} is not for a terminal; name a file with -o`);
      return reading(paths, async (traces) => {
        const pieces = inChunks(piecesOf(format, paths, traces, where));
        if (isStandardOutput(output)) return toStandardOutput(pieces);
        for (const path of paths) assertOther(output, path);
        await writeWhole(output, pieces, force);
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
  assertOther(output, path!);
  await reading([path!], ([trace]) =>
    exportPart(path!, trace!, { output, from, to, redact, force }),
  );
}

/** Bytes handed over at once. */
const CHUNK = 1 << 16;

async function* inChunks(pieces: AsyncIterable<Piece>): AsyncGenerator<Piece> {
  let text = "";
  for await (const piece of pieces) {
    if (typeof piece !== "string") {
      if (text !== "") yield text;
      text = "";
      yield piece;
      continue;
    }
    text += piece;
    if (text.length < CHUNK) continue;
    yield text;
    text = "";
  }
  if (text !== "") yield text;
}
