// standing-lines.ts - what ftrace tells of mappings and entries that the run makes and ends, before its first event.

import type { Probes } from "../kernel/probes.ts";
import type { Standing } from "../kernel/standing.ts";
import { busAddresses, busAddressOf, sizeOf, sizes, textOf, Unusable } from "../source/fields.ts";
import { deviceIn, isNotMapped } from "./dma.ts";
import { failedIn } from "./dma-lists.ts";
import { pieceOf } from "./memory.ts";
import { type Record, recordOf } from "./record.ts";

/** Takes lines one after the other. */
export class StandingLines {
  readonly #standing: Standing;
  readonly #probes: Probes;

  constructor(standing: Standing, probes: Probes) {
    this.#standing = standing;
    this.#probes = probes;
  }

  take(line: string): void {
    const record = line === "" || line.startsWith("#") ? null : recordOf(line);
    if (record === null) return;
    try {
      this.#see(record);
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
    }
  }

  #see(record: Record): void {
    const { name, body } = record;
    const { part } = this.#probes.get(name) ?? { part: "plain" };
    if (part !== "plain" && part !== "bases")
      this.#standing.blind("kprobes do not tell which of them were made while they ran");
    else if (name === "map" || name === "unmap") {
      const piece = pieceOf(record);
      if (piece === null) return;
      if (name === "map") this.#standing.made(null, piece.iova, piece.size);
      else this.#standing.ended(null, piece.iova, piece.size);
    } else if (name === "dma_map_sg") {
      const starts = busAddresses(body, "dma_addrs");
      const lengths = sizes(body, "sizes");
      const hasFailed = failedIn(body);
      for (const [i, start] of starts.entries())
        if (!hasFailed(i)) this.#standing.made(deviceIn(body), start, lengths[i] ?? 1);
    } else if (/^dma_(?:un)?map_|^dma_(?:alloc|free)/.test(name)) this.#call(name, body);
  }

  #call(name: string, body: string): void {
    const [handle, bytes] = [textOf(body, "dma_addr"), textOf(body, "size")];
    if (handle === null || bytes === null || isNotMapped(name, body)) return;
    const of = [deviceIn(body), busAddressOf(handle, "dma_addr"), sizeOf(bytes, "size")] as const;
    if (/^dma_(?:un|free)/.test(name)) this.#standing.ended(...of);
    else this.#standing.made(...of);
  }
}
