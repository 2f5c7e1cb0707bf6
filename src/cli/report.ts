// report.ts - gartrace report: the page about one or two traces as one file, for those who have no trace.

import { type Command, InvalidArgumentError } from "commander";
import { assertOther } from "../library/make-trace.ts";
import { report } from "../library/report.ts";
import { assertReplaceable, writeWhole } from "../library/whole-file.ts";
import { notice } from "./output.ts";
import { reading } from "./reading.ts";
import { isStandardOutput, toStandardOutput } from "./standard-output.ts";

interface Options {
  readonly output: string;
  readonly limit: number;
  readonly redact: boolean;
  readonly force: boolean;
}

export function addReport(program: Command): void {
  program
    .command("report")
    .summary("write the page about one or two traces as one file, to be mailed")
    .description(
      "Writes one HTML file that opens from disk, without a server or a network: the page of gartrace serve with " +
        "every finding and the events around it, findings by root cause, divergences, and the whole state at the " +
        "moments that matter. It says what it leaves out.",
    )
    .argument("<trace>")
    .argument("[other]", "a second trace, beside the first")
    .requiredOption("-o, --output <file>", "the file to write")
    .option(
      "--limit <megabytes>",
      "how large the file may become; what does not fit is left out",
      megabytes,
      16,
    )
    .option("--redact", "names and texts of whoever recorded it become numbers", false)
    .option("-f, --force", "overwrite the file if it exists", false)
    .action(async (path: string, other: string | undefined, options: Options) => {
      const { output, force } = options;
      const paths = other === undefined ? [path] : [path, other];
      const isPrinted = isStandardOutput(output);
      if (!isPrinted) for (const one of paths) assertOther(output, one);
      if (!isPrinted) assertReplaceable(output, force);
      const { html, leaves, redacted } = await reading(paths, () => report(paths, options));
      await (isPrinted ? toStandardOutput([html]) : writeWhole(output, [html], force));
      if (redacted !== null) notice(redacted);
      const megabytes = (Buffer.byteLength(html) / 1e6).toFixed(1);
      notice(`wrote ${isPrinted ? "the page" : output}, ${megabytes} MB; ${leaves.join("; ")}`);
    });
}

function megabytes(text: string): number {
  const number = Number(text);
  if (!(number > 0 && number <= 1000))
    throw new InvalidArgumentError("a limit is a number of megabytes up to 1000");
  return number;
}
