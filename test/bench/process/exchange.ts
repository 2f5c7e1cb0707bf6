// exchange.ts - a process of its own that reads or writes a format: import FILE, or export TRACE FORMAT.

import { rmSync } from "node:fs";
import { exportFormats } from "../../../src/exchange/export/index.ts";
import { importFiles } from "../../../src/exchange/import/merge.ts";
import { TraceReader } from "../../../src/store/read.ts";
import { TraceWriter } from "../../../src/store/write.ts";
import { peakMemory, report } from "../process.ts";

/** Lines or records of an import, events of an export; seconds; kilobytes at most. */
export interface Exchanged {
  readonly units: number;
  readonly seconds: number;
  readonly peak: number;
}

const [, , what, path, format] = process.argv as [string, string, string, string, string?];
const since = performance.now();
const units = what === "import" ? await imported(path) : exported(path, format!);
const seconds = (performance.now() - since) / 1000;
report<Exchanged>({ units, seconds, peak: peakMemory() });

async function imported(from: string): Promise<number> {
  const to = `${from}.gart`;
  let writer = null as TraceWriter | null;
  const wishes = { strict: false, follow: null, probes: new Map(), keep: null };
  const sources = await importFiles([from], wishes, async (about) => {
    const opened = await TraceWriter.create(to, about, { force: true });
    writer = opened;
    return (seq, op, event) => opened.append(seq, op, event);
  });
  writer!.finish();
  rmSync(to);
  return sources.flatMap(({ counts }) => counts).reduce((sum, { read }) => sum + read, 0);
}

/** Writes to nowhere: how fast a disk is does not matter here. */
function exported(from: string, name: string): number {
  const trace = TraceReader.open(from);
  let bytes = 0;
  for (const piece of exportFormats.find((one) => one.name === name)!.pieces([trace], null))
    bytes += piece.length;
  if (bytes === 0) throw new Error(`${name} gave nothing`);
  return trace.count;
}
