// word-table.ts - a table of words, each with the event that wrote it: registers, a TLB, a cache.

import type { Index } from "../address.ts";
import { Table } from "./table.ts";

/** A word, and the seq of the event that wrote it. */
export interface Cell<Word extends Index | number = number> {
  /** The value. */
  readonly word: Word;
  /** The number of the event that wrote it. */
  readonly seq: number;
}

/** A table whose values come each with the seq of the event that wrote it. */
export class WordTable<Key extends Index, Word extends Index | number = number> {
  /** The words, and the seq of the event that wrote each. */
  readonly tables = { word: new Table<Key, Word>(), seq: new Table<Key, number>() };

  /** How many words are set. */
  get size(): number {
    return this.tables.word.size;
  }

  /** The word at an index, and who wrote it; undefined for none. */
  get(index: Key): Cell<Word> | undefined {
    const word = this.tables.word.get(index);
    return word === undefined ? undefined : { word, seq: this.tables.seq.get(index)! };
  }

  /** Whether there is a word at an index. */
  has(index: Key): boolean {
    return this.tables.word.has(index);
  }

  /** Puts a word there. */
  set(index: Key, { word, seq }: Cell<Word>): void {
    this.tables.word.set(index, word);
    this.tables.seq.set(index, seq);
  }

  /** Takes it away. */
  delete(index: Key): void {
    this.tables.word.delete(index);
    this.tables.seq.delete(index);
  }

  /** Takes all away. */
  clear(): void {
    this.tables.word.clear();
    this.tables.seq.clear();
  }

  /** From one index to another, both included, by ascending index. */
  *entries(first?: Key, last?: Key): Generator<[Key, Cell<Word>]> {
    for (const [index, word] of this.tables.word.entries(first, last))
      yield [index, { word, seq: this.tables.seq.get(index)! }];
  }

  /** All of them, by ascending index. */
  [Symbol.iterator](): Generator<[Key, Cell<Word>]> {
    return this.entries();
  }
}
