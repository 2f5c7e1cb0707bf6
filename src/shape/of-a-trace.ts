// of-a-trace.ts - the shapes of what is answered about one trace.

import { z } from "zod";
import {
  count,
  eventShape,
  facts,
  hexText,
  judgement,
  kindName,
  seq,
  sourceFile,
  verdict,
  word,
  wrongEvent,
  wrongTotal,
} from "./parts.ts";

const option = z.union([z.boolean(), z.number(), z.string()]);
const pairs = z.strictObject({ pairs: count, identity: count, equalsP2m: count });

const parent = z.strictObject({ trace: z.string(), moment: count });
const written = {
  path: z.string(),
  events: count,
  digest: z.string(),
  ...z.object(judgement).partial().shape,
};

/** What a capture of a kernel adds: how its DMA mappings, accesses and page tables came out. */
const capture = z
  .object({
    dma: z.strictObject({
      page: pairs,
      sg: pairs,
      coherent: pairs,
      deviceAccesses: z.strictObject({ total: count, inLiveMapping: count.nullable() }),
      live: z.strictObject({ total: count, by: z.array(facts) }),
    }),
    iommu: z.strictObject({
      maps: z.strictObject({ total: count, identity: count }),
      translations: z.strictObject({ total: count, matched: count }),
    }),
    pageTableWrites: z.strictObject({ present: count, equalsP2m: count }),
    misuses: z.record(z.string(), z.strictObject({ count, first: seq })),
    unknownSince: seq.nullable(),
  })
  .partial();

/** Of `info --space`: the bytes of the file, and of each of its tables and indexes. */
export const space = {
  bytes: count,
  perEvent: z.number().nullable(),
  parts: z.array(z.strictObject({ name: z.string(), bytes: count })),
};

export const info = {
  platform: z.string(),
  hooks: z.string(),
  chipset: z.string(),
  workload: z.string(),
  seed: count,
  options: z.record(z.string(), option),
  physIsMachine: z.boolean(),
  source: z.enum(["simulated", "imported"]),
  origin: z.string().nullable(),
  parent: parent.nullable().optional(),
  virtBase: hexText,
  /** The gartrace that wrote it. */
  gartrace: z.string(),
  torn: z.boolean(),
  digest: z.string().nullable(),
  ...judgement,
  events: count,
  ops: count,
  kinds: z.partialRecord(kindName, count),
  verdicts: z.partialRecord(verdict, count),
  firstWrong: z.strictObject({ ...wrongEvent.shape, event: eventShape() }).nullable(),
  ...capture.shape,
  sources: z.array(z.strictObject({ ...sourceFile.shape, lost: count })).optional(),
};

export const record = written;
export const importAnswer = { ...written, sources: z.array(sourceFile) };
export const fork = { ...written, parent };

export const blame = {
  judgement: word,
  wrong: wrongTotal,
  causes: count,
  culprits: z.array(
    z.strictObject({
      root: z.string().nullable(),
      count,
      first: seq,
      kinds: z.array(z.strictObject({ kind: kindName, count })),
      verdicts: z.array(verdict),
      checks: z.array(z.string()),
    }),
  ),
};

const gap = (at: string) => z.strictObject({ [at]: count, why: z.string() }).nullable();
export const check = {
  judgement: word,
  checks: z.array(
    z.strictObject({
      check: z.string(),
      holds: z.string(),
      answer: z.enum(["findings", "failed", "undecidable", "holds", "not applicable"]),
      over: count,
      count,
      findings: z.array(
        z.strictObject({
          check: z.string(),
          seq,
          op: z.int().min(-1),
          subjects: z.array(z.string()),
          verdict: verdict.nullable(),
          says: z.string(),
        }),
      ),
      unknown: z.strictObject({ count, seq, why: z.string() }).nullable(),
      undecidable: gap("since"),
      failure: z.strictObject({ seq: count, message: z.string() }).nullable(),
    }),
  ),
};

const again = z.strictObject({ same: z.boolean(), seq: seq.nullable() }).nullable();
export const verify = {
  holds: z.boolean(),
  agreed: count,
  differed: count,
  unknown: count,
  disagreements: z.array(
    z.strictObject({ seq, what: z.string(), recorded: z.unknown(), replayed: z.unknown() }),
  ),
  digest: z.boolean().nullable(),
  signatures: z.strictObject({ ops: count, wrong: count.nullable() }),
  keyframes: z.strictObject({ agreed: count, wrong: count.nullable() }).nullable(),
  file: z.array(z.string()),
  judgement: again,
  again,
};

const run = z.strictObject({ first: hexText, pages: count, frame: hexText });
export const state = {
  moment: count,
  op: count.nullable(),
  unknownSince: seq.optional(),
  allocations: z.array(z.strictObject({ use: z.string(), pages: count, at: z.array(z.string()) })),
  p2m: z.strictObject({ known: count, runs: z.array(run) }),
  mappings: z.array(z.strictObject({ virt: hexText, pages: count, frame: hexText })),
  iommu: z.array(z.strictObject({ bus: hexText, pages: count, frame: hexText })),
  dma: z.array(z.strictObject({ handle: hexText, device: z.string().nullable(), bytes: count })),
  registers: z.array(
    z.strictObject({
      register: z.string(),
      value: hexText,
      fields: z.record(z.string(), z.string()).optional(),
    }),
  ),
  gatt: z.array(
    z.strictObject({
      entries: z.string(),
      count,
      says: z.enum(["right", "scratch", "empty", "wrong", "not reached"]),
      verdict: verdict.nullable(),
      first: hexText,
      aperture: hexText.nullable(),
    }),
  ),
  tlb: z.strictObject({ gart: count, stale: count, pages: z.array(z.string()) }),
  unflushed: z.strictObject({ words: count, entries: z.array(z.string()) }),
  pages: z.strictObject({ reserved: count, uncached: count }),
};

/** What a subject is: of each family those that it has. */
const subjectFacts = z
  .strictObject({
    is: z.enum(["right", "scratch", "empty", "wrong", "not reached"]),
    word: hexText,
    aperture: hexText.nullable(),
    verdict: verdict.nullable(),
    fields: z.record(z.string(), z.string()),
    frame: hexText,
    pages: count,
    bus: hexText,
    size: count,
    device: z.string().nullable(),
    tag: z.int(),
    underWay: z.boolean(),
    use: z.string(),
    first: hexText,
    seq: seq.nullable(),
    reserved: z.boolean(),
    uncached: z.boolean(),
  })
  .partial();

const withVerdict = { verdict: verdict.nullable() };
export const subjects = {
  subjects: z.array(
    z.strictObject({
      subject: z.string(),
      moment: count,
      is: z.array(z.strictObject({ subject: z.string(), says: z.string(), facts: subjectFacts })),
      changed: eventShape(withVerdict).nullable(),
    }),
  ),
};

export const why = {
  steps: z.array(
    z.strictObject({
      role: z.enum(["asked", "cause", "p2m", "iommu", "allocation"]),
      explains: seq.nullable(),
      verdict: verdict.nullable(),
      wrong: wrongEvent.nullable(),
      addresses: z.partialRecord(z.enum(["virt", "phys", "machine", "bus", "reached"]), hexText),
      event: eventShape(),
    }),
  ),
};

const markFields = { moment: count, name: z.string().nullable(), text: z.string() };
export const mark = markFields;
export const marks = { marks: z.array(z.strictObject(markFields)) };

export const list = z
  .object({
    platforms: z.array(z.string()),
    hooks: z.array(z.string()),
    drivers: z.array(z.string()),
    chipsets: z.array(z.string()),
    workloads: z.array(z.string()),
    bugs: z.array(z.string()),
    checks: z.array(z.string()),
    formats: z.array(z.string()),
  })
  .partial().shape;

const meaning = { means: z.string(), example: z.string() };
export const explain = { words: z.record(z.string(), z.strictObject(meaning)) };
export const explainWord = { word: z.string(), ...meaning };
