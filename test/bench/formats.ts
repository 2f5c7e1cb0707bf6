// formats.ts - captures repeated to a million lines, and what reading and writing each format takes.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { counted, inColumns } from "../../src/report/text.ts";
import type { Exchanged } from "./exchange.ts";

const LINES = 1_000_000;

/** A table of lines a second and peak memory; `trace` is what is exported, and read again as lines. */
export function formatsTable(folder: string, trace: string): string {
  const lines = join(folder, "lines.jsonl");
  execFileSync(process.execPath, [main, "export", trace, "--format", "jsonl", "-o", lines, "-f"]);
  const rows = [
    row("import jsonl", exchanged("import", lines)),
    row("import mmiotrace", exchanged("import", mmiotrace(folder))),
    row("import xentrace", exchanged("import", xentrace(folder))),
    ...["jsonl", "csv", "chrome", "parquet"].map((name) =>
      row(`export ${name}`, exchanged("export", trace, name)),
    ),
  ];
  return inColumns(rows, ["", "lines", "lines/s", "peak memory"]);
}

const main = join(import.meta.dirname, "../../src/cli/main.js");

const exchanged = (...words: string[]): Exchanged =>
  JSON.parse(
    execFileSync(process.execPath, [join(import.meta.dirname, "exchange.js"), ...words], {
      encoding: "utf8",
    }),
  ) as Exchanged;

const row = (what: string, { units, seconds, peak }: Exchanged): string[] => [
  what,
  counted(units),
  counted(Math.round(units / seconds)),
  `${counted(Math.round(peak / 1024))} MB`,
];

const capture = (name: string): Buffer =>
  gunzipSync(readFileSync(`traces/captures/linux-6.1.xen-dom0/${name}`));

/** The accesses of the capture over and over, behind its list of devices and its mappings. */
function mmiotrace(folder: string): string {
  const text = capture("mmiotrace.txt.gz").toString("latin1");
  const accesses = text.split("\n").filter((line) => /^[RW] \S+ \S+ [456] /.test(line));
  const head = text.split("\n").filter((line) => /^(VERSION|PCIDEV|MAP) /.test(line));
  const repeated = `${accesses.join("\n")}\n`.repeat(Math.ceil(LINES / accesses.length));
  const path = join(folder, "mmiotrace.txt");
  writeFileSync(path, `${head.join("\n")}\n${repeated}`);
  return path;
}

function xentrace(folder: string): string {
  const bytes = capture("xentrace.bin.gz");
  const path = join(folder, "xentrace.bin");
  writeFileSync(path, Buffer.concat(Array<Buffer>(Math.ceil(LINES / 12_562)).fill(bytes)));
  return path;
}
