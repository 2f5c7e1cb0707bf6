// keyframe-bytes.ts - a state, or what of it changed since the last keyframe, as few bytes.
//
// A table is its number of entries and then, entry by entry in ascending order, a head byte, the step from
// the index before and the step from the value before, both as short as they can be. Neighbours hold like
// things, so that most steps take a byte or two.

import { State } from "../machine/state.ts";
import type { NumberTable } from "../machine/table.ts";

// The head byte: bytes of the value's step (0 to 7), its sign, whether the entry is gone, and the bytes of
// the index's step.
const NEGATIVE = 0x08;
const GONE = 0x10;
/**
 * Bytes of the index's step by bits 5 and 6 of the head; none stands for a step of 1. A processor's registers
 * are numbered from 2^48 on.
 */
const STEP_BYTES = [0, 1, 2, 7] as const;
/** Head, index and value at their longest. */
const LONGEST = 1 + 7 + 7;
const NUMBER = 7;

/**
 * What the bytes of this program say, and in what order: those of another form are of no use. The number in
 * front goes up when a table keeps its name and comes to mean something else.
 */
export const keyframeForm: string = [
  "3",
  ...new State({ physIsMachine: true, chipset: null }).tables.keys(),
].join(" ");

export class KeyframeWriter {
  #bytes = new Uint8Array(1 << 16);
  #end = 0;

  /** The whole state. The bytes are good until the next call. */
  whole(state: State): Uint8Array {
    return this.#state(state, (table) => {
      this.#table(true, table.size, (visit) => table.each(visit));
    });
  }

  /** What changed since the state's tables were last settled. The bytes are good until the next call. */
  changes(state: State): Uint8Array {
    return this.#state(state, (table) => {
      let count = 0;
      table.eachChange(() => count++);
      this.#table(table.emptied, count, (visit) => table.eachChange(visit));
    });
  }

  #state(state: State, keep: (table: NumberTable) => void): Uint8Array {
    this.#end = 0;
    this.#room(NUMBER);
    this.#number(state.op + 1, NUMBER);
    for (const table of state.tables.values()) keep(table);
    return this.#bytes.subarray(0, this.#end);
  }

  /** Hot: some 15 ns an entry. */
  #table(
    fromNothing: boolean,
    count: number,
    each: (visit: (index: number, value: number | undefined) => void) => void,
  ): void {
    this.#room(1 + NUMBER + count * LONGEST);
    this.#bytes[this.#end++] = fromNothing ? 1 : 0;
    this.#number(count, NUMBER);
    let index = -1;
    let value = 0;
    each((nextIndex, nextValue) => {
      const head = this.#end++;
      const step = nextIndex - index;
      const steps = step === 1 ? 0 : step < 256 ? 1 : step < 65536 ? 2 : 3;
      this.#number(step, STEP_BYTES[steps]!);
      index = nextIndex;
      if (nextValue === undefined) {
        this.#bytes[head] = GONE | (steps << 5);
        return;
      }
      const difference = nextValue - value;
      const size = Math.abs(difference);
      const bytes = bytesOf(size);
      this.#number(size, bytes);
      this.#bytes[head] = bytes | (difference < 0 ? NEGATIVE : 0) | (steps << 5);
      value = nextValue;
    });
  }

  #number(value: number, bytes: number): void {
    const target = this.#bytes;
    let at = this.#end;
    this.#end += bytes;
    let low = value | 0;
    for (let i = 0; i < bytes && i < 4; i++, low >>>= 8) target[at++] = low & 255;
    if (bytes <= 4) return;
    let high = Math.floor(value / 2 ** 32);
    for (let i = 4; i < bytes; i++, high >>>= 8) target[at++] = high & 255;
  }

  #room(bytes: number): void {
    if (this.#end + bytes <= this.#bytes.length) return;
    const more = new Uint8Array(2 * (this.#end + bytes));
    more.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = more;
  }
}

function bytesOf(size: number): number {
  if (size < 2 ** 16) return size === 0 ? 0 : size < 256 ? 1 : 2;
  if (size < 2 ** 32) return size < 2 ** 24 ? 3 : 4;
  return size < 2 ** 40 ? 5 : size < 2 ** 48 ? 6 : 7;
}

/**
 * Brings a state from the keyframe before to the one that these bytes are of; a whole one stands for itself. Gives
 * false for bytes that no keyframe has; the state is of no use then.
 */
export function readKeyframe(bytes: Uint8Array, state: State): boolean {
  const reader = new Reader(bytes);
  state.op = reader.number(NUMBER) - 1;
  for (const table of state.tables.values()) if (!reader.table(table)) return false;
  return reader.isAtEnd;
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Hot: some 12 ns an entry. False where the bytes end before the entries, or an entry is none of a table. */
  table(table: NumberTable): boolean {
    const source = this.#bytes;
    if (source[this.#at++] === 1) table.clear();
    const count = this.number(NUMBER);
    let at = this.#at;
    let index = -1;
    let value = 0;
    const end = source.length;
    for (let i = 0; i < count; i++) {
      if (at >= end) return false;
      const head = source[at++]!;
      const steps = head >>> 5;
      if (steps === 0) index++;
      else if (steps === 1) index += source[at++]!;
      else {
        const bytes = STEP_BYTES[steps]!;
        index += numberAt(source, at, bytes);
        at += bytes;
      }
      if (!(index <= Number.MAX_SAFE_INTEGER)) return false;
      if ((head & GONE) !== 0) {
        table.delete(index);
        continue;
      }
      const bytes = head & 7;
      const size = numberAt(source, at, bytes);
      at += bytes;
      value += (head & NEGATIVE) === 0 ? size : -size;
      if (!(value >= 0 && value < Number.MAX_SAFE_INTEGER)) return false;
      table.set(index, value);
    }
    this.#at = at;
    return at <= end;
  }

  number(bytes: number): number {
    const value = numberAt(this.#bytes, this.#at, bytes);
    this.#at += bytes;
    return value;
  }
}

/** A whole number of up to 7 bytes, lowest first. */
function numberAt(source: Uint8Array, at: number, bytes: number): number {
  switch (bytes) {
    case 0:
      return 0;
    case 1:
      return source[at]!;
    case 2:
      return source[at]! | (source[at + 1]! << 8);
    case 3:
      return source[at]! | (source[at + 1]! << 8) | (source[at + 2]! << 16);
    default: {
      const middle = source[at]! | (source[at + 1]! << 8) | (source[at + 2]! << 16);
      let high = 0;
      for (let i = bytes - 1; i >= 3; i--) high = high * 256 + source[at + i]!;
      return middle + high * 2 ** 24;
    }
  }
}
