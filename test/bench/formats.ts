// formats.ts - captures repeated to many lines, and what reading and writing each format takes.

import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { counted } from "../../src/report/text.ts";
import { program } from "./command.ts";
import type { Exchanged } from "./process/exchange.ts";
import type { Recording } from "./process/record.ts";
import { resultOf } from "./process.ts";
import { repeated } from "./repeat.ts";
import { atLeast, megabytes, named, type Row, steadyMemory, type Table } from "./table.ts";

export const formatsTable: Table = {
  name: "formats",
  length: 1_000_000,
  short: 50_000,
  measure(folder, length) {
    const trace = join(folder, "churn.gart");
    resultOf<Recording>("record", "churn", length, trace);
    const short = join(folder, "short.gart");
    resultOf<Recording>("record", "churn", length / 10, short);
    const lines = join(folder, "lines.jsonl");
    execFileSync(process.execPath, [program, "export", trace, "--format", "jsonl", "-o", lines]);
    return {
      title:
        "captures repeated and a trace written as lines are read, and the trace is written out",
      heading: ["", "lines", "lines/s", "peak memory"],
      rows: [
        row("import jsonl", resultOf("exchange", "import", lines)),
        row("import mmiotrace", resultOf("exchange", "import", mmiotrace(folder, length))),
        row("import xentrace", resultOf("exchange", "import", xentrace(folder, length))),
        row("export chrome", resultOf("exchange", "export", trace, "chrome")),
        ...["jsonl", "csv", "parquet"].map((format) => exported(format, trace, short)),
      ],
    };
  },
};

const row = (what: string, { units, seconds, peak }: Exchanged): Row => ({
  cells: [what, counted(units), counted(Math.round(units / seconds)), megabytes(peak)],
  budgets: [],
});

/** Of a long trace and of one of a tenth of it. */
function exported(format: string, trace: string, short: string): Row {
  const [many, few] = [trace, short].map((path) =>
    resultOf<Exchanged>("exchange", "export", path, format),
  );
  return {
    ...row(`export ${format}`, many!),
    budgets: [
      named("rate", atLeast(500_000, many!.units / many!.seconds, rate)),
      named("memory", steadyMemory(many!.peak, few!.peak)),
    ],
  };
}

const rate = (events: number): string => counted(Math.round(events));

const capture = (name: string): Buffer =>
  gunzipSync(readFileSync(`traces/captures/linux-6.1.xen-dom0/${name}`));

/** The accesses of the capture over and over, behind its list of devices and its mappings. */
function mmiotrace(folder: string, length: number): string {
  const lines = capture("mmiotrace.txt.gz").toString("latin1").split("\n");
  const head = lines.filter((line) => /^(VERSION|PCIDEV|MAP) /.test(line));
  const accesses = lines.filter((line) => /^[RW] \S+ \S+ [456] /.test(line));
  const path = join(folder, "mmiotrace.txt");
  writeFileSync(path, `${head.join("\n")}\n`);
  for (const text of repeated(accesses, /(?<=^[RW] \d )\d+(?=\.)/, length))
    appendFileSync(path, text);
  return path;
}

function xentrace(folder: string, length: number): string {
  const bytes = capture("xentrace.bin.gz");
  const path = join(folder, "xentrace.bin");
  writeFileSync(path, Buffer.concat(Array<Buffer>(Math.ceil(length / 12_562)).fill(bytes)));
  return path;
}
