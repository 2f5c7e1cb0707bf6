// trace.ts - what a trace says of itself: how the run was set up, and what every event rests on.

import type { Bus } from "../address.ts";
import type { Facts } from "./field.ts";
import type { Actor, KindName } from "./vocabulary.ts";

/** An op: what was asked for, what came of it, and the events it spans. */
export interface OpRow {
  /** Its number, from 0. */
  readonly op: number;
  /** What was asked for: bind, map_single, or a capture's own words. */
  readonly name: string;
  /** With which arguments, by their names. */
  readonly arguments: Facts;
  /** Null where the trace holds no end of it. */
  readonly result: Facts | null;
  /** The seq of its first event, and of its last; null where the trace holds no end of it. */
  readonly first: number;
  /** The seq of its last event; null where the trace holds no end of it. */
  readonly last: number | null;
  /** What of it does not depend on where frames lie; null where nothing was signed. */
  readonly signature: string | null;
}

/** One run, as recorded or imported. */
export interface About {
  /** Who owns memory and how addresses translate: native-i386, xen-i386, a name of one's own. */
  readonly platform: string;
  /** Which functions the driver asks for addresses, by name; `none` where that is not known. */
  readonly hooks: string;
  /** The host bridge, whose registers and table entries are decoded; `none` for none. */
  readonly chipset: string;
  /** The workload's name. */
  readonly workload: string;
  /** The workload itself as JSON text, so that a simulated run can be run again; null where unknown. */
  readonly operations: string | null;
  /** Of the run's chance, 0 or more; a run of the same settings and seed has the same events. */
  readonly seed: number;
  /** Further settings of the run, by name: lenientIoremap, device. */
  readonly options: { readonly [name: string]: boolean | number | string };
  /** What is added to a `virt` to get the kernel's address, of 64 bits; 0 on i386. */
  readonly virtBase: bigint;
  /** Whether kernel-physical addresses are machine addresses; otherwise P2M events tell. */
  readonly physIsMachine: boolean;
  /** Where the events come from. */
  readonly source: "simulated" | "imported";
  /** For an imported trace: what it was imported from, in words. */
  readonly origin: string | null;
  /** For a fork: the trace it left, by digest or path, and the moment at which it did. */
  readonly parent?: { readonly trace: string; readonly moment: number } | null;
}

/** A moment that somebody put words to. */
export interface Mark {
  /** After so many events. */
  readonly moment: number;
  /** By which it is a position, `mark:NAME`; null for none. */
  readonly name: string | null;
  /** Words for people; empty for none. */
  readonly text: string;
}

/** What to look for; an event must match all of it. */
export interface Search {
  /** Event numbers, both included. */
  readonly from: number;
  readonly to: number;
  readonly backwards?: boolean;
  /** The code of one subject (event/field.ts). */
  readonly subject?: number;
  /** The codes of subjects between these two, both included and of one family. */
  readonly subjects?: { readonly first: number; readonly last: number };
  /** Events about memory that begins at a kernel-physical address between these two, both included. */
  readonly phys?: { readonly first: number; readonly last: number };
  /** Events about a part of the bus between these two, both included; some that are near it may be among them. */
  readonly bus?: { readonly first: Bus; readonly last: Bus };
  /** Only events about more than a page. */
  readonly wide?: boolean;
  readonly kinds?: readonly KindName[];
  readonly actor?: Actor;
  readonly op?: number;
  /** Only what happened in this function of driver or kernel. */
  readonly place?: string;
  /** Only where hardware was handed a number that the trace does not show to lead to its page. */
  readonly unproven?: boolean;
}

/** Why lines are left out that nothing is wrong with: the events of a kernel and of QEMU are many, and few have an address. */
export const UNKNOWN_EVENT = "no importer knows this event";

/** What became of the lines of a source that tell of one kind of event of theirs. */
export interface Count {
  /** The event's name in the source: dma_map_page, pci_nvme_map_addr; or what a remark is about, which counts nothing. */
  readonly name: string;
  /** Lines, or records: read, made into events, and left out. */
  readonly read: number;
  /** Of these, how many became events. */
  readonly kept: number;
  /** Of these, how many were left out. */
  readonly skipped: number;
  /** How many the source says it could not record. */
  readonly lost: number;
  /** Why the first of the skipped was, or what a remark says; null for none. */
  readonly why: string | null;
}

/** A file that an imported trace was made from. */
export interface SourceFile {
  /** As it was given to the import. */
  readonly path: string;
  /** One of `gartrace list formats`. */
  readonly format: string;
  /** How many it has: lines of text, or records. */
  readonly lines: number;
  /** What became of its lines, by the name of their event. */
  readonly counts: readonly Count[];
}
