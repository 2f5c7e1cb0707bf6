// heads.ts - the heads of answers in bytes: of a map, of the pyramid over a trace, and of events one by one.

import * as z from "zod/mini";
import { moment, row } from "./shapes.ts";

/** How a cell of a map looks: by colour and by sign, never by colour alone. */
export const tones = [
  "empty",
  "plain",
  "right",
  "wrong",
  "warn",
  "c1",
  "c2",
  "c3",
  "c4",
  "c5",
] as const;
export type Tone = (typeof tones)[number];

/** One byte a cell: the index in `legend`. */
export const mapHead = z.object({
  name: z.string(),
  title: z.string(),
  at: z.number(),
  /** The number of the first entry of each row of cells; a row has so many columns. */
  rows: z.array(z.number()),
  columns: z.number(),
  legend: z.array(
    z.object({ name: z.string(), tone: z.enum(tones), means: z.string(), count: z.number() }),
  ),
  /** The entry that changed last, and the event that changed it. */
  changed: z.nullable(z.object({ entry: z.number(), seq: z.number() })),
  /** How an entry is called: what stands before and behind its number. */
  thing: z.tuple([z.string(), z.string()]),
});
export type MapHead = z.infer<typeof mapHead>;

/** What follows the slider: the state at a moment, some events around it, and a map, whose cells are the bytes. */
export const sightHead = z.object({ moment, rows: z.array(row), map: z.nullable(mapHead) });
export type SightHead = z.infer<typeof sightHead>;

/** Sixteen bits a bin and lane, lane after lane: how many events of the lane lie in the bin. */
export const pyramidHead = z.object({
  lanes: z.array(z.string()),
  /** Events to a bin. */
  unit: z.number(),
  bins: z.number(),
  /** Up to which event it goes. */
  upTo: z.number(),
});
export type PyramidHead = z.infer<typeof pyramidHead>;

/** The lanes that are no actor's. */
export const WRONG_LANE = "wrong";
export const FAULT_LANE = "fault";
export const OP_LANE = "op";

/** One byte an event: the index of its actor, and these bits. */
export const detailHead = z.object({ from: z.number(), actors: z.array(z.string()) });
export type DetailHead = z.infer<typeof detailHead>;
export const ACTOR_BITS = 0x0f;
export const FAULT_BIT = 0x10;
export const WRONG_BIT = 0x20;
export const OP_BIT = 0x40;
/** Events that are told one by one at most. */
export const MOST_DETAIL = 65536;
