// of-traces.ts - the shapes of what is answered about several traces: what differs, and how runs ended.

import { z } from "zod";
import { classes } from "../diff/compare.ts";
import { count, eventShape, facts, hexText, seq, two, verdict, word, wrongTotal } from "./parts.ts";

const pairClass = z.enum(classes);
const answer = z.enum(["alike", "different", "undecided"]);
const opName = z.strictObject({ op: count, name: z.string(), arguments: facts });
const classCounts = z.record(pairClass, count);

const file = z.strictObject({
  file: z.string(),
  title: z.string(),
  judgement: word,
  wrong: wrongTotal,
  torn: z.boolean(),
  lost: count,
});

const cause = z.strictObject({
  root: z.string().nullable(),
  side: z.enum(["a", "b"]),
  after: z.strictObject({ op: count, name: z.string(), a: z.unknown(), b: z.unknown() }).nullable(),
  count,
  kinds: z.array(z.strictObject({ kind: z.string(), class: pairClass, count })),
  op: z.int().min(-1),
});

const seen = eventShape({
  verdict: verdict.nullable(),
  check: z.string().nullable(),
  means: z.string().nullable(),
});
const fact = z.strictObject({ fact: z.string(), a: z.unknown(), b: z.unknown() });
const divergence = z.strictObject({
  class: pairClass,
  op: opName,
  a: seen.nullable(),
  b: seen.nullable(),
  fields: z.array(z.string()),
  facts: z.array(fact),
});

const apart = z.array(z.strictObject({ kind: z.string(), which: z.string().nullable(), count }));
const cuts = z.strictObject({ frames: count, pages: count, other: count });
export const diff = {
  a: file,
  b: file,
  alike: z.boolean(),
  answer,
  exact: z.boolean(),
  counts: classCounts,
  apart: two(count),
  apartBy: two(apart),
  ops: count,
  unread: z.strictObject({ ops: count, events: count }),
  unknown: count,
  unmatched: two(count),
  opsByPosition: count,
  opsAlone: count,
  isGuess: z.boolean(),
  causes: z.array(cause),
  scattered: z.array(
    z.strictObject({
      op: count,
      what: z.string(),
      from: count,
      pages: count,
      runs: two(count),
    }),
  ),
  transferred: z
    .strictObject({
      requests: two(count),
      shared: count,
      segments: two(count),
      unplaced: two(count),
      cuts: two(cuts),
    })
    .nullable(),
  first: divergence.nullable(),
  firstDevice: divergence.nullable(),
  divergences: z.array(divergence).optional(),
};

export const diffFolder = {
  base: z.string(),
  traces: z.array(
    z.strictObject({
      trace: z.string(),
      alike: z.boolean().nullable(),
      answer: answer.nullable(),
      b: file.nullable(),
      first: z
        .strictObject({ class: pairClass, op: opName, facts: z.array(fact) })
        .nullable()
        .optional(),
      counts: classCounts.nullable(),
      causes: z.array(cause).nullable(),
      trouble: z.string().nullable(),
    }),
  ),
};

const judged = z.strictObject({ event: eventShape(), verdict: verdict.nullable() }).nullable();
export const matrix = {
  cells: z.array(
    z.strictObject({
      platform: z.string(),
      hooks: z.string(),
      driver: z.string(),
      lacks: z.string().nullable(),
      path: z.string().nullable(),
      outcome: z
        .strictObject({
          ends: z.enum(["right", "refused", "wrong", "oops", "undecided"]),
          errno: z.int().nullable(),
          refusal: z
            .strictObject({ op: count, name: z.string(), errno: z.int(), by: facts.nullable() })
            .nullable(),
          first: judged,
          astray: judged,
          reads: count,
          rightReads: count,
          wrongFrees: count,
          hook: z.string().nullable(),
        })
        .nullable(),
    }),
  ),
};

/** What a step of a ladder found: of each step those that it has. */
const stepFound = z
  .strictObject({
    seq: seq.nullable(),
    offset: hexText,
    phys: hexText,
    machine: hexText.nullable(),
    pfn: hexText,
    mfn: hexText,
    bus: hexText.nullable(),
    reached: hexText.nullable(),
    entry: hexText,
    word: hexText,
    use: z.string(),
    page: count,
    pages: count,
    device: z.string().nullable(),
    size: count,
  })
  .partial();

export const xlate = {
  virt: hexText,
  parting: z.string().nullable(),
  ladders: z.array(
    z.strictObject({
      trace: z.string(),
      moment: count,
      steps: z.array(
        z.strictObject({
          name: z.string(),
          says: z.string().nullable(),
          found: stepFound,
          leads: z.boolean().nullable(),
        }),
      ),
    }),
  ),
};
