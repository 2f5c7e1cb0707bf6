// room.ts - how much a report may still take: what goes in is counted as it will be packed.

/** Bytes of the file that a text becomes. */
export type PackedSize = (text: string) => number;

export class Room {
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

  /** Takes the room for something; false, and none taken, where it does not fit. */
  take(part: unknown): boolean {
    // Parts that are packed together take no more than each alone.
    const bytes = this.#sizeOf(JSON.stringify(part));
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  /** A room of its own out of this one, as a part of what is left. */
  share(part: number): Room {
    const room = new Room(this.#left * part, this.#sizeOf);
    this.#left -= room.left;
    return room;
  }

  /** Takes back what another one has not used. */
  takeBack(other: Room): void {
    this.#left += other.left;
  }
}
