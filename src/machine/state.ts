// state.ts - all there is to know of a machine at a moment; only `apply` changes it.
//
// The state of a thing is its latest event. Beside a value stands the seq of the event that set it,
// wherever somebody asks for causes.

import {
  type Machine,
  machineOf,
  mfn,
  offset,
  onBareMetal,
  PAGE_SIZE,
  type Phys,
  pageOffset,
  pfnOf,
  raw,
} from "../address.ts";
import type { Chipset } from "../chipset/chipset.ts";
import { Table } from "./table.ts";
import { TablePages } from "./table-pages.ts";

/** What no event says and every event rests on: it stands in the trace's own row. */
export interface Nature {
  /** Whether kernel-physical addresses are machine addresses; otherwise the P2M table tells. */
  readonly physIsMachine: boolean;
  readonly chipset: Chipset | null;
}

/** A page that the CPU sees at another virtual address. */
export interface Mapping {
  /** The machine frame that the page-table entry names. */
  readonly reached: number;
  readonly seq: number;
}

/** What a device's translation cache or a register holds, and the event that put it there. */
export interface Held {
  readonly word: number;
  readonly seq: number;
}

/** Flags of a page, by pfn. */
export const RESERVED = 1;
export const UNCACHED = 2;

export class State {
  readonly nature: Nature;
  /** The moment: how many events have been applied. */
  moment = 0;
  /** The op under way, or -1. */
  op = -1;
  /** The last gap in the recording: what was set before it may have changed unseen; 0 for none. */
  unknownSince = 0;

  /** pfn -> mfn, and its inverse for the frames of this domain. */
  readonly p2m = new Table();
  readonly m2p = new Table();
  /** pfn -> first pfn of the allocation it belongs to. */
  readonly allocation = new Table();
  /** first pfn -> pages x 16 + use. */
  readonly extent = new Table();
  /** first pfn -> seq of page.allocated. */
  readonly allocated = new Table();
  /** pfn -> RESERVED | UNCACHED. */
  readonly flags = new Table();
  /** mfn -> the tag that stands for the page's content, and who wrote it. */
  readonly content = new Table();
  /** Words of tables in memory, by machine address in words, and the seq of the write of each. */
  readonly words = new Table();
  readonly written = new Table();
  /** Words that the CPU wrote and that are still in its cache, where tables are mapped cached. */
  readonly dirty = new Map<number, Held>();
  /** The pages of the GATT and of its directory. */
  readonly table = new TablePages();
  readonly directory = new TablePages();
  /** bus page -> mfn. */
  readonly iommu = new Table();
  /** DMA handle -> bytes. */
  readonly dma = new Map<number, number>();
  /** register number -> its last value. */
  readonly registers = new Map<number, Held>();
  /** virtual page -> what is mapped there. */
  readonly mappings = new Map<number, Mapping>();
  /** aperture page -> the entry that the GART keeps of it. */
  readonly tlb = new Map<number, Held>();

  constructor(nature: Nature) {
    this.nature = nature;
  }

  /** Where a kernel-physical address is; null where the P2M does not say. */
  machineOf(address: Phys): Machine | null {
    if (this.nature.physIsMachine) return onBareMetal(address);
    const frame = this.p2m.get(raw(pfnOf(address)));
    return frame === undefined ? null : offset(machineOf(mfn(frame)), pageOffset(address));
  }

  /** The allocation a page belongs to: its first pfn, its pages and the index of its use. */
  allocationOf(pfn: number): { first: number; pages: number; use: number } | null {
    const first = this.allocation.get(pfn);
    if (first === undefined) return null;
    const extent = this.extent.get(first)!;
    return { first, pages: Math.floor(extent / 16), use: extent % 16 };
  }
}

/** Pages that so many bytes take. */
export const pagesOf = (bytes: number): number => Math.ceil(bytes / PAGE_SIZE);
