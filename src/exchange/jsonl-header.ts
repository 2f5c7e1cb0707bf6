// jsonl-header.ts - the first line of gartrace's own JSONL: the format's name and version, and the run.
//
// Every further line is an event as `gartrace events --json` prints it (event/line.ts). What is added
// without changing the meaning of what was there keeps the version; anything else is the next one.

import { z } from "zod";
import { hex } from "../address.ts";
import type { About } from "../event/trace.ts";

export const JSONL = "gartrace";
export const JSONL_VERSION = 1;

const option = z.union([z.boolean(), z.number(), z.string()]);

/** What a program must say of its run: where its addresses live; the rest can be left out. */
const aboutRun = z.strictObject({
  platform: z.string(),
  physIsMachine: z.boolean(),
  hooks: z.string().default("none"),
  chipset: z.string().default("none"),
  workload: z.string().default("unnamed"),
  operations: z.string().nullable().default(null),
  seed: z.number().int().nonnegative().default(0),
  options: z.record(z.string(), option).default({}),
  virtBase: z
    .string()
    .regex(/^0x[0-9a-f]{1,16}$/, "expected a hexadecimal number such as 0xffff800000000000")
    .default("0x0")
    .transform(BigInt),
  source: z.enum(["simulated", "imported"]).default("imported"),
  origin: z.string().nullable().default(null),
});

export const jsonlHeader = z.strictObject({
  format: z.literal(JSONL),
  version: z.number().int().positive(),
  /** How many lines of events follow, where the writer knows: a file that was cut short has fewer. */
  events: z.number().int().nonnegative().optional(),
  about: aboutRun,
});

/** `events`: how many lines follow; null where that is not known before. */
export const headerLine = (about: About, events: number | null): string =>
  JSON.stringify({
    format: JSONL,
    version: JSONL_VERSION,
    ...(events === null ? {} : { events }),
    about: { ...about, virtBase: hex(about.virtBase) },
  });
