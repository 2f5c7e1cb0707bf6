// segments.ts - what one kernel's requests moved: stretches of a disk, each with the memory that holds it.

import { PAGE_SIZE } from "../address.ts";
import { at } from "../event/field.ts";
import { isAstray, WRONG_SPACE } from "../event/verdict.ts";
import { kindCode } from "../event/vocabulary.ts";
import { isAccessKind } from "../fingerprint/match-key.ts";
import type { Cursor } from "./cursor.ts";
import { type Mark, markOf } from "./difference.ts";
import { LEADS, NONE } from "./event-queue.ts";
import { isDeviceFault, LoggedFaults } from "./refused.ts";

/** A part of a request that is one range of the bus, or a piece of such a part. */
export interface Segment {
  readonly mark: Mark;
  /** What was done and in which protocol, as one number. */
  readonly operation: number;
  /** Bytes from the beginning of the disk, the end not included. */
  readonly from: number;
  readonly to: number;
  readonly request: number;
  /** Where the byte `from` is; NONE where that is not known. */
  readonly bus: number;
  readonly phys: number;
  readonly machine: number;
}

/** The part of a segment that lies between two bytes of the disk. */
export function pieceOf(segment: Segment, from: number, to: number): Segment {
  const moved = (address: number) => (address === NONE ? NONE : address + from - segment.from);
  const { bus, phys, machine } = segment;
  return {
    ...segment,
    ...{ from, to, bus: moved(bus), phys: moved(phys), machine: moved(machine) },
  };
}

const {
  kind: KIND,
  subject: SUBJECT,
  value: OPERATION,
  high: POSITION,
  size: SIZE,
  cause: CAUSE,
} = at;
const { bus: BUS, phys: PHYS, machine: MACHINE, reached: REACHED } = at;
const MAPPED = kindCode["request.mapped"];
const FAULT = kindCode["fault.raised"];

/** Pages that are remembered: those of 256 MB. */
const MOST_PAGES = 1 << 16;
/** Events that are read before their segments are compared. */
const WINDOW = 1 << 14;

/** The segments of one trace, in the order of its events. */
export class Segments {
  /** Those that have no partner yet. */
  waiting: Segment[] = [];
  /** Faults, and a device's accesses that went astray or through no mapping. */
  strays: Mark[] = [];
  /** How many segments there were, and how many of them without the bytes of the disk that they hold. */
  count = 0;
  unplaced = 0;
  requests = 0;
  /** In the op under way: operations of which some segments say no bytes. */
  readonly vague = new Set<number>();
  readonly #cursor: Cursor;
  readonly #faults = new LoggedFaults();
  readonly #onRequest: (extent: string) => void;
  #request: Segment | null = null;
  /** Pages of the kernel in which data of the last requests lay. */
  readonly #pages = new Set<number>();

  /** `onRequest` gets the operation and the bytes of each request. */
  constructor(cursor: Cursor, onRequest: (extent: string) => void) {
    this.#cursor = cursor;
    this.#onRequest = onRequest;
  }

  /** Reads on in the op under way; false at its end. */
  read(): boolean {
    const { queue } = this.#cursor;
    const count = Math.min(this.#cursor.fill(WINDOW), WINDOW);
    for (let i = 0; i < count; i++) {
      const { values, start } = queue;
      if (values[start + KIND] === MAPPED) this.#mapped(values, start);
      else this.#other(values, start);
      queue.drop(1);
    }
    if (count > 0) return true;
    this.#endRequest();
    this.strays.push(...this.#faults.end());
    return false;
  }

  #other(values: Float64Array, i: number): void {
    const event = () => this.#cursor.trace.event(values[i + at.seq]!)!;
    if (isDeviceFault(values[i + KIND]!, values[i + OPERATION]!)) {
      this.#faults.fault(this.#strayAt(values, i), event());
      return;
    }
    if (isAccessKind[values[i + KIND]!] && values[i + REACHED] === NONE)
      this.#faults.access(event());
    if (isStray(values, i)) this.strays.push(this.#strayAt(values, i));
  }

  #mapped(values: Float64Array, i: number): void {
    this.count++;
    const from = values[i + POSITION]!;
    if (from === NONE) {
      this.unplaced++;
      this.vague.add(values[i + OPERATION]!);
      return;
    }
    const segment: Segment = {
      mark: markOf(values, i),
      operation: values[i + OPERATION]!,
      from,
      to: from + values[i + SIZE]!,
      request: values[i + SUBJECT]!,
      bus: values[i + BUS]!,
      phys: values[i + PHYS]!,
      machine: values[i + MACHINE]!,
    };
    this.waiting.push(segment);
    this.#keepPages(segment);
    if (this.#request?.request !== segment.request) this.#endRequest();
    this.#request = { ...segment, from: this.#request?.from ?? from };
  }

  /** A number that nobody mapped and that is the kernel's own of a buffer is one of another space. */
  #strayAt(values: Float64Array, i: number): Mark {
    const mark = markOf(values, i);
    const isKernels =
      mark.cause === NONE && this.#pages.has(Math.floor(values[i + BUS]! / PAGE_SIZE));
    return isKernels ? { ...mark, leads: WRONG_SPACE } : mark;
  }

  #keepPages({ phys, from, to }: Segment): void {
    if (phys === NONE) return;
    if (this.#pages.size > MOST_PAGES) this.#pages.clear();
    const last = Math.floor((phys + to - from - 1) / PAGE_SIZE);
    for (let page = Math.floor(phys / PAGE_SIZE); page <= last; page++) this.#pages.add(page);
  }

  #endRequest(): void {
    if (this.#request === null) return;
    const { operation, from, to } = this.#request;
    this.requests++;
    this.#onRequest(`${operation} ${from} ${to}`);
    this.#request = null;
  }
}

const isStray = (values: Float64Array, i: number): boolean =>
  values[i + KIND] === FAULT || isAstray(values[i + LEADS]!) || values[i + CAUSE] === NONE;
