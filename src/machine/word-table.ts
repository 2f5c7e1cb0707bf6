// word-table.ts - a table of words, each with the event that wrote it: registers, a TLB, a cache.

import { Table } from "./table.ts";

/** A word, and the seq of the event that wrote it. */
export interface Cell {
  readonly word: number;
  readonly seq: number;
}

export class WordTable {
  /** The words, and the seq of the event that wrote each. */
  readonly tables = { word: new Table(), seq: new Table() };

  get size(): number {
    return this.tables.word.size;
  }

  get(index: number): Cell | undefined {
    const word = this.tables.word.get(index);
    return word === undefined ? undefined : { word, seq: this.tables.seq.get(index)! };
  }

  has(index: number): boolean {
    return this.tables.word.has(index);
  }

  set(index: number, { word, seq }: Cell): void {
    this.tables.word.set(index, word);
    this.tables.seq.set(index, seq);
  }

  delete(index: number): void {
    this.tables.word.delete(index);
    this.tables.seq.delete(index);
  }

  clear(): void {
    this.tables.word.clear();
    this.tables.seq.clear();
  }

  /** From one index to another, both included, by ascending index. */
  *entries(first = 0, last = Number.POSITIVE_INFINITY): Generator<[number, Cell]> {
    for (const [index, word] of this.tables.word.entries(first, last))
      yield [index, { word, seq: this.tables.seq.get(index)! }];
  }

  [Symbol.iterator](): Generator<[number, Cell]> {
    return this.entries();
  }
}
