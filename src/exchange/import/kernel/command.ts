// command.ts - a command that the guest gives to a device, and the buffers that are mapped for it.

import type { Machine } from "../../../address.ts";
import type { layers, requests } from "../../../event/block.ts";
import type { mappings } from "../../../event/iommu.ts";
import type { Source } from "../source/source.ts";

export type What = (typeof requests)[number];
export type Layer = (typeof layers)[number];
/** Which way bytes go through a mapping, or that both sides may use it at any time. */
export type Direction = (typeof mappings)[number];

/** A command that the guest has given to a device. */
export interface Command {
  readonly layer: Layer;
  /** What names it on both sides while it is under way: queue and command id, or port and tag. */
  readonly key: string;
  readonly request: number;
  /** The seq of its request.issued. */
  readonly seq: number;
  readonly what: What;
  readonly lba: number | null;
  readonly blocks: number | null;
  /** Its mappings without a request.mapped yet. */
  readonly segments: Mapping[];
  /** Whether the device's log is emitted up to its completion, or does not have it. */
  settled: boolean;
  /** The trace that tells of it, and the line. */
  readonly origin: SourceLine;
  /** One that another trace tells of, under way by the same name when this one was given. */
  readonly instead: Command | null;
}

/** Where something is told. */
export interface SourceLine {
  readonly source: Source | null;
  readonly line: number;
}

/** The file and line. */
export const placeOf = ({ source, line }: SourceLine): string =>
  source === null ? "the trace" : `${source.path}:${line}`;

/** What a call says of a buffer that it maps. */
export interface Mapped {
  readonly start: number;
  readonly size: number;
  /** Whether the source says only which pages it lies in, and `start` and `size` are theirs. */
  readonly inPages: boolean;
  /** The PCI device; null where the source does not say. */
  readonly device: number | null;
  readonly direction: Direction;
  readonly phys: number | null;
  /** The buffer's address as the call says it; `phys` is null where the handle leads elsewhere and nothing tells why. */
  readonly own: number | null;
  readonly place: string;
  /** The slot that stands in for the buffer; null for none. */
  readonly slot: { readonly phys: number; readonly machine: Machine } | null;
  readonly source: Source | null;
}

/**
 * A buffer that is mapped for a device, or was, and where that is told. Kprobes miss ends, and one that never ends stays:
 * it has few words of its own, and calls that say the same share them (bench: import, memory).
 */
export class Mapping implements Mapped, SourceLine {
  readonly call: Mapped;
  /** The seq of its dma.mapped. */
  readonly seq: number;
  readonly line: number;
  /** The command that it was mapped for; null for none that is known. */
  command: Command | null;
  /** The seq of its dma.unmapped; 0 while it is mapped. */
  ended = 0;
  /** The one at the same handle whose end was not told yet when this one was made; null for none. */
  replaced: Mapping | null = null;

  constructor(call: Mapped, seq: number, line: number, command: Command | null) {
    this.call = call;
    this.seq = seq;
    this.line = line;
    this.command = command;
  }

  get start(): number {
    return this.call.start;
  }
  get size(): number {
    return this.call.size;
  }
  get inPages(): boolean {
    return this.call.inPages;
  }
  get device(): number | null {
    return this.call.device;
  }
  get direction(): Direction {
    return this.call.direction;
  }
  get phys(): number | null {
    return this.call.phys;
  }
  get own(): number | null {
    return this.call.own;
  }
  get place(): string {
    return this.call.place;
  }
  get slot(): Mapped["slot"] {
    return this.call.slot;
  }
  get source(): Source | null {
    return this.call.source;
  }
}
