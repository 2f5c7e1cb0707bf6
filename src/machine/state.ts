// state.ts - all there is to know of a machine at a moment; only `apply` changes it.
//
// The state of a subject is its latest event. Beside a value stands the seq of the event that set it,
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
import { assert } from "../fault.ts";
import { DmaTable } from "./dma-table.ts";
import { Table } from "./table.ts";
import { TablePages } from "./table-pages.ts";
import { type Cell, WordTable } from "./word-table.ts";

/** What no event says and every event rests on: it stands in the trace's own row. */
export interface Nature {
  /** Whether kernel-physical addresses are machine addresses; otherwise the P2M table tells. */
  readonly physIsMachine: boolean;
  readonly chipset: Chipset | null;
}

/** Flags of a page, by pfn. */
export const RESERVED = 1;
export const UNCACHED = 2;

/** Everything that changes is kept in tables: then a copy, a keyframe and a comparison miss nothing. */
export class State {
  readonly nature: Nature;
  /** Every table the state consists of, by name; its place in the list is fixed. */
  readonly tables: ReadonlyMap<string, Table>;
  /** The moment: how many events have been applied. */
  moment = 0;
  /** The op under way, or -1. */
  op = -1;

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
  readonly dirty = new WordTable();
  /** The pages of the GATT and of its directory. */
  readonly table = new TablePages();
  readonly directory = new TablePages();
  readonly scratchDirectory = new TablePages();
  /** bus page -> mfn. */
  readonly iommu = new Table();
  /** DMA handle and device -> bytes. */
  readonly dma = new DmaTable();
  /** register number, which counts bytes within a device -> the byte that lies there. */
  readonly registers = new WordTable();
  /** virtual page -> the machine frame that its page-table entry names, where ioremap mapped it. */
  readonly mappings = new WordTable();
  /** aperture page -> the entry that the GART keeps of it. */
  readonly tlb = new WordTable();
  /** The bits above 51 of those entries, where they have such. */
  readonly tlbHigh = new Table();
  /** 0 -> seq of the last gap in the recording. */
  readonly gap = new Table();
  /** Where the unused entries of an IOMMU lead, if anywhere: see iommu.ts. */
  readonly spare = new Table();
  /** bus page -> the mfn that the IOMMU's own cache keeps of it. */
  readonly iommuTlb = new Table();
  /** mfn -> the tag of bytes that the CPU wrote and that are in its cache alone. */
  readonly unflushed = new WordTable();

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
    const frame = this.p2m.get(raw(pfnOf(address)));
    return frame === undefined ? null : offset(machineOf(mfn(frame)), pageOffset(address));
  }

  /** What so many bytes of a register hold, and the last event that set one; undefined where one is unknown. */
  register(number: number, bytes: number): Cell | undefined {
    let [word, seq] = [0, 0];
    for (let i = 0; i < bytes; i++) {
      const held = this.registers.get(number + i);
      if (held === undefined) return undefined;
      word += held.word * 256 ** i;
      seq = Math.max(seq, held.seq);
    }
    return { word, seq };
  }

  /** The allocation a page belongs to: its first pfn, its pages and the index of its use. */
  allocationOf(pfn: number): { first: number; pages: number; use: number } | null {
    const first = this.allocation.get(pfn);
    if (first === undefined) return null;
    const extent = this.extent.get(first)!;
    return { first, pages: Math.floor(extent / 16), use: extent % 16 };
  }
}

/** What is no table and yet kept: a copy and a keyframe take these along one by one. */
const APART = ["nature", "moment", "op", "tables"];

function tablesOf(state: State): Map<string, Table> {
  const found = new Map<string, Table>();
  for (const [name, value] of Object.entries(state)) {
    if (APART.includes(name)) continue;
    if (value instanceof Table) found.set(name, value);
    else {
      const { tables } = value as { tables?: { [part: string]: Table } };
      assert(tables !== undefined, () => `state.${name} is kept in no table`);
      for (const [part, table] of Object.entries(tables)) found.set(`${name}.${part}`, table);
    }
  }
  return found;
}

/** Pages that so many bytes take. */
export const pagesOf = (bytes: number): number => Math.ceil(bytes / PAGE_SIZE);

/** The pages of a two-level table's directory, or of the one that stands in for missing pages. */
export const directoryOf = (state: State, which: "directory" | "scratch-directory"): TablePages =>
  which === "directory" ? state.directory : state.scratchDirectory;
