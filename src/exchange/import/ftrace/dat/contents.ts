// contents.ts - what a trace.dat says before its records: formats, tasks, symbols, clock and where each CPU's pages are.

import type { Symbols } from "../ring/fields.ts";
import { type EventFormat, eventOf } from "../ring/format-file.ts";
import type { PageLayout } from "../ring/page.ts";
import { layoutOf } from "../ring/page.ts";
import type { Cursor, DatFile } from "./file.ts";
import { symbolsOf } from "./symbols.ts";
import { type Packed, unpacked } from "./unpack.ts";

/** Where the pages of one CPU are; `size` is null where only the chunks tell how many there are. */
export interface CpuData {
  readonly cpu: number;
  readonly at: number;
  readonly size: number;
}

/** One ring buffer: the top one, whose name is "", or an instance. */
export interface RingBuffer {
  readonly name: string;
  readonly clock: string | null;
  readonly pageSize: number;
  readonly isPacked: boolean;
  readonly cpus: readonly CpuData[];
}

/** Bytes of unpacked pages that are kept for who reads a file again: those of some 200,000 records. */
const MOST_KEPT = 2 ** 24;

export class Contents {
  readonly file: DatFile;
  layout: PageLayout;
  readonly events = new Map<number, EventFormat>();
  readonly tasks = new Map<number, string>();
  readonly buffers: RingBuffer[] = [];
  symbols: Symbols = () => null;
  pageSize = 4096;
  clock: string | null = null;
  /** Of the kernel. */
  release: string | null = null;
  /** Nanoseconds that are added to every time. */
  offset = 0n;
  tsc: { readonly mult: bigint; readonly shift: bigint } | null = null;
  /** How its compressed parts are; "none" where there are none. */
  packing = "none";
  /** Text that a latency tracer left instead of records. */
  text: Buffer | null = null;
  /** The pages that were unpacked first, by where in the file they are. */
  readonly #pages = new Map<number, Buffer>();
  #kept = 0;

  constructor(file: DatFile) {
    this.file = file;
    this.layout = { big: file.big, commitAt: 8, commitSize: 8, dataAt: 16 };
  }

  /** "header_page\0", its size and text, "header_event\0" and the same. */
  async readHeader(cursor: Cursor): Promise<void> {
    for (const name of ["header_page", "header_event"]) {
      const at = cursor.at;
      if ((await cursor.text()) !== name) throw this.file.refuse(at, `'${name}' expected`);
      const text = (await cursor.bytes(await cursor.u64())).toString("latin1");
      if (name === "header_event") continue;
      const layout = layoutOf(text, this.file);
      if (layout === null)
        throw this.file.refuse(at, "a header of pages that tells no place of data");
      this.layout = layout;
    }
  }

  async readFtraceEvents(cursor: Cursor): Promise<void> {
    await this.#formats(cursor, await cursor.u32());
  }

  async readEvents(cursor: Cursor): Promise<void> {
    for (let systems = await cursor.u32(); systems > 0; systems--) {
      await cursor.text();
      await this.#formats(cursor, await cursor.u32());
    }
  }

  async #formats(cursor: Cursor, count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const bytes = await cursor.bytes(await cursor.u64());
      const event = eventOf(bytes.toString("utf8"), this.layout.commitSize);
      if (event !== null) this.events.set(event.id, event);
    }
  }

  async readSymbols(cursor: Cursor): Promise<void> {
    const text = await cursor.bytes(await cursor.u32());
    this.symbols = symbolsOf(() => text);
  }

  /** "209 dd" a line. */
  async readTasks(cursor: Cursor): Promise<void> {
    const text = (await cursor.bytes(await cursor.u64())).toString("utf8");
    for (const [, pid, name] of text.matchAll(/^\s*(\d+) (.*)$/gm))
      this.tasks.set(Number(pid), name!);
  }

  /** The clock in force stands in brackets: "local [mono] boot". */
  readClock(text: string): void {
    this.clock = /\[([^\]]+)\]/.exec(text)?.[1] ?? this.clock;
  }

  /** Pages that are packed: a file is read twice, for what it tells of the machine and for its records. */
  pages(packed: Packed): Buffer {
    const known = this.#pages.get(packed.at);
    if (known !== undefined) return known;
    const pages = unpacked(this.file, this.packing, packed);
    this.#kept += pages.length;
    if (this.#kept <= MOST_KEPT) this.#pages.set(packed.at, pages);
    return pages;
  }
}
