// table.ts - a table from whole numbers to whole numbers, in typed-array leaves, sparse between them.
//
// The shape of the page tables it stands for: a spine of leaves of 1,024 entries. Folding ten million
// events goes through `get` and `set`, some 5 ns each when neighbours are used together. A copy shares
// leaves; the first writer copies the one leaf that it changes. A leaf can stay as it was found until somebody
// asks for it. A table also records which entries changed since `settle`: those are what a keyframe stores.

import type { Address, Index } from "../address.ts";

/** Entries to a leaf. */
export const LEAF = 1024;

/** A leaf that nobody has looked at yet. */
export interface Unread {
  readonly count: number;
  /** A bit for each entry that changed. */
  readonly changed: Uint32Array;
  /** Value + 1 for each entry, 0 for none. */
  read(): Float64Array;
}

interface Leaf {
  /** Value + 1, so that zeroes mean nothing is set. */
  values: Float64Array;
  /** How many entries are set; of a leaf that is still to be read, that knows. */
  count: number;
  /** What its values are still to be read from. */
  unread: Unread | null;
  /** A bit for each entry that changed. */
  readonly changed: Uint32Array;
  /** Whether another table may have it too: then nobody writes it. */
  shared: boolean;
  /** The writer that has claimed it; a writer is given up whenever leaves must be claimed anew. */
  writer: object | null;
}

/** Takes a run of entries: its first index, how many there are, and the value of the first. */
export type VisitRun = (first: number, length: number, value: number) => void;

/** Takes an entry: its index, and its value or undefined where it was deleted. */
export type Visit = (index: number, value: number | undefined) => void;

/** What a table can be indexed by, and what it can hold. */
type Whole = Address | Index | number;

/** A table whose indices and values are each of one space; at run time it is a NumberTable. */
export interface Table<Key extends Whole, Value extends Whole> {
  /** How many entries are set. */
  readonly size: number;
  /** The value at an index; undefined for none. */
  get(index: Key): Value | undefined;
  /** Whether there is a value at an index. */
  has(index: Key): boolean;
  /** Puts a value there. */
  set(index: Key, value: Value): void;
  /** Takes away what is there. */
  delete(index: Key): void;
  /** The same from one index to another, both included. */
  deleteAll(first: Key, last: Key): void;
  /** Takes all away. */
  clear(): void;
  /** Hands over all entries, by ascending index. */
  each(visit: (index: Key, value: Value) => void): void;
  /** Hands over runs of neighbours whose values are alike (`step` 0) or go up with them by 1, by ascending index. */
  eachRun(step: 0 | 1, visit: (first: Key, length: number, value: Value) => void): void;
  /** @internal Puts the values from an index on into a list, 0 for none. */
  copyTo(first: Key, list: Float64Array): void;
  /** From one index to another, both included, by ascending index. */
  entries(first?: Key, last?: Key): Generator<[Key, Value]>;
  /** All of them, by ascending index. */
  [Symbol.iterator](): Generator<[Key, Value]>;
}

/** The table as plain numbers: for keyframes and copies, which treat all tables alike. */
export class NumberTable {
  readonly #leaves = new Map<number, Leaf>();
  #size = 0;
  #writer = {};
  /** Keys of the leaves that hold changed entries. */
  #touched = new Set<number>();
  #emptied = false;
  // The leaf used last: neighbours come together.
  #lastKey = -1;
  #last: Leaf | undefined;

  /** How many entries are set. */
  get size(): number {
    return this.#size;
  }

  /** Whether everything was deleted at once since `settle`; what is there now came after it. */
  get emptied(): boolean {
    return this.#emptied;
  }

  /** The value at an index; undefined for none. */
  get(index: number): number | undefined {
    const leaf = this.#leaf(index);
    const stored = leaf === undefined ? 0 : leaf.values[index - this.#lastKey * LEAF]!;
    return stored === 0 ? undefined : stored - 1;
  }

  /** Whether there is a value at an index. */
  has(index: number): boolean {
    return this.get(index) !== undefined;
  }

  /** Values are 0 to 2^53-2. */
  set(index: number, value: number): void {
    let leaf = this.#leaf(index);
    if (leaf === undefined || leaf.writer !== this.#writer) leaf = this.#claim(leaf);
    const at = index - this.#lastKey * LEAF;
    if (leaf.values[at] === 0) {
      leaf.count++;
      this.#size++;
    }
    leaf.values[at] = value + 1;
    leaf.changed[at >>> 5]! |= 1 << (at & 31);
  }

  /** Takes away what is there. */
  delete(index: number): void {
    let leaf = this.#leaf(index);
    if (leaf === undefined) return;
    const at = index - this.#lastKey * LEAF;
    if (leaf.values[at] === 0) return;
    if (leaf.writer !== this.#writer) leaf = this.#claim(leaf);
    leaf.values[at] = 0;
    leaf.changed[at >>> 5]! |= 1 << (at & 31);
    leaf.count--;
    this.#size--;
  }

  /** Deletes the entries from one index to another, both included. */
  deleteAll(first: number, last: number): void {
    for (let base = Math.floor(first / LEAF) * LEAF; base <= last; base += LEAF) {
      if (this.#leaf(base) === undefined) continue;
      const end = Math.min(last, base + LEAF - 1);
      for (let index = Math.max(first, base); index <= end; index++) this.delete(index);
    }
  }

  /** Takes all away. */
  clear(): void {
    if (this.#size === 0) return;
    this.#leaves.clear();
    this.#touched.clear();
    this.#emptied = true;
    this.#size = 0;
    this.#last = undefined;
  }

  /** The entries from one index to another, both included, as [index, value] and by ascending index. */
  *entries(first = 0, last = Number.POSITIVE_INFINITY): Generator<[number, number]> {
    for (const key of ascending(this.#leaves.keys())) {
      const base = key * LEAF;
      if (base > last || base + LEAF <= first) continue;
      const { values } = this.#read(key);
      const end = Math.min(LEAF, last - base + 1);
      for (let i = Math.max(0, first - base); i < end; i++)
        if (values[i] !== 0) yield [base + i, values[i]! - 1];
    }
  }

  /** All of them, by ascending index. */
  [Symbol.iterator](): Generator<[number, number]> {
    return this.entries();
  }

  /** Hands over all entries, by ascending index. */
  each(visit: Visit): void {
    for (const key of ascending(this.#leaves.keys())) {
      const { values } = this.#read(key);
      for (let i = 0; i < LEAF; i++) if (values[i] !== 0) visit(key * LEAF + i, values[i]! - 1);
    }
  }

  /**
   * Hands over runs of neighbours whose values are alike (`step` 0) or go up with them by 1, by ascending index. Hot:
   * some 1 ns an entry, and a call a run, where `entries` takes 40 (bench: page).
   */
  eachRun(step: 0 | 1, visit: VisitRun): void {
    let [first, end, value, next] = [0, 0, 0, 0];
    for (const key of ascending(this.#leaves.keys())) {
      const { values } = this.#read(key);
      const base = key * LEAF;
      for (let i = 0; i < LEAF; i++) {
        const stored = values[i]!;
        if (stored === 0) continue;
        if (stored !== next || base + i !== end) {
          if (end > first) visit(first, end - first, value - 1);
          first = base + i;
          end = first;
          value = stored;
        }
        end++;
        next = stored + step;
      }
    }
    if (end > first) visit(first, end - first, value - 1);
  }

  /** @internal Puts the values from an index on into a list, 0 for none. Hot: 2 ns each, where `get` takes 10 (bench: page). */
  copyTo(first: number, list: Float64Array): void {
    for (let done = 0; done < list.length; ) {
      const leaf = this.#leaf(first + done);
      const at = first + done - this.#lastKey * LEAF;
      const count = Math.min(LEAF - at, list.length - done);
      for (let i = 0; i < count; i++)
        list[done + i] = leaf === undefined ? 0 : Math.max(0, leaf.values[at + i]! - 1);
      done += count;
    }
  }

  /** @internal How many leaves have entries. */
  get leaves(): number {
    let count = 0;
    for (const leaf of this.#leaves.values()) if (hasEntries(leaf)) count++;
    return count;
  }

  /** @internal Hands over the leaves that have entries, by ascending key: value + 1 for each entry, 0 for none. */
  eachLeaf(visit: (key: number, values: Float64Array) => void): void {
    for (const key of ascending(this.#leaves.keys())) {
      const leaf = this.#read(key);
      if (hasEntries(leaf)) visit(key, leaf.values);
    }
  }

  /** @internal The keys of the leaves that hold changed entries. */
  get touched(): Iterable<number> {
    return this.#touched;
  }

  /** @internal How many entries changed since `settle`. */
  get changes(): number {
    let count = 0;
    for (const key of this.#touched) {
      const { changed } = this.#leaves.get(key)!;
      for (let word = 0; word < changed.length; word++) count += bitsIn(changed[word]!);
    }
    return count;
  }

  /** @internal Takes a leaf of which it has no entry yet. */
  takeLeaf(key: number, unread: Unread): void {
    const { changed, count } = unread;
    const own = { changed, shared: false, writer: this.#writer };
    const leaf = { values: NOT_READ, count: 0, unread, ...own };
    this.#leaves.set(key, leaf);
    this.#touched.add(key);
    this.#size += count;
    this.#lastKey = -1;
    this.#last = undefined;
  }

  /** @internal The leaf of an entry as it was taken; null where it was read, or another table may have it too. */
  unread(index: number): Unread | null {
    const leaf = this.#leaves.get(Math.floor(index / LEAF));
    return leaf === undefined || leaf.shared ? null : leaf.unread;
  }

  /** @internal Takes note that an unread leaf has come to have so many entries more. */
  expect(more: number): void {
    this.#size += more;
  }

  /** Hands over the entries that changed since `settle`, by ascending index. */
  eachChange(visit: Visit): void {
    for (const key of ascending(this.#touched)) {
      const { values, changed } = this.#read(key);
      for (let word = 0; word < changed.length; word++) {
        for (let bits = changed[word]!; bits !== 0; bits &= bits - 1) {
          const i = word * 32 + 31 - Math.clz32(bits & -bits);
          visit(key * LEAF + i, values[i] === 0 ? undefined : values[i]! - 1);
        }
      }
    }
  }

  /** From here on changes are counted anew; leaves without entries are given up. */
  settle(): void {
    this.#emptied = false;
    if (this.#touched.size === 0) return;
    for (const key of this.#touched) {
      const leaf = this.#read(key);
      if (hasEntries(leaf)) leaf.changed.fill(0);
      else this.#leaves.delete(key);
    }
    this.#lastKey = -1;
    this.#last = undefined;
    // What clear() puts in the place of an old list is itself old garbage the next time.
    this.#touched = new Set();
    this.#writer = {};
  }

  /** Fills this table, which must be new, with the entries of another; they share leaves until one writes. */
  take(other: NumberTable): void {
    for (const [key, leaf] of other.#leaves) {
      leaf.shared = true;
      this.#leaves.set(key, leaf);
    }
    this.#size = other.#size;
    other.#writer = {};
  }

  /** Makes the leaf used last, or the one missing there, one that this table may write. */
  #claim(leaf: Leaf | undefined): Leaf {
    const key = this.#lastKey;
    const writer = this.#writer;
    let own = leaf;
    if (own === undefined || own.shared) {
      own = {
        values: own?.values.slice() ?? new Float64Array(LEAF),
        count: own?.count ?? 0,
        unread: null,
        // Of the tables that share a leaf, only the one that changed it looks at what changed.
        changed: this.#touched.has(key) ? own!.changed : new Uint32Array(LEAF / 32),
        shared: false,
        writer,
      };
      this.#leaves.set(key, own);
      this.#last = own;
    }
    own.writer = writer;
    this.#touched.add(key);
    return own;
  }

  #leaf(index: number): Leaf | undefined {
    const key = Math.floor(index / LEAF);
    if (key !== this.#lastKey) {
      this.#lastKey = key;
      this.#last = this.#leaves.get(key);
      if (this.#last !== undefined) valuesOf(this.#last);
    }
    return this.#last;
  }

  #read(key: number): Leaf {
    const leaf = this.#leaves.get(key)!;
    valuesOf(leaf);
    return leaf;
  }
}

/** Makes a table; the spaces of its indices and values are erased at run time. */
export const Table = NumberTable as unknown as new <
  Key extends Whole,
  Value extends Whole,
>() => Table<Key, Value>;

const NOT_READ = new Float64Array(0);

/** Reads the leaf where nobody has. */
function valuesOf(leaf: Leaf): Float64Array {
  if (leaf.unread !== null) {
    leaf.values = leaf.unread.read();
    leaf.count = leaf.unread.count;
    leaf.unread = null;
  }
  return leaf.values;
}

const hasEntries = ({ unread, count }: Leaf): boolean => (unread?.count ?? count) > 0;

/** How many bits of 32 are set. */
export function bitsIn(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

const ascending = (keys: Iterable<number>): number[] => [...keys].sort((a, b) => a - b);
