// report.ts - gartrace report: the page about one or two traces as one file, for those who have no trace.

import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Command, InvalidArgumentError } from "commander";
import type { Report } from "../answer/report-shape.ts";
import { Answers } from "../page/answers.ts";
import { OpenTrace } from "../page/open-trace.ts";
import { PairFiles } from "../page/pair-files.ts";
import { packedReport } from "../page/report.ts";
import { assertReplaceable } from "../store/output-file.ts";
import { newRedaction, redactedText, writePart } from "./export-part.ts";
import { notice } from "./output.ts";
import { frame, pageCode } from "./page-files.ts";
import { assertOther, reading } from "./reading.ts";
import { isStandardOutput, toStandardOutput, writeWhole } from "./whole-file.ts";

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
      const { output, limit, redact, force } = options;
      const paths = other === undefined ? [path] : [path, other];
      const isPrinted = isStandardOutput(output);
      if (!isPrinted) for (const one of paths) assertOther(output, one);
      if (!isPrinted) assertReplaceable(output, force);
      const code = pageCode();
      const bytes = limit * 1e6 - Buffer.byteLength(htmlOf(code, ""));
      const report = redact
        ? await withRedacted(paths, (redacted) => reportOf(redacted, bytes))
        : await reading(paths, () => reportOf(paths, bytes));
      const html = htmlOf(code, JSON.stringify(report));
      await (isPrinted ? toStandardOutput([html]) : writeWhole(output, [html], force));
      const megabytes = (Buffer.byteLength(html) / 1e6).toFixed(1);
      notice(
        `wrote ${isPrinted ? "the page" : output}, ${megabytes} MB; ${report.session.report!.leaves.join("; ")}`,
      );
    });
}

async function reportOf([path, other]: readonly string[], bytes: number): Promise<Report> {
  const traces = [new OpenTrace("a", path!)];
  if (other !== undefined) traces.push(new OpenTrace("b", other));
  const pair = other === undefined ? null : new PairFiles(path!, other);
  const answers = new Answers(traces, pair);
  try {
    return await packedReport(answers, bytes, (text) => packed(text).length);
  } finally {
    pair?.close();
    answers.close();
  }
}

/** Lends redacted copies of traces, which have the same numbers for the same names. */
async function withRedacted<T>(
  paths: readonly string[],
  use: (redacted: readonly string[]) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "gartrace-"));
  try {
    const redaction = newRedaction();
    const redacted: string[] = [];
    for (const [i, path] of paths.entries()) {
      const copy = join(folder, `${"ab"[i]}.gart`);
      await reading([path], async ([trace]) => {
        const stretch = { from: 0, to: trace!.count };
        await writePart(copy, path, trace!, { stretch, redaction, force: false });
      });
      redacted.push(copy);
    }
    notice(redactedText(redaction));
    return await use(redacted);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const packed = (text: string): string => gzipSync(text).toString("base64");

/** Code and style by their digests alone: nothing else runs in it, and nothing is loaded. */
function htmlOf({ script, style }: ReturnType<typeof pageCode>, report: string): string {
  // A script ends at this text, wherever it stands.
  const safe = script.replaceAll("</script", "<\\/script");
  const digest = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const policy = `default-src 'none'; script-src ${digest(safe)}; style-src ${digest(style)}; img-src data:`;
  return frame(
    `<meta http-equiv="Content-Security-Policy" content="${policy}"><link rel="icon" href="data:,"><style>${style}</style>`,
    `<script type="application/octet-stream" id="report">${packed(report)}</script>\n<script>${safe}</script>`,
  );
}

function megabytes(text: string): number {
  const number = Number(text);
  if (!(number > 0 && number <= 1000))
    throw new InvalidArgumentError("a limit is a number of megabytes up to 1000");
  return number;
}
