// captured.ts - imports logs into memory: the kept captures of real machines, and short ones written by a test.

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { About, SourceFile } from "../../../src/event/trace.ts";
import type { Recorded } from "../../../src/event/vocabulary.ts";
import { PROBES, probesFrom } from "../../../src/exchange/import/kernel/probes.ts";
import { type Importing, importFiles } from "../../../src/exchange/import/merge.ts";
import { CaptureCounter, type CaptureCounts } from "../../../src/judgement/capture-counts.ts";
import { LiveMappings } from "../../../src/machine/access.ts";
import type { Trace } from "../../../src/replay/trace.ts";
import { freshFolder } from "../../fresh-folder.ts";
import { memoryTrace } from "../../memory-trace.ts";

export const captures = [
  "linux-6.1.native",
  "linux-6.1.native-vtd",
  "linux-6.1.xen-dom0",
  "linux-6.1.native-swiotlb-force",
  "linux-6.12.native",
  "linux-6.12.native-vtd",
  "linux-6.12.xen-dom0",
] as const;

export const captureFiles = (name: string): string[] =>
  ["ftrace.txt.gz", "qemu-trace.log.gz", "p2m.txt.gz"]
    .map((file) => join("traces/captures", name, file))
    .filter((path) => existsSync(path));

export interface Imported {
  readonly trace: Trace;
  readonly events: readonly Recorded[];
  readonly sources: readonly SourceFile[];
}

export async function importedFrom(
  paths: readonly string[],
  wishes: Partial<Importing> = {},
): Promise<Imported> {
  const events: Recorded[] = [];
  let about: About | null = null;
  const probes = probesFrom(PROBES);
  const all = { strict: false, follow: null, probes, keep: null, ...wishes };
  const sources = await importFiles(paths, all, (said) => {
    about = said;
    return { take: (seq, op, event) => void events.push({ seq, op, event }) };
  });
  return { trace: memoryTrace(about!, events), events, sources };
}

/** Imports files of these contents, by name. */
export function importedText(
  files: { readonly [name: string]: string | Buffer },
  wishes: Partial<Importing> = {},
): Promise<Imported> {
  const folder = freshFolder();
  const paths = Object.entries(files).map(([name, content]) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  });
  return importedFrom(paths, wishes);
}

export function captureCountsOf(trace: Trace): CaptureCounts | null {
  const mappings = new LiveMappings();
  const count = new CaptureCounter(mappings);
  for (const { seq, op, event } of trace.events()) {
    mappings.see(seq, op, event);
    count.see(seq, event);
  }
  return count.counts;
}
