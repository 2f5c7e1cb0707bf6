// tried.ts - a wounded file as an import meets it: it gives a trace or a sentence, in good time.

import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SourceFile } from "../../../../src/event/trace.ts";
import { PROBES, probesFrom } from "../../../../src/exchange/import/kernel/probes.ts";
import { importFiles } from "../../../../src/exchange/import/merge.ts";
import { UserError } from "../../../../src/fault.ts";
import type { Seed } from "./seeds.ts";

/** What became of an import: its counts, or what the user is told. */
export interface Tried {
  readonly sources: readonly SourceFile[] | null;
  readonly says: string | null;
  /** Of processor time: other programs may be at work. */
  readonly milliseconds: number;
}

const probes = probesFrom(PROBES);

/** Imports a run whose wounded file has these bytes; whatever is no sentence for a user is thrown. */
export async function tried(folder: string, { files }: Seed, bytes: Buffer): Promise<Tried> {
  const paths = Object.entries({ ...files, wounded: bytes }).map(([name, content]) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  });
  const wishes = { strict: false, follow: null, probes, keep: null };
  const since = process.cpuUsage();
  let [sources, says] = [null as readonly SourceFile[] | null, null as string | null];
  try {
    sources = await importFiles(paths, wishes, () => ({ take: () => {} }));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    says = error.message;
  } finally {
    for (const path of paths) rmSync(path);
  }
  const { user, system } = process.cpuUsage(since);
  return { sources, says, milliseconds: (user + system) / 1000 };
}

/** How long an import of a megabyte may take; what is quadratic in it takes minutes. */
const PATIENCE = 5000;

/** What is wrong with what became of an import; null where nothing is. */
export function complaintOf({ sources, says, milliseconds }: Tried): string | null {
  if (milliseconds > PATIENCE) return `it took ${Math.round(milliseconds)} ms`;
  // A file and a line or a byte, or what the file is as a whole.
  if (says !== null && !/\/(?:wounded|beside\.txt)\b/.test(says)) return `no file in '${says}'`;
  if (says !== null && says.length > 2000) return `a sentence of ${says.length} characters`;
  for (const { counts } of sources ?? [])
    for (const { name, read, kept, skipped, why } of counts) {
      if (kept + skipped !== read) return `${name}: ${read} read, ${kept} kept, ${skipped} skipped`;
      if (skipped > 0 && why === null) return `${name}: nothing says why ${skipped} were skipped`;
    }
  return null;
}
