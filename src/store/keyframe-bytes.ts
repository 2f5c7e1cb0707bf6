// keyframe-bytes.ts - a state, or what of it changed since the last keyframe, as few bytes.
//
// A table is its number of entries and then, entry by entry in ascending order, a head byte, the step from
// the index before and the step from the value before, both as short as they can be. Neighbours hold like
// things, so that most steps take a byte or two. A whole table with many neighbours is its number of leaves and
// then leaf by leaf (leaf-bytes.ts), which takes about as many bytes and a quarter of the time to read.

import { State } from "../machine/state.ts";
import { LEAF, type NumberTable } from "../machine/table.ts";
import { LONGEST_LEAF, readLeaf, writeLeaf } from "./leaf-bytes.ts";
import { bytesOf, NUMBER, numberAt, putNumber } from "./number-bytes.ts";

// The head byte: bytes of the value's step (0 to 7), its sign, whether the entry is gone, and the bytes of
// the index's step.
const NEGATIVE = 0x08;
const GONE = 0x10;
/**
 * Bytes of the index's step by bits 5 and 6 of the head; none stands for a step of 1. A processor's registers
 * are numbered from 2^48 on.
 */
const STEP_BYTES = [0, 1, 2, 7] as const;
/** What a table's bytes are, as its first byte says. */
const CHANGES = 0;
const WHOLE = 1;
const LEAVES = 2;
/** Entries to a leaf, on the average, from which on leaves pay. */
const DENSE = LEAF / 16;
/** Words of a bit for each entry of a leaf. */
const WORDS = LEAF / 32;
/** Leaves that are read into one buffer: many small ones would keep the garbage collector busy. */
const TOGETHER = 32;
/** Head, index and value at their longest. */
const LONGEST = 1 + 7 + 7;

/**
 * What the bytes of this program say, and in what order: those of another form are of no use. The number in
 * front goes up when a table keeps its name and comes to mean something else.
 */
export const keyframeForm: string = [
  "4",
  ...new State({ physIsMachine: true, chipset: null }).tables.keys(),
].join(" ");

export class KeyframeWriter {
  #bytes = new Uint8Array(1 << 16);
  #end = 0;

  /** The whole state. The bytes are good until the next call. */
  whole(state: State): Uint8Array {
    return this.#state(state, (table) => {
      if (table.size >= DENSE * table.leaves) this.#leaves(table);
      else this.#table(WHOLE, table.size, (visit) => table.each(visit));
    });
  }

  /** What changed since the state's tables were last settled. The bytes are good until the next call. */
  changes(state: State): Uint8Array {
    return this.#state(state, (table) => {
      let count = 0;
      table.eachChange(() => count++);
      const from = table.emptied ? WHOLE : CHANGES;
      this.#table(from, count, (visit) => table.eachChange(visit));
    });
  }

  #state(state: State, keep: (table: NumberTable) => void): Uint8Array {
    this.#end = 0;
    this.#room(NUMBER);
    this.#number(state.op + 1, NUMBER);
    for (const table of state.tables.values()) keep(table);
    return this.#bytes.subarray(0, this.#end);
  }

  #leaves(table: NumberTable): void {
    this.#room(1 + NUMBER);
    this.#bytes[this.#end++] = LEAVES;
    this.#number(table.leaves, NUMBER);
    table.eachLeaf((key, values) => {
      this.#room(LONGEST_LEAF);
      this.#end = writeLeaf(this.#bytes, this.#end, key, values);
    });
  }

  /** Hot: some 15 ns an entry. */
  #table(
    from: number,
    count: number,
    each: (visit: (index: number, value: number | undefined) => void) => void,
  ): void {
    this.#room(1 + NUMBER + count * LONGEST);
    this.#bytes[this.#end++] = from;
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
    this.#end = putNumber(this.#bytes, this.#end, value, bytes);
  }

  #room(bytes: number): void {
    if (this.#end + bytes <= this.#bytes.length) return;
    const more = new Uint8Array(2 * (this.#end + bytes));
    more.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = more;
  }
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
    const from = source[this.#at++];
    if (from !== CHANGES) table.clear();
    const count = this.number(NUMBER);
    if (from === LEAVES) return this.#leaves(table, count);
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

  #leaves(table: NumberTable, count: number): boolean {
    let last = -1;
    for (let done = 0; done < count; done += TOGETHER) {
      const leaves = Math.min(TOGETHER, count - done);
      const values = new Float64Array(leaves * LEAF);
      const set = new Uint32Array(leaves * WORDS);
      for (let i = 0; i < leaves; i++) {
        const key = numberAt(this.#bytes, this.#at, NUMBER);
        if (!(key > last && key * LEAF <= Number.MAX_SAFE_INTEGER - LEAF)) return false;
        const ofLeaf = values.subarray(i * LEAF, (i + 1) * LEAF);
        const setOfLeaf = set.subarray(i * WORDS, (i + 1) * WORDS);
        this.#at = readLeaf(this.#bytes, this.#at, ofLeaf, setOfLeaf);
        if (this.#at < 0) return false;
        table.takeLeaf(key, ofLeaf, setOfLeaf);
        last = key;
      }
    }
    return true;
  }

  number(bytes: number): number {
    const value = numberAt(this.#bytes, this.#at, bytes);
    this.#at += bytes;
    return value;
  }
}
