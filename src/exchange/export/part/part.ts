// part.ts - a part of a trace as events of a trace of its own: what counts of the past, then the part, numbered anew.

import type { About } from "../../../event/trace.ts";
import type { Recorded } from "../../../event/vocabulary.ts";
import { assert } from "../../../fault.ts";
import type { TraceReader } from "../../../store/read.ts";
import { standingAt } from "./past.ts";

/** The moments between which a part lies: behind the first, up to the second. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export class Part {
  readonly about: About;
  readonly from: number;
  readonly to: number;
  /** The seqs of the events before it that are kept. */
  readonly #past: readonly number[];
  readonly #trace: TraceReader;
  readonly #op: number;

  /** With what counts of the past. */
  static standing(trace: TraceReader, { from, to }: Stretch): Part {
    const op = underWay(trace, from)?.first;
    const named = op === undefined ? [] : [op];
    for (const { event } of trace.events(from + 1, to))
      if (event.cause != null && event.cause <= from) named.push(event.cause);
    return new Part(trace, standingAt(trace, from, named), { from, to });
  }

  /** With all of the past. */
  static whole(trace: TraceReader, { from, to }: Stretch): Part {
    return new Part(
      trace,
      Array.from({ length: from }, (_, i) => i + 1),
      { from, to },
    );
  }

  private constructor(trace: TraceReader, past: readonly number[], { from, to }: Stretch) {
    this.#trace = trace;
    this.#past = past;
    this.#op = past.length === from ? WHOLE : (underWay(trace, from)?.op ?? -1);
    this.from = from;
    this.to = to;
    // What ran cannot be run again from its middle.
    this.about = past.length === from && to === trace.count ? trace.about : cut(trace.about);
  }

  get count(): number {
    return this.#past.length + this.to - this.from;
  }

  /** The moment in the part at which it begins. */
  get start(): number {
    return this.#past.length;
  }

  /** The number that an event has in the part; null for one that is not in it. */
  seqOf(seq: number): number | null {
    if (seq > this.from) return seq <= this.to ? seq - this.from + this.start : null;
    const at = indexOf(this.#past, seq);
    return at < 0 ? null : at + 1;
  }

  /** The number in the whole trace of an event of the part. */
  seqIn(seq: number): number {
    return seq <= this.start ? this.#past[seq - 1]! : seq - this.start + this.from;
  }

  event(seq: number): Recorded | undefined {
    if (seq < 1 || seq > this.count) return undefined;
    const recorded = this.#trace.event(this.seqIn(seq));
    return recorded && this.#renumbered(recorded);
  }

  *events(): Generator<Recorded> {
    let at = 0;
    while (at < this.#past.length) {
      // Neighbours are read together.
      let last = at;
      while (this.#past[last + 1] === this.#past[last]! + 1) last++;
      for (const recorded of this.#trace.events(this.#past[at]!, this.#past[last]!))
        yield this.#renumbered(recorded);
      at = last + 1;
    }
    for (const recorded of this.#trace.events(this.from + 1, this.to))
      yield this.#renumbered(recorded);
  }

  #renumbered({ seq, op, event }: Recorded): Recorded {
    const number = this.seqOf(seq);
    assert(number !== null, () => `event ${seq} is not in the part`);
    const isOfPart = seq > this.from || op === this.#op || this.#op === WHOLE;
    const cause = event.cause == null ? null : this.seqOf(event.cause);
    return {
      seq: number,
      op: isOfPart ? op : -1,
      event: event.cause == null ? event : { ...event, cause },
    };
  }
}

/** For a part that has all ops of the past. */
const WHOLE = -2;

const cut = (about: About): About => ({ ...about, operations: null });

/** The op that goes on behind a moment; null for none. */
function underWay(trace: TraceReader, moment: number) {
  const next = trace.event(moment + 1)?.op ?? -1;
  const op = next < 0 ? undefined : trace.op(next);
  return op === undefined || op.first > moment ? null : op;
}

/** Where a number is in an ascending list; -1 where it is not. */
function indexOf(list: readonly number[], number: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]! < number) low = middle + 1;
    else high = middle;
  }
  return list[low] === number ? low : -1;
}
