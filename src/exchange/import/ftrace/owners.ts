// owners.ts - whose an entry of the IOMMU is: the records of ftrace in their order, each entry's with its device.
//
// iommu:map and iommu:unmap name no device. The DMA call that they are made in does, and is traced behind them
// (dma_map_*, dma_alloc, dma_unmap_page: kernel/dma/mapping.c of 6.12) or before (dma_unmap_sg, dma_free). So
// records are held back until a call of the same task names the range, or so many more have come that none will:
// VFIO and KVM call the IOMMU without the DMA API. The order of records is never changed.

import {
  busAddresses,
  busAddressOf,
  list,
  sizeOf,
  sizes,
  textOf,
  Unusable,
} from "../source/fields.ts";
import { own } from "../source/names.ts";
import { deviceIn, isNotMapped, recordedCall } from "./dma.ts";
import { failedIn } from "./dma-lists.ts";
import { pieceOf } from "./memory.ts";
import type { Record } from "./record.ts";

/** A line of the file, taken apart. */
export interface Step {
  readonly line: string;
  /** Its number; less than 0 until it is counted, where the lines between are of something else. */
  number: number;
  readonly record: Record | null;
  /** For an entry of the IOMMU: the device that it is made or cleared for; null where no call tells. */
  device: number | null;
  /** Who made the call that it tells, outside the DMA API; null where no stack says. */
  caller: string | null;
}

export const stepOf = (line: string, record: Record | null, number = -1): Step => ({
  line,
  number,
  record,
  device: null,
  caller: null,
});

/** Records that may come between an entry and its call, and entries of one task that may wait for it at least. */
const MOST_HELD = 2048;
const MOST_WAITING = 1024;

interface Range {
  readonly start: number;
  readonly end: number;
}
interface Waiting extends Range {
  readonly step: Step;
}
interface Ending {
  readonly device: number | null;
  readonly ranges: readonly Range[];
}

export class Owners {
  /** Steps held back, from `#first` on. */
  #held: Step[] = [];
  #first = 0;
  /** Entries that wait for their call, by task. */
  readonly #waiting = new Map<number, Waiting[]>();
  readonly #open = new Set<Step>();
  /** What a task is giving back: the entries that it clears next are the device's. */
  readonly #ending = new Map<number, Ending>();
  /** Scatterlists by device and first page, which is all that their unmap names. */
  readonly #lists = new Map<string, readonly Range[]>();
  // The name seen last: an event is mostly followed by one of its name.
  #lastName = "";
  #lastRole = roleOf("");

  /** Takes the next line; adds those that need wait no longer, in order. Hot: once a line. */
  take(step: Step, ready: Step[]): void {
    if (step.record !== null) this.#see(step, step.record);
    if (this.#open.size === 0 && this.#held.length === 0) {
      ready.push(step);
      return;
    }
    this.#held.push(step);
    if (this.#open.size === 0 || this.#held.length - this.#first > MOST_HELD) this.#release(ready);
  }

  /** What is left at the end of the file. */
  end(): readonly Step[] {
    return this.#held.slice(this.#first);
  }

  #release(ready: Step[]): void {
    const held = this.#held;
    for (; this.#first < held.length; this.#first++) {
      const step = held[this.#first]!;
      const isLate = held.length - this.#first > MOST_HELD;
      if (this.#open.has(step) && !isLate) break;
      this.#open.delete(step);
      ready.push(step);
    }
    if (this.#first < held.length && this.#first <= MOST_HELD) return;
    this.#held = held.slice(this.#first);
    this.#first = 0;
  }

  #see(step: Step, record: Record): void {
    // A recording's body is made when it is asked for.
    const { name, task } = record;
    if (name !== this.#lastName) {
      this.#lastRole = roleOf(name);
      this.#lastName = name;
    }
    const { isEntry, isCall, isList, isEnd } = this.#lastRole;
    if (isEntry) this.#entry(step, record);
    else if (isCall) {
      // Nothing of the task's waits for what another call says.
      if (!isList && !isEnd && !this.#waiting.has(task) && !this.#ending.has(task)) return;
      const call = callOf(record);
      if (call === null) return;
      if (call.list !== null) this.#keepList(name, call);
      const ranges = this.#rangesOf(name, call);
      this.#claim(task, call.device, ranges);
      if (isEnd) this.#ending.set(task, { device: call.device, ranges });
      else this.#ending.delete(task);
    }
  }

  #entry(step: Step, record: Record): void {
    const { name, task } = record;
    const piece = readable(() => pieceOf(record));
    if (piece === null) return;
    const range = { start: piece.iova, end: piece.iova + piece.size };
    const ending = name === "unmap" ? this.#ending.get(task) : undefined;
    if (ending?.ranges.some((one) => meet(one, range))) {
      step.device = ending.device;
      return;
    }
    const there = this.#waiting.get(task) ?? [];
    there.push({ step, ...range });
    this.#open.add(step);
    this.#waiting.set(task, there);
    // As many at once: to take one off the front of an array is to copy it (bench: import).
    if (there.length === 2 * MOST_WAITING)
      for (const late of there.splice(0, MOST_WAITING)) this.#open.delete(late.step);
  }

  #claim(task: number, device: number | null, ranges: readonly Range[]): void {
    const there = this.#waiting.get(task);
    if (there === undefined || ranges.length === 0) return;
    const [left, claimed]: [Waiting[], Range[]] = [[], []];
    for (const waiting of there.reverse()) {
      const { step } = waiting;
      // What was released unclaimed waits no longer.
      if (!this.#open.has(step)) continue;
      if (!ranges.some((range) => meet(range, waiting))) {
        left.push(waiting);
        continue;
      }
      this.#open.delete(step);
      // A call makes no two entries of one address: the earlier is of a call that was not traced.
      if (claimed.some((one) => meet(one, waiting))) continue;
      step.device = device;
      claimed.push(waiting);
    }
    left.reverse();
    if (left.length === 0) this.#waiting.delete(task);
    else this.#waiting.set(task, left);
  }

  #rangesOf(name: string, { device, list, ranges }: Call): readonly Range[] {
    if (name !== "dma_unmap_sg") return ranges;
    const key = `${device} ${list}`;
    const mapped = this.#lists.get(key) ?? [];
    this.#lists.delete(key);
    return mapped;
  }

  #keepList(name: string, { device, list, ranges }: Call): void {
    if (name === "dma_map_sg") this.#lists.set(own(`${device} ${list}`), ranges);
  }
}

interface Call {
  readonly device: number | null;
  readonly ranges: readonly Range[];
  /** The first page of a scatterlist. */
  readonly list: string | null;
}

/** What events of a name are to entries of the IOMMU. */
interface Role {
  readonly isEntry: boolean;
  readonly isCall: boolean;
  readonly isList: boolean;
  /** Whether it is a call that is traced before it clears its entries. */
  readonly isEnd: boolean;
}

const roleOf = (name: string): Role => ({
  isEntry: name === "map" || name === "unmap",
  isCall: name.startsWith("dma_"),
  isList: name === "dma_map_sg" || name === "dma_unmap_sg",
  isEnd: name === "dma_unmap_sg" || name.startsWith("dma_free"),
});

/** What a DMA call names; null for one that says nothing of the kind, or that cannot be read. */
const callOf = (record: Record): Call | null =>
  readable(() => {
    const recorded = recordedCall(record);
    if (recorded !== null) {
      const { device, bus, size } = recorded;
      return { device, ranges: [rangeOf(bus, size)], list: null };
    }
    const { name, body } = record;
    const device = deviceIn(body);
    if (name === "dma_map_sg" || name === "dma_unmap_sg") {
      const [first = null] = list(body, "phys_addrs");
      const starts = name === "dma_map_sg" ? busAddresses(body, "dma_addrs") : [];
      const lengths = name === "dma_map_sg" ? sizes(body, "sizes") : [];
      const hasFailed = failedIn(body);
      const ranges = starts.flatMap((start, i) =>
        hasFailed(i) ? [] : [rangeOf(start, lengths[i] ?? 1)],
      );
      return { device, ranges, list: first };
    }
    const handle = textOf(body, "dma_addr");
    const bytes = textOf(body, "size");
    if (handle === null || bytes === null || isNotMapped(name, body)) return null;
    const range = rangeOf(busAddressOf(handle, "dma_addr"), sizeOf(bytes, "size"));
    return { device, ranges: [range], list: null };
  });

/** What is in a record; null where it cannot be used, of which its handler complains. */
function readable<T>(read: () => T | null): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unusable) return null;
    throw error;
  }
}

const PAGE = 4096;
const rangeOf = (start: number, size: number): Range => ({
  start: start - (start % PAGE),
  end: start + Math.max(size, 1),
});
const meet = (a: Range, b: Range): boolean => a.start < b.end && b.start < a.end;
