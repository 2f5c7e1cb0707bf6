// probes.ts - a user's own kprobes: a small file says which part of a DMA call each of them shows.
//
// Kernels before 6.12 have no dma:* events. What kprobes print instead is up to who set them: this names the
// event, the part it plays, and its fields where they are not called as here.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { UserError, unreadable } from "../../../fault.ts";
import { checked, jsonOf } from "../source/text-lines.ts";

/** The file of the kprobes that the captures kept here were made with; used where the user names none. */
export const PROBES = fileURLToPath(new URL("probes/linux-6.1.json", import.meta.url));

/** The parts, with what each tells; a field ending in ? need not be there. */
export const parts = {
  bases: ["vmemmap_base?", "page_offset_base?", "max_pfn?"],
  map: ["dev?", "page?", "phys?", "offset?", "size", "dir"],
  mapped: ["dma"],
  unmap: ["dev?", "dma"],
  "map-list": ["dev?", "sg", "dir"],
  segment: ["dev?", "phys?", "page_link?", "offset?", "len", "dma"],
  "map-segment": ["dev?", "phys", "size", "dir"],
  "mapped-segment": ["dma"],
  "mapped-list": ["mapped"],
  "unmap-list": ["dev?", "sg"],
  alloc: ["dev?", "size"],
  "alloc-done": ["dma", "cpu?", "phys?", "size?"],
  allocated: [],
  free: ["dev?", "dma"],
  bounce: ["orig", "map_size"],
  bounced: ["tlb"],
  exchange: ["pstart", "order"],
  "ahci-command": ["tag", "n_elem", "ctba", "prdt"],
  plain: [],
} as const satisfies { readonly [part: string]: readonly string[] };
export type Part = keyof typeof parts;

export interface Probe {
  readonly part: Part;
  /** The function that it shows; the event's name where the file does not say. */
  readonly of: string;
  /** Our name of a field -> the name that the event prints. */
  readonly fields: { readonly [name: string]: string };
}
export type Probes = ReadonlyMap<string, Probe>;

/** What a file of probes holds. */
export const probesFile = z.strictObject({
  comment: z.string().optional(),
  probes: z.record(
    z.string(),
    z.strictObject({
      part: z.enum(Object.keys(parts) as [Part, ...Part[]]),
      of: z.string().optional(),
      fields: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

/** Reads a file of probes; a UserError says what is wrong in it. */
export function probesFrom(path: string): Probes {
  const refuse = (complaint: string) => new UserError(`${path}: ${complaint}`);
  const { probes } = checked(probesFile, jsonOf(textOf(path), refuse), refuse);
  return new Map(
    Object.entries(probes).map(([event, { part, of = event, fields = {} }]) => {
      const known = parts[part].map((field) => field.replace("?", ""));
      const stranger = Object.keys(fields).find((name) => !known.includes(name));
      if (stranger !== undefined)
        throw refuse(
          `probe '${event}': a '${part}' has no field '${stranger}'; it has: ${known.join(", ")}`,
        );
      return [event, { part, of, fields }];
    }),
  );
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw unreadable(path, error);
  }
}
