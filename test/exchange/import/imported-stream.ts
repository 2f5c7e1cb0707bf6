// imported-stream.ts - imports one stream into memory: its events, and the counts of its lines.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Count } from "../../../src/event/trace.ts";
import type { Event, Recorded } from "../../../src/event/vocabulary.ts";
import type { StreamFormat } from "../../../src/exchange/import/join/format.ts";
import { Run } from "../../../src/exchange/import/join/run.ts";
import { Source } from "../../../src/exchange/import/source/source.ts";
import { freshFolder } from "../../fresh-folder.ts";

export interface Imported {
  readonly events: readonly Recorded[];
  readonly counts: ReadonlyMap<string, Count>;
}

/** Imports one stream, as a file of a run of its own; `before` are the events ahead of it. */
export async function importContent(
  format: StreamFormat,
  content: string | Buffer,
  { strict = false, before = [] as readonly Event[] } = {},
): Promise<Imported> {
  const path = join(freshFolder(), "capture");
  writeFileSync(path, content);
  return importFile(format, path, { strict, before });
}

export async function importFile(
  format: StreamFormat,
  path: string,
  { strict = false, before = [] as readonly Event[] } = {},
): Promise<Imported> {
  const events: Recorded[] = [];
  const source = await Source.open(path, { strict, follow: null });
  const survey = {
    xen: before.length > 0,
    known: true,
    inferred: false,
    iommu: null,
    identity: new Set<number>(),
    offsets: new Map<number, number>(),
    swiotlb: false,
    network: false,
    ahci: false,
    encryptionBit: null,
    pageOffset: null,
    exchanges: [],
    hasDump: false,
    hasStacks: false,
    hasEntries: false,
  };
  const run = new Run(survey, new Map(), {
    sink: { take: (seq, op, event) => void events.push({ seq, op, event }) },
    keep: null,
  });
  for (const event of before) run.emit(event);
  const stream = format.open(source, run);
  for await (const steps of stream.batches())
    for (const step of steps) expect(stream.take(step)).toBe(true);
  stream.end?.();
  return { events, counts: new Map(source.tally.counts().map((count) => [count.name, count])) };
}
