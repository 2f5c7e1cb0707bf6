// exchange.ts - a process of its own that reads or writes a format: import, read or decode FILE.., or export TRACE FORMAT.

import { rmSync, statSync } from "node:fs";
import type { SourceFile } from "../../../src/event/trace.ts";
import { openTraceDat } from "../../../src/exchange/import/ftrace/dat/open.ts";
import { recordsOf } from "../../../src/exchange/import/ftrace/dat/records.ts";
import { PROBES, probesFrom } from "../../../src/exchange/import/kernel/probes.ts";
import { importFiles } from "../../../src/exchange/import/merge.ts";
import { exportTrace } from "../../../src/library/export.ts";
import { openTrace } from "../../../src/library/trace.ts";
import { peakMemory, report } from "../process.ts";

/** Lines or records that were read, or events that were written; seconds; kilobytes at most. */
export interface Exchanged {
  readonly units: number;
  readonly seconds: number;
  readonly peak: number;
}

/** The library as it is installed: out of modules its thread takes several times as long to start. */
const installed = new URL("../../../bundle/index.js", import.meta.url).href;
type Library = typeof import("../../../src/library/import.ts");

const [, , what, ...words] = process.argv as [string, string, string, ...string[]];
const ways = { import: imported, read, decode, export: exported } as const;
let since = performance.now();
const units = await ways[what as keyof typeof ways](words);
const seconds = (performance.now() - since) / 1000;
report<Exchanged>({ units, seconds, peak: peakMemory() });

function linesOf(sources: readonly SourceFile[]): number {
  return sources.flatMap(({ counts }) => counts).reduce((sum, { read }) => sum + read, 0);
}

/** Into a finished trace, judged on the way, as the command does; loading the library is no part of it. */
async function imported(files: readonly string[]): Promise<number> {
  const { importTrace } = (await import(installed)) as Library;
  since = performance.now();
  const output = `${files[0]}.gart`;
  const { sources } = await importTrace(files, { output, force: true });
  rmSync(output);
  return linesOf(sources);
}

/** The importer alone: its events go nowhere. */
async function read(files: readonly string[]): Promise<number> {
  const wishes = { strict: false, follow: null, probes: probesFrom(PROBES), keep: null };
  return linesOf(await importFiles(files, wishes, () => ({ take: () => {} })));
}

/** The records of a trace.dat, each with its event, task and time, in order. */
async function decode([path]: readonly string[]): Promise<number> {
  const contents = await openTraceDat(path!);
  let count = 0;
  for await (const records of recordsOf(contents, (why) => process.stderr.write(`${why}\n`)))
    for (const { name } of records) if (name !== "") count++;
  await contents.file.close();
  return count;
}

async function exported([path, format]: readonly string[]): Promise<number> {
  const trace = openTrace(path!);
  const to = `${path}.${format}`;
  await exportTrace(to, format!, [trace], { force: true });
  if (statSync(to).size === 0) throw new Error(`${format} gave nothing`);
  rmSync(to);
  return trace.count;
}
