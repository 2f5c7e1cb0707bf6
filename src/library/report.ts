// report.ts - the page about one or two traces as one file, for those who have no trace.

import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Report } from "../answer/report-shape.ts";
import { newRedaction, redactedText, writePart } from "./export-part.ts";
import { frame, pageCode } from "./page-files.ts";
import { openTrace, readerOf } from "./trace.ts";

/** What a report holds. */
export interface ReportOptions {
  /** How many megabytes the file may have, what does not fit being left out; 16 by default. */
  readonly limit?: number;
  /** Whether names and texts of whoever recorded it become numbers. */
  readonly redact?: boolean;
}

/** A report. */
export interface ReportFile {
  /** One file that opens from disk, without a server or a network. */
  readonly html: string;
  /** What it leaves out, in words. */
  readonly leaves: readonly string[];
  /** What was replaced by numbers, in words; null where nothing was to be. */
  readonly redacted: string | null;
}

/** The page about one or two traces, as one file of HTML. A `UserError` says why a trace cannot be read. */
export async function report(
  paths: readonly string[],
  { limit = 16, redact = false }: ReportOptions = {},
): Promise<ReportFile> {
  const code = pageCode();
  const bytes = limit * 1e6 - Buffer.byteLength(htmlOf(code, ""));
  let redacted: string | null = null;
  const made = redact
    ? await withRedacted(paths, (copies, says) => {
        redacted = says;
        return reportOf(copies, bytes);
      })
    : await reportOf(paths, bytes);
  const html = htmlOf(code, JSON.stringify(made));
  return { html, leaves: made.session.report!.leaves, redacted };
}

async function reportOf([path, other]: readonly string[], bytes: number): Promise<Report> {
  // Few programs write a report: what it takes is loaded by those alone.
  const { Answers } = await import("../page/answers.ts");
  const { OpenTrace } = await import("../page/open-trace.ts");
  const { PairFiles } = await import("../page/pair-files.ts");
  const { packedReport } = await import("../page/report.ts");
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
  use: (redacted: readonly string[], says: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "gartrace-"));
  try {
    const redaction = newRedaction();
    const redacted: string[] = [];
    for (const [i, path] of paths.entries()) {
      const copy = join(folder, `${"ab"[i]}.gart`);
      const trace = openTrace(path);
      try {
        const stretch = { from: 0, to: trace.count };
        await writePart(copy, path, readerOf(trace), { stretch, redaction, force: false });
      } finally {
        trace.close();
      }
      redacted.push(copy);
    }
    return await use(redacted, redactedText(redaction));
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
