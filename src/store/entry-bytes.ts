// entry-bytes.ts - entries of a table as bytes: one after the other, by the steps between them.
//
// An entry is a head byte, the step from the index before and the step from the value before, both as short as they
// can be. Neighbours hold like things, so that most steps take a byte or two.

import type { Visit } from "../machine/table.ts";
import { bytesOf, numberAt, putNumber } from "./number-bytes.ts";

// The head byte: bytes of the value's step (0 to 7), its sign, whether the entry is gone, and the bytes of
// the index's step.
const NEGATIVE = 0x08;
const GONE = 0x10;
/**
 * Bytes of the index's step by bits 5 and 6 of the head; none stands for a step of 1. A processor's registers
 * are numbered from 2^48 on.
 */
const STEP_BYTES = [0, 1, 2, 7] as const;
/** Bytes of an entry at their longest: head, index and value. */
export const LONGEST_ENTRY = 1 + 7 + 7;

/** Writes entries in ascending order, as `each` hands them over, and gives the end of their bytes. Hot: some 15 ns an entry. */
export function writeEntries(
  target: Uint8Array,
  start: number,
  each: (visit: Visit) => void,
): number {
  let at = start;
  let index = -1;
  let value = 0;
  each((nextIndex, nextValue) => {
    const head = at++;
    const step = nextIndex - index;
    const steps = step === 1 ? 0 : step < 256 ? 1 : step < 65536 ? 2 : 3;
    at = putNumber(target, at, step, STEP_BYTES[steps]!);
    index = nextIndex;
    if (nextValue === undefined) {
      target[head] = GONE | (steps << 5);
      return;
    }
    const difference = nextValue - value;
    const size = Math.abs(difference);
    const bytes = bytesOf(size);
    at = putNumber(target, at, size, bytes);
    target[head] = bytes | (difference < 0 ? NEGATIVE : 0) | (steps << 5);
    value = nextValue;
  });
  return at;
}

/** Reads entries one by one. */
export class Entries {
  readonly source: Uint8Array;
  /** Where the next entry begins. */
  at: number;
  /** The entry's index; what an entry that is gone leaves as its value is that of the one before. */
  index: number;
  value: number;
  isGone = false;

  /** From some place on, behind an entry of this index and value. */
  constructor(source: Uint8Array, at: number, index = -1, value = 0) {
    this.source = source;
    this.at = at;
    this.index = index;
    this.value = value;
  }

  /** Goes to the next one; false for bytes of none. Hot: some 10 ns an entry (bench: travel). */
  next(): boolean {
    const { source } = this;
    let at = this.at;
    if (!(at < source.length)) return false;
    const head = source[at++]!;
    const steps = head >>> 5;
    if (steps === 0) this.index++;
    else if (steps === 1) this.index += source[at++]!;
    else {
      const bytes = STEP_BYTES[steps]!;
      this.index += numberAt(source, at, bytes);
      at += bytes;
    }
    this.isGone = (head & GONE) !== 0;
    if (!this.isGone) {
      const bytes = head & 7;
      const size = numberAt(source, at, bytes);
      at += bytes;
      this.value += (head & NEGATIVE) === 0 ? size : -size;
    }
    this.at = at;
    return (
      this.index <= Number.MAX_SAFE_INTEGER &&
      this.value >= 0 &&
      this.value < Number.MAX_SAFE_INTEGER
    );
  }
}
