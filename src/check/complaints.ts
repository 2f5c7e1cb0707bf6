// complaints.ts - what the kernel's own check of DMA-API calls complains of, and the call that it complains of.

import { rawExact } from "../address.ts";
import { deviceOf } from "../event/register.ts";
import type { Of } from "../event/vocabulary.ts";
import type { EventAt, Report } from "./check.ts";

type Call = Of<"dma.mapped"> | Of<"dma.unmapped"> | Of<"dma.synced">;

/** Calls that a complaint may come for, at most, and complaints that may wait for theirs. */
const MOST = 4096;
/** Nanoseconds by which a log's clock can be ahead of its trace's, so that a complaint stands before its call. */
const NEAR = 1e8;
/** Which calls it complains of; of what it says else each can be the occasion (kernel/dma/debug.c). */
const OF: readonly (readonly [RegExp, Call["kind"]])[] = [
  [/\b(?:frees|tries to free) /, "dma.unmapped"],
  [/\b(?:syncs|tries to sync|are synced)\b/, "dma.synced"],
];

interface Waiting {
  readonly at: EventAt;
  readonly time: number;
  readonly kind: Call["kind"];
  readonly device: number | null;
  readonly says: string;
}

/** The last call with a handle. */
interface Called {
  /** The how manieth of all calls it is. */
  number: number;
  seq: number;
  op: number;
  kind: Call["kind"];
  device: number | null;
  isWrong: boolean;
}

export class Complaints {
  readonly #report: Report;
  #count = 0;
  /** Handle -> the last call with it, and whether something is known to be wrong with it. */
  #calls = new Map<number | bigint, Called>();
  /** Those before: a map that drops its first entry each time takes longer for that than for all else. */
  #before = new Map<number | bigint, Called>();
  /** Handle -> the complaint whose call has not come yet. */
  readonly #waiting = new Map<number | bigint, Waiting>();

  constructor(report: Report) {
    this.#report = report;
  }

  /** A call, and whether it was found wrong by itself. Hot: once a buffer that is mapped, and that ends (bench: import). */
  called(event: Call, at: EventAt, isWrong: boolean): void {
    const handle = rawExact(event.bus); // A complaint names it alike.
    const call = this.#calledBy(handle, event, at, isWrong);
    if (this.#waiting.size === 0) return;
    const waiting = this.#waiting.get(handle);
    const { kind, at: time } = event;
    if (waiting === undefined || waiting.kind !== kind || !isOf(waiting, call)) return;
    if (time == null || time > waiting.time + NEAR) return;
    this.#waiting.delete(handle);
    this.#found(call, waiting.says);
  }

  #calledBy(
    handle: number | bigint,
    { kind, device = null }: Call,
    { seq, op }: EventAt,
    isWrong: boolean,
  ): Called {
    const number = ++this.#count;
    const there = this.#calls.get(handle);
    if (there !== undefined) {
      there.number = number;
      there.seq = seq;
      there.op = op;
      there.kind = kind;
      there.device = device;
      there.isWrong = isWrong;
      return there;
    }
    const call = { number, seq, op, kind, device, isWrong };
    this.#calls.set(handle, call);
    if (this.#calls.size === MOST) {
      this.#before = this.#calls;
      this.#calls = new Map();
    }
    return call;
  }

  /** Finds the call wrong where the trace has it, else the complaint; nothing where the call was found wrong before. */
  complained(event: Of<"fault.raised">, at: EventAt): void {
    const { bus, device = null, text, place, at: time } = event;
    const whom = device === null ? "" : ` of ${deviceOf(device)}`;
    // A call that is wrong by itself stands under its function's name.
    const says =
      place == null ? `the kernel complains${whom}: ${text}` : `${place}${whom}: ${text}`;
    const kind = OF.find(([words]) => words.test(text ?? ""))?.[1];
    const number = bus == null ? null : rawExact(bus); // see above
    const call = number === null ? undefined : this.#lastOf(number);
    const isSame = call !== undefined && isOf({ device }, call);
    if (isSame && (kind === undefined || kind === call.kind)) this.#found(call, says);
    else if (!isSame || kind === undefined || time == null || number === null)
      this.#report.findingAt(at, [], says);
    else this.#wait(number, { at: { seq: at.seq, op: at.op }, time, kind, device, says });
  }

  /** What waited in vain. */
  end(): void {
    for (const { at, says } of this.#waiting.values()) this.#report.findingAt(at, [], says);
  }

  #wait(number: number | bigint, waiting: Waiting): void {
    const [first] = this.#waiting;
    const pending =
      this.#waiting.get(number) ?? (this.#waiting.size < MOST ? undefined : first?.[1]);
    if (pending !== undefined) this.#report.findingAt(pending.at, [], pending.says);
    if (first !== undefined && pending === first[1]) this.#waiting.delete(first[0]);
    this.#waiting.set(number, waiting);
  }

  #found(call: Called, says: string): void {
    if (call.isWrong) return;
    call.isWrong = true;
    this.#report.findingAt({ seq: call.seq, op: call.op }, [], says);
  }

  #lastOf(handle: number | bigint): Called | undefined {
    const call = this.#calls.get(handle) ?? this.#before.get(handle);
    return call !== undefined && this.#count - call.number < MOST ? call : undefined;
  }
}

/** A complaint may name no device. */
const isOf = ({ device }: { readonly device: number | null }, call: Called): boolean =>
  device === null || call.device === device;
