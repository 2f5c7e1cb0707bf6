// seq-set.ts - a set of seqs in one bit an event, and none for stretches that have none of them.

/** Seqs to a part. */
const SEQS = 1 << 16;

export class SeqSet {
  readonly #parts = new Map<number, Uint8Array>();
  size = 0;

  has(seq: number): boolean {
    const part = this.#parts.get(Math.floor(seq / SEQS));
    return part !== undefined && (part[(seq % SEQS) >> 3]! & (1 << (seq & 7))) !== 0;
  }

  /** Whether it was not there. */
  add(seq: number): boolean {
    if (this.has(seq)) return false;
    const number = Math.floor(seq / SEQS);
    let part = this.#parts.get(number);
    if (part === undefined) {
      part = new Uint8Array(SEQS / 8);
      this.#parts.set(number, part);
    }
    part[(seq % SEQS) >> 3]! |= 1 << (seq & 7);
    this.size++;
    return true;
  }
}
