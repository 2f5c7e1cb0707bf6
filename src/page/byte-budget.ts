// byte-budget.ts - how much a report may still take: what goes in is counted as it will be packed.

/** Bytes of the file that a text becomes. */
export type PackedSize = (text: string) => number;

export class ByteBudget {
  readonly #sizeOf: PackedSize;
  #left: number;

  /** So many bytes of the file. */
  constructor(bytes: number, sizeOf: PackedSize) {
    this.#left = bytes;
    this.#sizeOf = sizeOf;
  }

  /** Bytes that are left. */
  get left(): number {
    return this.#left;
  }

  /** Takes what a part needs; false, and nothing taken, where it does not fit. */
  take(part: unknown): boolean {
    // Parts that are packed together take no more than each alone.
    const bytes = this.#sizeOf(JSON.stringify(part));
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  /** A budget of its own: this part of what is left. */
  share(part: number): ByteBudget {
    const budget = new ByteBudget(this.#left * part, this.#sizeOf);
    this.#left -= budget.left;
    return budget;
  }

  /** Takes back what another one has not used. */
  takeBack(other: ByteBudget): void {
    this.#left += other.left;
  }
}
