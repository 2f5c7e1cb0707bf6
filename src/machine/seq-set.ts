// seq-set.ts - a set of seqs in one bit an event, and none for stretches that have none of them.

/** Seqs to a part. */
const SEQS = 1 << 16;

export class SeqSet {
  readonly #parts = new Map<number, Uint8Array>();
  size = 0;

  // The part asked for last: seqs come together.
  #last = -1;
  #part: Uint8Array | undefined;

  has(seq: number): boolean {
    const part = this.#partOf(seq);
    return part !== undefined && (part[(seq % SEQS) >> 3]! & (1 << (seq & 7))) !== 0;
  }

  /** Whether it was not there. */
  add(seq: number): boolean {
    if (this.has(seq)) return false;
    let part = this.#partOf(seq);
    if (part === undefined) {
      part = new Uint8Array(SEQS / 8);
      this.#part = part;
      this.#parts.set(this.#last, part);
    }
    part[(seq % SEQS) >> 3]! |= 1 << (seq & 7);
    this.size++;
    return true;
  }

  delete(seq: number): void {
    if (!this.has(seq)) return;
    this.#partOf(seq)![(seq % SEQS) >> 3]! &= ~(1 << (seq & 7));
    this.size--;
  }

  #partOf(seq: number): Uint8Array | undefined {
    const number = Math.floor(seq / SEQS);
    if (number !== this.#last) {
      this.#last = number;
      this.#part = this.#parts.get(number);
    }
    return this.#part;
  }
}
