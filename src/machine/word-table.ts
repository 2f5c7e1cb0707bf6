// word-table.ts - a table of words, each with the event that wrote it: registers, a TLB, a cache.

import type { Index } from "../address.ts";
import { Table } from "./table.ts";

/** A word, and the seq of the event that wrote it. */
export interface Cell<Word extends Index | number = number> {
  readonly word: Word;
  readonly seq: number;
}

export class WordTable<Key extends Index, Word extends Index | number = number> {
  /** The words, and the seq of the event that wrote each. */
  readonly tables = { word: new Table<Key, Word>(), seq: new Table<Key, number>() };

  get size(): number {
    return this.tables.word.size;
  }

  get(index: Key): Cell<Word> | undefined {
    const word = this.tables.word.get(index);
    return word === undefined ? undefined : { word, seq: this.tables.seq.get(index)! };
  }

  has(index: Key): boolean {
    return this.tables.word.has(index);
  }

  set(index: Key, { word, seq }: Cell<Word>): void {
    this.tables.word.set(index, word);
    this.tables.seq.set(index, seq);
  }

  delete(index: Key): void {
    this.tables.word.delete(index);
    this.tables.seq.delete(index);
  }

  clear(): void {
    this.tables.word.clear();
    this.tables.seq.clear();
  }

  /** From one index to another, both included, by ascending index. */
  *entries(first?: Key, last?: Key): Generator<[Key, Cell<Word>]> {
    for (const [index, word] of this.tables.word.entries(first, last))
      yield [index, { word, seq: this.tables.seq.get(index)! }];
  }

  [Symbol.iterator](): Generator<[Key, Cell<Word>]> {
    return this.entries();
  }
}
