// state.ts - all there is to know of a machine at a moment; only `apply` changes it.
//
// The state of a subject is its latest event. A value has the seq of the event that wrote it beside it where
// a cause is ever looked up.

import {
  type BusPage,
  type GattIndex,
  type Machine,
  type Mfn,
  machineOf,
  offset,
  onBareMetal,
  PAGE_SIZE,
  type Pfn,
  type Phys,
  pageOffset,
  pfnOf,
  type RegisterIndex,
  type Vpn,
  type WordIndex,
} from "../address.ts";
import type { Chipset } from "../chipset/chipset.ts";
import { assert } from "../fault.ts";
import { DmaTable } from "./dma-table.ts";
import { NumberTable, Table } from "./table.ts";
import { TablePages } from "./table-pages.ts";
import { type Cell, WordTable } from "./word-table.ts";

/** What no event says and every event rests on: it stands in the trace's own row. */
export interface Nature {
  /** Whether kernel-physical addresses are machine addresses; otherwise the P2M table tells. */
  readonly physIsMachine: boolean;
  /** The host bridge, whose registers and entries are decoded; null for none that is known. */
  readonly chipset: Chipset | null;
}

/** Flags of a page, by pfn. */
export const RESERVED = 1;
export const UNCACHED = 2;
export const CLEAN = 4;

/** Everything that changes is kept in tables: then a copy, a keyframe and a comparison miss nothing. */
export class State {
  /** What no event says. */
  readonly nature: Nature;
  /** Every table the state consists of, by name; its position in the list is fixed. */
  readonly tables: ReadonlyMap<string, NumberTable>;
  /** The moment: how many events have been applied. */
  moment = 0;
  /** The op under way, or -1. */
  op = -1;

  /** The P2M, and its inverse for the frames of this domain. */
  readonly p2m = new Table<Pfn, Mfn>();
  /** The inverse of `p2m`. */
  readonly m2p = new Table<Mfn, Pfn>();
  /** The first page of the allocation that a page belongs to. */
  readonly allocation = new Table<Pfn, Pfn>();
  /** First page of an allocation -> its pages x 16 + use. */
  readonly extent = new Table<Pfn, number>();
  /** First page of an allocation -> seq of page.allocated. */
  readonly allocated = new Table<Pfn, number>();
  /** RESERVED | UNCACHED | CLEAN. */
  readonly flags = new Table<Pfn, number>();
  /** The tag that stands for a frame's content, and who wrote it. */
  readonly content = new Table<Mfn, number>();
  /** Words of tables in memory, and the seq of the write of each. */
  readonly words = new Table<WordIndex, number>();
  /** The seq of the event that wrote each word. */
  readonly written = new Table<WordIndex, number>();
  /** Words that the CPU wrote and that are still in its cache, where tables are mapped cached. */
  readonly dirty = new WordTable<WordIndex>();
  /** The pages of the GATT and of its directory. */
  readonly table = new TablePages();
  /** The pages of the GATT's directory. */
  readonly directory = new TablePages();
  /** The pages of a directory that is not in use yet. */
  readonly scratchDirectory = new TablePages();
  /** The entries of the IOMMU. */
  readonly iommu = new Table<BusPage, Mfn>();
  /** DMA handle and device -> bytes. */
  readonly dma = new DmaTable();
  /** Each byte of each register. */
  readonly registers = new WordTable<RegisterIndex>();
  /** The frame that a virtual page's page-table entry names, where ioremap mapped it. */
  readonly mappings = new WordTable<Vpn, Mfn>();
  /** The entries that the GART's TLB has. */
  readonly tlb = new WordTable<GattIndex>();
  /** The bits above 51 of those entries, where they have such. */
  readonly tlbHigh = new Table<GattIndex, number>();
  /** 0 -> seq of the last gap in the recording. */
  readonly gap = new Table<number, number>();
  /** Where the unused entries of an IOMMU lead, if anywhere: see iommu.ts. */
  readonly spare = new Table<number, number>();
  /** The translations that the IOMMU's own TLB has. */
  readonly iommuTlb = new Table<BusPage, Mfn>();
  /** The tag of bytes that the CPU wrote and that are in its cache alone. */
  readonly unflushed = new WordTable<Mfn>();

  /** The ranges of the bus, three numbers each: first page, pages, and the frame seen there plus 1 or 0: see iommu.ts. */
  readonly windows = new Table<number, number>();

  constructor(nature: Nature) {
    this.nature = nature;
    this.tables = tablesOf(this);
  }

  /** The last gap in the recording: what was set before it may have changed unseen; 0 for none. */
  get unknownSince(): number {
    return this.gap.get(0) ?? 0;
  }

  /** The same state, free to go another way; both share what neither changes. */
  copy(): State {
    const copy = new State(this.nature);
    for (const [name, table] of copy.tables) table.take(this.tables.get(name)!);
    copy.moment = this.moment;
    copy.op = this.op;
    return copy;
  }

  /** Where a kernel-physical address is; null where the P2M does not say. */
  machineOf(address: Phys): Machine | null {
    if (this.nature.physIsMachine) return onBareMetal(address);
    const frame = this.p2m.get(pfnOf(address));
    return frame === undefined ? null : offset(machineOf(frame), pageOffset(address));
  }

  /**
   * The value of so many bytes of a register, and the last event that wrote one; undefined where one is unknown. Hot:
   * twice for each access of a device, and for each entry that a check compares with the TLB (bench: record).
   */
  register(first: RegisterIndex, bytes: number): Cell | undefined {
    const { word: words, seq: seqs } = this.registers.tables;
    let [word, seq, unit] = [0, 0, 1];
    for (let i = 0; i < bytes; i++, unit *= 256) {
      const at = offset(first, i);
      const byte = words.get(at);
      if (byte === undefined) return undefined;
      word += byte * unit;
      seq = Math.max(seq, seqs.get(at)!);
    }
    return { word, seq };
  }

  /** The allocation a page belongs to: its first pfn, its pages and the index of its use. */
  allocationOf(page: Pfn): { first: Pfn; pages: number; use: number } | null {
    const first = this.allocation.get(page);
    if (first === undefined) return null;
    const extent = this.extent.get(first)!;
    return { first, pages: Math.floor(extent / 16), use: useIn(extent) };
  }
}

/** The properties that are no tables: a copy and a keyframe treat each of them by name. */
const APART = ["nature", "moment", "op", "tables"];

function tablesOf(state: State): Map<string, NumberTable> {
  const found = new Map<string, NumberTable>();
  for (const [name, value] of Object.entries(state)) {
    if (APART.includes(name)) continue;
    if (value instanceof NumberTable) found.set(name, value);
    else {
      const { tables } = value as { tables?: { [part: string]: NumberTable } };
      assert(tables !== undefined, () => `state.${name} is kept in no table`);
      for (const [part, table] of Object.entries(tables)) found.set(`${name}.${part}`, table);
    }
  }
  return found;
}

/** The index of the use in an extent, which is pages x 16 + use. Hot: `%` of what is no small integer takes 20 ns (bench: page). */
export const useIn = (extent: number): number => extent & 15;

/** Pages that so many bytes take. */
export const pagesOf = (bytes: number): number => Math.ceil(bytes / PAGE_SIZE);

/** The pages of a two-level table's directory, or of the one that stands in for missing pages. */
export const directoryOf = (state: State, which: "directory" | "scratch-directory"): TablePages =>
  which === "directory" ? state.directory : state.scratchDirectory;
