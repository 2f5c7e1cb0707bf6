// parts.ts - what the answers of several commands are made of: addresses, events, judgements.

import { z } from "zod";
import { schemaOf } from "../event/field-schema.ts";
import { verdicts } from "../event/verdict.ts";
import { actors, declarationOf, type KindName, kindNames } from "../event/vocabulary.ts";

/** An address or a raw word of up to 64 bits. */
export const hexText = z.string().regex(/^0x[0-9a-f]+$/);
export const count = z.int().nonnegative();
/** The number of an event. */
export const seq = z.int().positive();
export const kindName = z.enum(kindNames as [KindName, ...KindName[]]);
export const verdict = z.enum(verdicts);
export const word = z.enum(["right", "wrong", "undecided"]);
export const facts = z.record(z.string(), z.unknown());

const common = {
  seq,
  op: count.optional(),
  actor: z.enum(actors),
  place: z.string().optional(),
  cause: seq.optional(),
  at: z.int().optional(),
};

/** An event as `gartrace events --json` prints it, with what an answer adds to it. */
export function eventShape(
  more: z.ZodRawShape = {},
): z.ZodType<{ readonly seq: number; readonly [field: string]: unknown }> {
  const kinds = kindNames.map((kind) => {
    const fields = Object.entries(declarationOf(kind).fields).flatMap(([name, field]) => {
      if (name === "op") return [];
      const schema = field.hex ? hexText : schemaOf(field);
      return [[name, field.optional ? schema.optional() : schema] as const];
    });
    return z.strictObject({
      kind: z.literal(kind),
      ...common,
      ...(Object.fromEntries(fields) as z.ZodRawShape),
      ...more,
    }) as z.ZodObject;
  });
  return z.discriminatedUnion("kind", kinds as [z.ZodObject]) as unknown as z.ZodType<{
    readonly seq: number;
    readonly [field: string]: unknown;
  }>;
}

export const wrongEvent = z.strictObject({
  seq,
  verdict: verdict.nullable(),
  check: z.string().nullable(),
  root: z.string().nullable(),
});

export const wrongTotal = z.strictObject({ events: count, first: seq.nullable() });

/** What a trace comes to; nothing of it where the trace could not be judged on the way. */
export const judgement = {
  judgement: word,
  uses: z.strictObject({ right: count, wrong: count, unknown: count, inferred: count }),
  faults: z.strictObject({ total: count }),
  findings: z.strictObject({ total: count }),
  wrong: wrongTotal,
  refusals: z.strictObject({
    count,
    first: z.array(
      z.strictObject({
        op: count,
        name: z.string(),
        errno: z.int().negative(),
        by: z.strictObject({ seq, fault: z.string(), text: z.string().nullable() }).nullable(),
      }),
    ),
  }),
};

export const sourceFile = z.strictObject({
  path: z.string(),
  format: z.string(),
  lines: count,
  counts: z.array(
    z.strictObject({
      name: z.string(),
      read: count,
      kept: count,
      skipped: count,
      lost: count,
      why: z.string().nullable(),
    }),
  ),
});

export const two = <T extends z.ZodType>(one: T) => z.strictObject({ a: one, b: one });
