// shapes.ts - what the page is told of a trace: the shape of each answer, checked on the page's side.

import * as z from "zod/mini";

// The page's policy allows no code from text, which zod would make for speed.
z.config({ jitless: true });

/** The version of all shapes together: a page and the answers it reads must be of one. */
export const SHAPES = 2;
/** What answers of every version say of themselves. */
export const stamp = z.object({ shapes: z.number(), version: z.string() });

export const sides = ["a", "b"] as const;
/** Which of the traces that are shown. */
export type Side = (typeof sides)[number];

/** An event as a row of a list. */
export const row = z.object({
  seq: z.number(),
  /** -1 outside any op. */
  op: z.number(),
  kind: z.string(),
  actor: z.string(),
  place: z.nullable(z.string()),
  says: z.string(),
  verdict: z.nullable(z.string()),
  /** Whether something is wrong with it, and the check that found it where its number is not. */
  wrong: z.boolean(),
  check: z.nullable(z.string()),
  /** What a wrong one goes back to: a call, a function, or the check that found it. */
  root: z.nullable(z.string()),
  /** The subject that it is about, as people name it. */
  thing: z.nullable(z.string()),
});
export type Row = z.infer<typeof row>;

const addresses = z.record(z.string(), z.string());

/** A step of a chain of causes. */
export const step = z.object({
  row,
  role: z.string(),
  explains: z.nullable(z.number()),
  addresses,
});
export type Step = z.infer<typeof step>;

const judgement = z.object({
  word: z.string(),
  line: z.string(),
  events: z.number(),
  first: z.nullable(z.number()),
});

/** A kind of map that a trace has something for. */
const mapName = z.object({ name: z.string(), title: z.string() });

const trace = z.object({
  side: z.enum(sides),
  file: z.string(),
  title: z.string(),
  /** One sentence of what was run. */
  sentence: z.string(),
  count: z.number(),
  lastOp: z.number(),
  digest: z.nullable(z.string()),
  torn: z.boolean(),
  virtBase: z.string(),
  chipset: z.string(),
  /** Null while it is being judged. */
  judgement: z.nullable(judgement),
  actors: z.array(z.string()),
  kinds: z.array(z.string()),
  maps: z.array(mapName),
  /** The event that went wrong first, with where its number came from. */
  first: z.nullable(z.array(step)),
});
export type TraceAnswer = z.infer<typeof trace>;

/** What a report holds and what it leaves out. */
const packed = z.object({ leaves: z.array(z.string()) });

export const session = z.object({
  shapes: z.number(),
  version: z.string(),
  traces: z.array(trace),
  /** Null where a server answers. */
  report: z.nullable(packed),
});
export type SessionAnswer = z.infer<typeof session>;

/** How far a trace goes at the moment; of one that still grows this is asked again and again. */
export const extent = z.object({
  count: z.number(),
  lastOp: z.number(),
  torn: z.boolean(),
  /** Up to which event the pyramid goes, and whether it will go further. */
  surveyed: z.number(),
  wrong: z.object({ events: z.number(), first: z.nullable(z.number()), word: z.string() }),
});
export type ExtentAnswer = z.infer<typeof extent>;

export const rows = z.object({
  rows: z.array(row),
  /** With a filter: the first and the last event that were looked at. */
  from: z.number(),
  to: z.number(),
});
export type RowsAnswer = z.infer<typeof rows>;

const register = z.object({
  register: z.string(),
  value: z.string(),
  fields: z.record(z.string(), z.string()),
});

export const moment = z.object({
  /** The event after which this is; null at moment 0. */
  event: z.nullable(row),
  op: z.nullable(z.object({ op: z.number(), says: z.string() })),
  state: z.object({
    moment: z.number(),
    op: z.nullable(z.number()),
    unknownSince: z.optional(z.number()),
    allocations: z.array(z.object({ use: z.string(), pages: z.number(), at: z.array(z.string()) })),
    p2m: z.object({
      known: z.number(),
      runs: z.array(z.object({ first: z.string(), pages: z.number(), frame: z.string() })),
    }),
    mappings: z.array(z.object({ virt: z.string(), pages: z.number(), frame: z.string() })),
    iommu: z.array(z.object({ bus: z.string(), pages: z.number(), frame: z.string() })),
    dma: z.array(
      z.object({ handle: z.string(), device: z.nullable(z.string()), bytes: z.number() }),
    ),
    registers: z.array(register),
    tlb: z.object({ gart: z.number(), stale: z.number(), pages: z.array(z.string()) }),
    unflushed: z.object({ words: z.number(), entries: z.array(z.string()) }),
    pages: z.object({ reserved: z.number(), uncached: z.number() }),
  }),
  /** How many rows of each list were left out. */
  more: z.record(z.string(), z.number()),
});
export type MomentAnswer = z.infer<typeof moment>;

export const why = z.object({ steps: z.array(step) });
export type WhyAnswer = z.infer<typeof why>;

/** An entry of a map. */
export const entry = z.object({
  thing: z.string(),
  facts: z.array(z.tuple([z.string(), z.string()])),
  verdict: z.nullable(z.string()),
  writer: z.nullable(row),
});
export type EntryAnswer = z.infer<typeof entry>;

/** Where a key or a link leads; null where there is nothing further. */
export const place = z.object({ at: z.nullable(z.number()), thing: z.optional(z.string()) });
export type PlaceAnswer = z.infer<typeof place>;

/** The seqs of the partners of events in a row: 0 where one is alone, -1 where it takes no part. */
const partners = z.object({ partners: z.array(z.number()) });

export const culprits = z.object({
  culprits: z.array(
    z.object({
      root: z.nullable(z.string()),
      count: z.number(),
      first: z.number(),
      kinds: z.array(z.string()),
      verdicts: z.array(z.string()),
      checks: z.array(z.string()),
    }),
  ),
});
export type CulpritsAnswer = z.infer<typeof culprits>;

const rung = z.object({
  name: z.string(),
  says: z.nullable(z.string()),
  leads: z.nullable(z.boolean()),
});
export const ladders = z.object({
  ladders: z.array(
    z.object({
      side: z.enum(sides),
      at: z.number(),
      /** The page as it is named; null where the event is about none. */
      page: z.nullable(z.string()),
      steps: z.array(rung),
    }),
  ),
  parting: z.nullable(z.string()),
});

export type LaddersAnswer = z.infer<typeof ladders>;

/** Ops that run side by side, by the first event of each; null where one has no partner. */
const opPair = z.object({
  a: z.nullable(z.number()),
  b: z.nullable(z.number()),
  name: z.string(),
});
export const divergences = z.object({
  answer: z.string(),
  counts: z.array(z.tuple([z.string(), z.number()])),
  causes: z.array(z.string()),
  total: z.number(),
  /** The number in the list of the first of these. */
  from: z.number(),
  list: z.array(
    z.object({
      class: z.string(),
      op: z.string(),
      a: z.nullable(row),
      b: z.nullable(row),
      facts: z.array(z.string()),
    }),
  ),
  ops: z.array(opPair),
});

export const opList = z.object({
  ops: z.array(
    z.object({
      op: z.number(),
      name: z.string(),
      says: z.string(),
      first: z.number(),
      last: z.number(),
    }),
  ),
  /** Whether there are more than these. */
  more: z.boolean(),
});
export type OpsAnswer = z.infer<typeof opList>;

export type DivergencesAnswer = z.infer<typeof divergences>;

/** A request that was refused: a sentence for people. */
export const refusal = z.object({ refused: z.string() });

export const shapes = {
  session,
  extent,
  rows,
  moment,
  why,
  entry,
  place,
  culprits,
  ladders,
  divergences,
  ops: opList,
  filtered: rows,
  mark: place,
  position: place,
  partner: place,
  partners,
} as const;
