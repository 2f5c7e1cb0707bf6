// anchors.ts - what ftrace tells of when commands were given and buffers mapped, for the relation of clocks.

import type { Anchors } from "../join/clocks.ts";
import type { Span } from "../join/spans.ts";
import { directions } from "../kernel/buffers.ts";
import { busAddressOf, number, sizeOf, textOf, Unusable } from "../source/fields.ts";
import { deviceIn, isNotMapped } from "./dma.ts";
import { type Record, recordOf } from "./record.ts";
import { RingBuffers } from "./ring-buffers.ts";

/** perf has a colon in front of a name, behind its system's. */
const WANTED =
  /[: ](?:nvme_setup_cmd|nvme_complete_rq|block_rq_issue|dma_(?:un)?map_(?:page|phys|sg)): /;

/** Takes lines one after the other. */
export class AnchorLines {
  readonly #anchors: Anchors;
  readonly #buffers = new RingBuffers();
  /** The command that a task is making and its controller: it is mapped, then begun (blk_mq_start_request), then given. */
  readonly #making = new Map<number, { readonly controller: string; readonly span: Span }>();

  constructor(anchors: Anchors) {
    this.#anchors = anchors;
  }

  take(line: string): void {
    if (!WANTED.test(line)) return;
    const record = recordOf(line);
    if (record === null || record.at === null || !this.#buffers.isNew(record)) return;
    try {
      this.#see(record, record.at / 1e3);
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
    }
  }

  #see({ name, task, body }: Record, at: number): void {
    if (name.startsWith("nvme_")) {
      const [controller, queue, id] = [
        body.slice(0, body.indexOf(":")),
        number(body, "qid"),
        number(body, "cmdid"),
      ];
      const key = `${queue} ${id}`;
      this.#making.delete(task);
      if (name === "nvme_complete_rq") this.#anchors.completed(key, at);
      else {
        const span = this.#anchors.given(key, number(body, "slba"), at);
        this.#making.set(task, { controller, span });
      }
      return;
    }
    const making = this.#making.get(task);
    if (name === "block_rq_issue") {
      if (making !== undefined) making.span.begin = at;
      this.#making.delete(task);
      return;
    }
    const device = deviceIn(body);
    if (device === null) return;
    if (making !== undefined) this.#mapped(making.controller, device);
    const handle = textOf(body, "dma_addr");
    if (handle === null || isNotMapped(name, body)) return;
    const [address, way] = [
      busAddressOf(handle, "dma_addr"),
      directions.get(textOf(body, "dir") ?? "") ?? "bidirectional",
    ];
    if (name.startsWith("dma_un")) this.#anchors.unmapped(device, way, address, at);
    else {
      const size = sizeOf(textOf(body, "size") ?? "", "size");
      this.#anchors.mapped(device, way, address, size, at);
    }
  }
  #mapped(controller: string, device: number): void {
    const { controllers } = this.#anchors;
    if (!controllers.has(controller)) controllers.set(controller, device);
  }
}
