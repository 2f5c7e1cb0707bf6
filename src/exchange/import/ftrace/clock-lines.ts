// clock-lines.ts - what ftrace tells of its clock beside a log's: words that both may have, and when buffers were mapped.

import type { KernelClocks } from "../join/kernel-clocks.ts";
import { busAddressOf, sizeOf, textOf, Unusable } from "../source/fields.ts";
import { deviceIn, isNotMapped } from "./dma.ts";
import { markIn, type Record, recordOf } from "./record.ts";
import { RingBuffers } from "./ring-buffers.ts";

/** perf has a colon in front of a name, behind its system's. */
const WANTED =
  /[: ](?:tracing_mark_write|print|console|dma_(?:map_(?:page|phys)|unmap_(?:page|phys)|alloc|free)): /;
/** The tracepoint `console` has a message as the console gets it, with its time in front where that is asked for. */
const PRINTED = /^(?:\[[^\]]*\] ?)+/;

/** What a recording that knows its clock has in front of its records. */
export const CLOCK_LINE = "# clock: ";

/** Takes lines one after the other. */
export class ClockLines {
  readonly #clocks: KernelClocks;
  readonly #buffers = new RingBuffers();

  constructor(clocks: KernelClocks) {
    this.#clocks = clocks;
  }

  take(line: string): void {
    if (line.startsWith(CLOCK_LINE)) this.#clocks.named(line.slice(CLOCK_LINE.length));
    if (!WANTED.test(line)) return;
    const record = recordOf(line);
    if (record === null || record.at === null || !this.#buffers.isNew(record)) return;
    try {
      this.#see(record, record.at);
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
    }
  }

  #see({ name, body }: Record, at: number): void {
    if (!name.startsWith("dma_")) {
      const text = name === "console" ? body.replace(PRINTED, "") : markIn(body);
      this.#clocks.marked(text.trim(), at);
      return;
    }
    const handle = textOf(body, "dma_addr");
    const bytes = textOf(body, "size");
    if (handle === null || bytes === null || isNotMapped(name, body)) return;
    const of = [deviceIn(body), busAddressOf(handle, "dma_addr"), sizeOf(bytes, "size")] as const;
    if (/^dma_(?:un|free)/.test(name)) this.#clocks.unmapped(...of, at);
    else this.#clocks.mapped(...of, at);
  }
}
