// stacks.ts - who called: the stack that a trace has behind a record, and the function in it that is no part of the DMA API.
//
// The kernel records a stack right behind the record that it is of, on the same CPU (kernel/trace/trace.c,
// __ftrace_trace_stack): records of other CPUs may stand between. Perf prints a record's call chain in the lines behind it.

import { Names } from "../source/names.ts";
import type { Step } from "./owners.ts";

/** Records that may come between one and its stack. */
const MOST_HELD = 256;

/** " => nvme_queue_rq+0x1a/0x30 [nvme]" of the kernel, "=> nvme_queue_rq (ffffffff81234567)" of trace-cmd. */
const FRAME = /^\s*=> ([A-Za-z_][\w.$]*)(\+0x[0-9a-f]+)?/;
/** "\tffffffff81234567 nvme_queue_rq+0x1a ([nvme])" of perf, which can leave out the file or the address (-F). */
const PERF_FRAME =
  /^\s+(?:[0-9a-f]{1,16} (?:([A-Za-z_][\w.$]*)(\+0x[0-9a-f]+)?|\[unknown\])(?: \(.*\))?|([A-Za-z_][\w.$]*)(\+0x[0-9a-f]+)? \(.*\))$/;
/** Also an address alone, and the line of the source that perf has behind a function (-F srcline). */
const OTHER_FRAME = /^\s*=> |^\t *[0-9a-f]{6,16}$|^ {2}\S+:\d+(?: \(inlined\))?$/;

/** Tracing itself, and what stands between a driver and the IOMMU (kernel/dma/, drivers/iommu/). */
const INSIDE =
  /^_*(?:(?:do_)?trace_|perf_trace|traceiter_|bpf_|ftrace_|event_trigger|iommu_|dmam_|swiotlb_|xen_swiotlb_|dma_(?:un)?map|dma_(?:alloc|free|sync|direct|common|pool|iova|pgalloc|atomic|contiguous|opt|vmap|mmap|get_sgtable)|pci_(?:un)?map_|pci_(?:alloc|free)_(?:non)?consistent)/;

export class Stacks {
  readonly #isTold: boolean;
  readonly #callers = new Names();
  #held: Step[] = [];
  /** The last record of each task, whose stack may come next. */
  readonly #last = new Map<number, Step>();
  /** The record whose frames may come on the next line. */
  #open: Step | null = null;

  /** `isTold`: whether the file has stacks at all, so that records wait for theirs. */
  constructor(isTold: boolean) {
    this.#isTold = isTold;
  }

  /** Takes further lines; gives those that need wait no longer, in order. */
  take(steps: readonly Step[]): readonly Step[] {
    if (!this.#isTold) return steps;
    for (const step of steps) this.#see(step);
    let first = 0;
    for (; first < this.#held.length; first++) {
      const step = this.#held[first]!;
      const { record } = step;
      const isLast = record !== null && this.#last.get(record.task) === step;
      const isLate = this.#held.length - first > MOST_HELD;
      if ((isLast || step === this.#open) && !isLate) break;
      if (isLast) this.#last.delete(record.task);
    }
    const ready = this.#held.slice(0, first);
    this.#held = this.#held.slice(first);
    return ready;
  }

  /** What is left at the end of the file. */
  end(): readonly Step[] {
    return this.#held;
  }

  #see(step: Step): void {
    const { record, line } = step;
    if (record === null) {
      if (this.#isFrame(line)) return;
      this.#open = null;
    } else if (record.name === "kernel_stack") {
      this.#open = this.#last.get(record.task) ?? null;
      this.#last.delete(record.task);
      for (const frame of record.body.split("\n")) this.#isFrame(frame);
    } else if (record.name === "user_stack") this.#open = null;
    else {
      this.#open = step;
      this.#last.set(record.task, step);
    }
    this.#held.push(step);
  }

  /** Whether a line is one function of a stack; the first that is no part of the DMA API is the caller. */
  #isFrame(line: string): boolean {
    const [found, first, offset, second, other] = FRAME.exec(line) ?? PERF_FRAME.exec(line) ?? [];
    if (found === undefined) return OTHER_FRAME.test(line);
    const [name, within = ""] = [first ?? second, offset ?? other];
    const open = this.#open;
    if (open !== null && name !== undefined && !INSIDE.test(name))
      open.caller ??= this.#callers.of(name + within);
    return true;
  }
}
