// tasks.ts - what ftrace has shown of the kernel so far: calls that have not returned, by task.

import { Oldest } from "../../../machine/oldest.ts";
import type { Run } from "../join/run.ts";
import type { Buffers } from "../kernel/buffers.ts";
import type { Command, Direction, Mapping } from "../kernel/command.ts";
import { own } from "../source/names.ts";
import type { Record } from "./record.ts";

/** A function that was entered and has not returned, as far as the trace shows. */
export interface Call {
  readonly place: string;
  readonly device: number | null;
  readonly direction: Direction;
  readonly phys: number | null;
  readonly size: number;
  /** The scatterlist's own address, which names it until it is unmapped. */
  readonly list: string;
  readonly command: Command | null;
  readonly mapped: Mapping[];
  /** The IOMMU entries made during the call. */
  readonly pieces: { readonly iova: number; readonly phys: number; readonly size: number }[];
}

/** A scatterlist that is mapped, and how many entries it had; null where the trace does not say. */
export interface List {
  /** The device, and what names the list until it is unmapped. */
  readonly key: string;
  readonly mapped: readonly Mapping[];
  entries: number | null;
}

/** A slot of the stack that a lost return leaves behind must not keep memory for ever. */
const DEEPEST = 16;
/** Tasks that keep their stack when it is empty: V8 makes a small Map anew each time its last entry goes. */
const MOST_TASKS = 4096;
/** Scatterlists that were given back and are remembered, at most. */
const MOST_ENDED = 1 << 16;
/** Scatterlists of one name that are mapped at the same time, at most. */
const MOST_ALIKE = 1024;

export class Kernel {
  readonly run: Run;
  readonly buffers: Buffers;
  /** struct page's array and the direct mapping, relative to VIRT_BASE; null until the trace tells. */
  vmemmap: number | null = null;
  pageOffset: number | null = null;
  /** Bytes of memory, past which an address in the direct mapping would be none. */
  memory = Number.POSITIVE_INFINITY;
  readonly #calls = new Map<number, Call[]>();
  /** Scatterlists that are mapped, by device and name; one memory can be mapped in several at a time. */
  readonly #lists = new Map<string, List[]>();
  /** Lists that failed to map and were not mapped since. */
  readonly #failedLists = new Set<string>();
  /** A list whose entries are known, by the first range of it. */
  readonly #listOf = new WeakMap<Mapping, List>();
  /** Coherent memory by device and handle: the kernel's address of it as the trace prints it, which can be a hash. */
  readonly #allocated = new Map<string, string>();
  /** The same by device and address: the handle. */
  readonly #handles = new Map<string, number>();
  /** Those that were given back last: the first segment of each. */
  readonly #endedLists = new Map<string, Mapping>();
  #firstEnded = new Oldest<string>(MOST_ENDED);
  /** The NVMe command that a task is preparing. */
  readonly preparing = new Map<number, Command>();
  /** What a task gave back last, for the IOMMU entries that are cleared after it. */
  readonly givingBack = new Map<
    number,
    { readonly device: number | null; readonly start: number; readonly end: number }
  >();
  /** The device that a task mapped a scatterlist for last. */
  readonly lastDevice = new Map<number, number>();
  /** The last scatterlist that a task mapped for a disk that is not NVMe. */
  readonly lastList = new Map<number, Command>();
  /** ATA port and tag -> the command that its scatterlist was mapped for. */
  readonly ataLists = new Map<string, Command>();
  /** Whether records can be missing of which nothing tells: of perf's text, which tells of them where it is asked to. */
  missesUntold = false;
  #ataCount = 0;

  constructor(run: Run) {
    this.run = run;
    this.buffers = run.buffers;
  }

  enter(task: number, call: Call): void {
    const stack = this.#calls.get(task) ?? [];
    if (stack.length === DEEPEST) stack.shift();
    stack.push(call);
    this.#calls.set(task, stack);
  }

  /** The innermost call of such a function; what was entered later and never returned is forgotten. */
  leave(task: number, place: string): Call | null {
    const stack = this.#calls.get(task) ?? NO_CALLS;
    const at = lastOf(stack, place);
    if (at < 0) return null;
    const call = stack[at]!;
    stack.length = at;
    if (at === 0 && this.#calls.size > MOST_TASKS) this.#calls.delete(task);
    return call;
  }

  inside(task: number, place: string): Call | null {
    const stack = this.#calls.get(task) ?? NO_CALLS;
    const at = lastOf(stack, place);
    return at < 0 ? null : stack[at]!;
  }

  innermost(task: number): Call | null {
    return this.#calls.get(task)?.at(-1) ?? null;
  }

  /** Before a command ends, or its buffers do: tells all there is of it; false where the device's log must be read on. */
  settle(command: Command | null): boolean {
    const { requests, device } = this.run;
    if (!device.settle(command)) return false;
    // Request 0 stands for a scatterlist, whose segments are emitted with the command that it belongs to.
    if (command !== null && command.request > 0) requests.mapped(command, command.segments, null);
    return true;
  }

  keepList(
    device: number | null,
    name: string,
    mapped: readonly Mapping[],
    entries: number | null = null,
  ): void {
    const key = own(`${device} ${name}`);
    const there = this.#lists.get(key) ?? [];
    this.#failedLists.delete(key);
    const list = { key, mapped: [...mapped], entries };
    there.push(list);
    if (mapped[0] !== undefined && entries !== null) this.#listOf.set(mapped[0], list);
    if (there.length > MOST_ALIKE) there.shift();
    this.#lists.set(key, there);
  }

  /** The list that a call gives back: of several of a name best one of so many entries, else the last. */
  listOf(device: number | null, name: string, entries: number | null = null): List | null {
    const there = this.#lists.get(`${device} ${name}`) ?? [];
    const { mappings } = this.run;
    const isThere = ({ mapped }: List) => !mapped.some((one) => mappings.hasEndedUnseen(one));
    return (
      there.findLast((list) => list.entries === entries && isThere(list)) ??
      there.findLast(isThere) ??
      null
    );
  }

  /** Whether it is the only one of its name. */
  isOnlyList(device: number | null, name: string): boolean {
    return this.#lists.get(`${device} ${name}`)?.length === 1;
  }

  /** A list that was not mapped, by what would have named it. */
  failedList(device: number | null, name: string): void {
    if (this.#failedLists.size < MOST_ENDED) this.#failedLists.add(`${device} ${name}`);
  }

  hasFailed(device: number | null, name: string): boolean {
    return this.#failedLists.has(`${device} ${name}`);
  }

  /** How many entries the list has that begins with a mapping; null where that is not sure. */
  entriesFrom(first: Mapping): number | null {
    const list = this.#listOf.get(first);
    return list === undefined || this.#lists.get(list.key)?.length !== 1 ? null : list.entries;
  }

  dropList(list: List): void {
    const { key } = list;
    const left = this.#lists.get(key)?.filter((one) => one !== list) ?? [];
    if (left.length > 0) this.#lists.set(key, left);
    else this.#lists.delete(key);
    const [first] = list.mapped;
    if (first === undefined) return;
    const isNew = !this.#endedLists.has(key);
    this.#endedLists.set(key, first);
    const gone = isNew ? this.#firstEnded.push(key) : undefined;
    if (gone !== undefined) this.#endedLists.delete(gone);
  }

  /** The first segment of a scatterlist that was given back and not mapped again; null for none. */
  endedList(device: number | null, name: string): Mapping | null {
    const key = `${device} ${name}`;
    return this.#lists.has(key) ? null : (this.#endedLists.get(key) ?? null);
  }

  gap(count: number, text: string): void {
    this.run.gap(count, text);
    this.lost();
  }

  /** A call does not fit what is known: where records can be missing untold, some are; false where none can. */
  doubt(): boolean {
    if (this.missesUntold)
      this.gap(
        0,
        "what does not fit: `perf script` tells of records it lost with --show-lost-events",
      );
    return this.missesUntold;
  }

  /** Records were lost: what was given back and taken again among them is not known. */
  lost(): void {
    this.#allocated.clear();
    this.#handles.clear();
    this.#failedLists.clear();
    this.#endedLists.clear();
    this.#firstEnded = new Oldest(MOST_ENDED);
    for (const lists of this.#lists.values()) for (const list of lists) list.entries = null;
  }

  /** Coherent memory that a call gives, and the kernel's address of it. */
  allocated(device: number | null, handle: number, address: string | null): void {
    if (address === null) return;
    this.#allocated.set(`${device} ${handle}`, own(address));
    this.#handles.set(own(`${device} ${address}`), handle);
  }

  /** The handle of coherent memory by the kernel's address of it; null where nothing tells. */
  handleOf(device: number | null, address: string | null): number | null {
    return address === null ? null : (this.#handles.get(`${device} ${address}`) ?? null);
  }

  /** The kernel's address of memory that is freed; null where nothing tells. */
  freed(device: number | null, handle: number): string | null {
    const key = `${device} ${handle}`;
    const address = this.#allocated.get(key) ?? null;
    this.#allocated.delete(key);
    this.#handles.delete(`${device} ${address}`);
    return address;
  }

  /** The command that a buffer is being mapped for, by the task that maps it and the device. */
  commandFor(task: number, device: number | null): Command | null {
    const command = this.preparing.get(task);
    if (command === undefined || device === null) return null;
    const controller = command.key.split(" ")[0]!;
    const known = this.run.controllers.get(controller);
    if (known === undefined) this.run.controllers.set(controller, device);
    return known === undefined || known === device ? command : null;
  }

  /**
   * Scatterlists for other disks, in order: the n-th is for the n-th command with data that such a disk's
   * device fetches, and both name the same number of bytes.
   */
  listCommand(task: number, device: number | null, bytes: number | null): Command | null {
    if (device === null || [...this.run.controllers.values()].includes(device)) return null;
    const command: Command = {
      layer: "ata",
      key: `#${this.#ataCount++}`,
      request: 0,
      seq: 0,
      what: "other",
      lba: null,
      blocks: bytes,
      segments: [],
      settled: false,
      origin: this.run.origin,
      instead: null,
    };
    this.lastList.set(task, command);
    this.lastDevice.set(task, device);
    return command;
  }

  /** The kernel-physical address of a struct page; null where the trace did not tell where they are. */
  physOfPage(page: number | null): number | null {
    if (page === null || this.vmemmap === null) return null;
    // A struct page is 64 bytes on x86-64 (include/linux/mm_types.h).
    return ((page - this.vmemmap) / 64) * 4096;
  }

  /** The kernel-physical address of one in the direct mapping; null for any other. */
  physOfVirt(virt: number | null): number | null {
    if (virt === null || this.pageOffset === null) return null;
    const phys = virt - this.pageOffset;
    return phys >= 0 && phys < Math.min(this.memory, 2 ** 46) ? phys : null;
  }
}

const NO_CALLS: Call[] = [];

/** The innermost call of such a function; -1 for none. Hot: once a segment of a list, so it makes no closure. */
function lastOf(stack: readonly Call[], place: string): number {
  let at = stack.length - 1;
  while (at >= 0 && stack[at]!.place !== place) at--;
  return at;
}

/**
 * Emits the events of one record; false where the device's log must be read further first. `owner`: the device
 * whose entry of the IOMMU the record is about, where a call names it.
 */
export type Handler = (kernel: Kernel, record: Record, owner: number | null) => boolean;
export type Handlers = { readonly [event: string]: Handler };
