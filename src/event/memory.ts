// memory.ts - pages come and go: which function, for which use, and where the first page lies.

import { type Address, hex } from "../address.ts";
import { named, optional, pageFields, SECOND, sizeField, subject, virtField } from "./field.ts";
import { kind } from "./kind.ts";

/** The functions that give pages, and those that take them back. */
export const allocators = [
  "alloc_page",
  "__get_free_pages",
  "vmalloc",
  "free_page",
  "free_pages",
  "alloc_pages",
  "__get_free_page",
  "alloc_bootmem",
  "lmb_alloc",
  "__free_pages",
] as const;
/** What the pages are for. */
export const uses = [
  "gatt",
  "directory",
  "scratch",
  "agp",
  "block",
  "kernel",
  "scratch-directory",
] as const;

const run = {
  /** The page frame number of the first page, pseudo-physical under Xen; names the subject. */
  allocation: subject("allocation"),
  /** The function that gives or takes the pages. */
  by: named(allocators),
  /** What the pages are for. */
  use: named(uses, SECOND),
  /** Bytes of all pages. */
  size: sizeField,
  virt: optional(virtField),
  ...pageFields,
} as const;

export const memory = {
  /** Pages are allocated; the addresses are those of the first. */
  "page.allocated": kind(
    { effect: "changes", doneBy: "driver", scope: "trace", use: "none", inCaptures: false },
    run,
    (e) => `${e.by}: ${pages(e)} for ${e.use} at ${where(e)}`,
  ),
  /** Pages are freed; the addresses are those of the first. */
  "page.freed": kind(
    { effect: "changes", doneBy: "driver", scope: "trace", use: "none", inCaptures: false },
    run,
    (e) => `${e.by}: ${pages(e)} of ${e.use} at ${where(e)}`,
  ),
};

const pages = (e: { size: number }): string =>
  e.size === 4096 ? "a page" : `${e.size / 4096} pages`;
type Known = Address | null | undefined;
const where = (e: { virt?: Known; phys?: Known; machine?: Known }): string =>
  `${space(e.virt, "v")} ${space(e.phys, "p")} ${space(e.machine, "m")}`;
const space = (address: Known, letter: string): string =>
  `${address == null ? "?" : hex(address)}:${letter}`;
