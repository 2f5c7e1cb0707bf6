// keyframe-bytes.ts - a state, or what of it changed since the last keyframe, as few bytes.
//
// A table is its number of entries and then entry by entry (entry-bytes.ts). A whole table with many neighbours is
// its number of leaves and then leaf by leaf (leaf-bytes.ts), which takes about as many bytes and can be read later.

import { State } from "../machine/state.ts";
import { LEAF, type NumberTable, type Visit } from "../machine/table.ts";
import { Entries, LONGEST_ENTRY, writeEntries } from "./entry-bytes.ts";
import { LONGEST_LEAF, PackedLeaf, writeLeaf } from "./leaf-bytes.ts";
import { LeafRoom } from "./leaf-room.ts";
import { NUMBER, numberAt, putNumber } from "./number-bytes.ts";

/** What a table's bytes are, as its first byte says. */
const CHANGES = 0;
const WHOLE = 1;
const LEAVES = 2;
/** Entries to a leaf, on the average, from which on leaves pay. */
const DENSE = LEAF / 16;
/**
 * What the bytes of this program say, and in what order: those of another form are of no use. The number in
 * front goes up when a table keeps its name and comes to mean something else.
 */
export const keyframeForm: string = [
  "4",
  ...new State({ physIsMachine: true, chipset: null }).tables.keys(),
].join(" ");

/**
 * Writes the keyframes of a state, one each time before its tables are settled: a leaf that did not change since the
 * last whole one is known as bytes.
 */
export class KeyframeWriter {
  #bytes = new Uint8Array(1 << 16);
  #end = 0;
  /** The bytes of a table's leaves, by key. */
  readonly #leafBytes = new Map<NumberTable, Map<number, Uint8Array>>();

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
      const from = table.emptied ? WHOLE : CHANGES;
      this.#table(from, table.changes, (visit) => table.eachChange(visit));
    });
  }

  #state(state: State, keep: (table: NumberTable) => void): Uint8Array {
    this.#end = 0;
    this.#room(NUMBER);
    this.#number(state.op + 1, NUMBER);
    for (const table of state.tables.values()) {
      this.#forget(table);
      keep(table);
    }
    return this.#bytes.subarray(0, this.#end);
  }

  #leaves(table: NumberTable): void {
    this.#room(1 + NUMBER);
    this.#bytes[this.#end++] = LEAVES;
    this.#number(table.leaves, NUMBER);
    const known = this.#leafBytes.get(table) ?? new Map<number, Uint8Array>();
    this.#leafBytes.set(table, known);
    table.eachLeaf((key, values) => {
      this.#room(LONGEST_LEAF);
      const start = this.#end;
      const bytes = known.get(key);
      if (bytes === undefined) {
        this.#end = writeLeaf(this.#bytes, start, key, values);
        known.set(key, this.#bytes.slice(start, this.#end));
      } else {
        this.#bytes.set(bytes, start);
        this.#end += bytes.length;
      }
    });
  }

  /** Forgets the bytes of the leaves that changed since the last keyframe. */
  #forget(table: NumberTable): void {
    const known = this.#leafBytes.get(table);
    if (known === undefined) return;
    if (table.emptied) known.clear();
    for (const key of table.touched) known.delete(key);
  }

  #table(from: number, count: number, each: (visit: Visit) => void): void {
    this.#room(1 + NUMBER + count * LONGEST_ENTRY);
    this.#bytes[this.#end++] = from;
    this.#number(count, NUMBER);
    this.#end = writeEntries(this.#bytes, this.#end, each);
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
 * Brings a state from the keyframe before to the one that these bytes are of; a whole one stands for itself. The
 * state keeps the bytes. Gives false for bytes that no keyframe has; the state is of no use then.
 */
export function readKeyframe(bytes: Uint8Array, state: State): boolean {
  const reader = new Reader(bytes);
  state.op = reader.number(NUMBER) - 1;
  for (const table of state.tables.values()) if (!reader.table(table)) return false;
  return reader.isAtEnd;
}

class Reader {
  readonly #bytes: Uint8Array;
  #room: LeafRoom | null = null;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** False where the bytes end before the entries, or an entry is none of a table. */
  table(table: NumberTable): boolean {
    const from = this.#bytes[this.#at++];
    if (from !== CHANGES) table.clear();
    const count = this.number(NUMBER);
    return from === LEAVES ? this.#leaves(table, count) : this.#entries(table, count);
  }

  /** Hot: some 12 ns an entry. Those of a leaf that nobody has looked at yet are read with it. */
  #entries(table: NumberTable, count: number): boolean {
    const entries = new Entries(this.#bytes, this.#at);
    let [first, behind] = [0, 0];
    let leaf: PackedLeaf | null = null;
    for (let i = 0; i < count; i++) {
      const { at, index, value } = entries;
      if (!entries.next()) return false;
      if (entries.index >= behind) {
        leaf?.end(at);
        first = Math.floor(entries.index / LEAF) * LEAF;
        behind = first + LEAF;
        leaf = table.unread(first) as PackedLeaf | null;
        leaf?.begin(this.#bytes, at, index, value);
      }
      if (leaf !== null) table.expect(leaf.note(entries.index - first, entries.isGone));
      else if (entries.isGone) table.delete(entries.index);
      else table.set(entries.index, entries.value);
    }
    leaf?.end(entries.at);
    this.#at = entries.at;
    return this.#at <= this.#bytes.length;
  }

  #leaves(table: NumberTable, count: number): boolean {
    this.#room ??= new LeafRoom();
    let last = -1;
    for (let i = 0; i < count; i++) {
      const leaf = new PackedLeaf(this.#bytes, this.#at, this.#room);
      if (!(leaf.key > last && leaf.key * LEAF <= Number.MAX_SAFE_INTEGER - LEAF)) return false;
      if (!leaf.isSound) return false;
      table.takeLeaf(leaf.key, leaf);
      this.#at = leaf.behind;
      last = leaf.key;
    }
    return true;
  }

  number(bytes: number): number {
    const value = numberAt(this.#bytes, this.#at, bytes);
    this.#at += bytes;
    return value;
  }
}
