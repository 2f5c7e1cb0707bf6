// contents.ts - what a trace.dat says before its records: formats, tasks, symbols, clock and where each CPU's pages are.

import { type EventFormat, eventOf } from "../ring/format-file.ts";
import type { PageLayout } from "../ring/page.ts";
import { layoutOf } from "../ring/page.ts";
import type { Cursor, DatFile } from "./file.ts";

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

export class Contents {
  readonly file: DatFile;
  layout: PageLayout;
  readonly events = new Map<number, EventFormat>();
  readonly tasks = new Map<number, string>();
  readonly buffers: RingBuffer[] = [];
  /** Gives the text of /proc/kallsyms. */
  symbols: () => Buffer = () => Buffer.alloc(0);
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
    this.symbols = () => text;
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
}
