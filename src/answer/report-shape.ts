// report-shape.ts - what a report holds: the answers that a server would give, packed, for a page without one.

import * as z from "zod/mini";
import {
  culprits,
  divergences,
  extent,
  ladders,
  moment,
  opList,
  row,
  session,
  why,
} from "./shapes.ts";

/** Bytes as base64: an answer that travels as such. */
const bytes = z.string();

/** An answer about one moment. */
const atMoment = <T extends z.ZodMiniType>(answer: T) =>
  z.array(z.object({ at: z.number(), answer }));

const packedTrace = z.object({
  extent,
  pyramid: bytes,
  ops: opList,
  culprits,
  /** By seq, ascending; around every wrong event and what the moments are about. */
  rows: z.array(row),
  /** For each row the seq of its partner, 0 for alone, -1 for no part; empty for one trace alone. */
  partners: z.array(z.number()),
  /** The seqs of all wrong events. */
  wrong: z.array(z.number()),
  moments: atMoment(moment),
  maps: z.array(z.object({ name: z.string(), at: z.number(), picture: bytes })),
  why: atMoment(why),
  ladders: atMoment(ladders),
  /** The moment of the other trace beside one of this. */
  beside: z.array(z.object({ at: z.number(), other: z.number() })),
});
export type PackedTrace = z.infer<typeof packedTrace>;

export const reportShape = z.object({
  session,
  traces: z.array(packedTrace),
  /** Null for one trace alone. */
  divergences: z.nullable(divergences),
});
export type Report = z.infer<typeof reportShape>;
