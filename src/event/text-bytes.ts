// text-bytes.ts - text while it is made, as bytes: numbers, names and words one behind the other.
//
// A line that is put together as a string is some twenty strings on the way, which costs three times as much.

/** Bytes that a character takes in UTF-8 at most. */
const MOST_BYTES = 3;
/** Characters of a number at most: a sign and 16 digits, or 0x and 16. */
const LONGEST_NUMBER = 18;

const [ZERO, A, MINUS, X] = [..."0a-x"].map((character) => character.charCodeAt(0)) as [
  ...[number, number, number, number],
];
/** What of a number in front of its last nine digits stands alone. */
const LOW = 1e9;
const HALF = 2 ** 32;

/** The bytes of a text that is written again and again. */
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

export class TextBytes {
  #bytes = Buffer.allocUnsafe(1 << 16);
  /** How many there are; what was written last is taken back by setting it to what it was before. */
  length = 0;

  /** Hot: about a nanosecond a byte, where a call of the system's own would take ten for a short name. */
  bytes(bytes: Uint8Array): void {
    this.#room(bytes.length);
    const target = this.#bytes;
    let end = this.length;
    for (let i = 0; i < bytes.length; i++) target[end++] = bytes[i]!;
    this.length = end;
  }

  text(text: string): void {
    this.#room(text.length * MOST_BYTES);
    this.length += this.#bytes.write(text, this.length);
  }

  /** A whole number that is exact, in decimal. */
  number(value: number): void {
    this.#room(LONGEST_NUMBER);
    let rest = value;
    if (rest < 0) {
      this.#bytes[this.length++] = MINUS;
      rest = -rest;
    }
    if (rest < LOW) {
      this.#decimal(rest, digitsOf(rest));
      return;
    }
    const high = Math.floor(rest / LOW);
    this.#decimal(high, digitsOf(high));
    this.#decimal(rest - high * LOW, 9);
  }

  /** A whole number from 0 on that is exact, as 0x and hexadecimal. */
  hex(value: number): void {
    const high = Math.floor(value / HALF);
    this.hexHalves(high, value - high * HALF);
  }

  /** The same of 64 bits by their halves. */
  hexHalves(high: number, low: number): void {
    this.#room(LONGEST_NUMBER);
    this.#bytes[this.length++] = ZERO;
    this.#bytes[this.length++] = X;
    if (high === 0) {
      this.#hexadecimal(low, nibblesOf(low));
      return;
    }
    this.#hexadecimal(high, nibblesOf(high));
    this.#hexadecimal(low, 8);
  }

  /** All of it, in memory of its own; the next text begins. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = new Uint8Array(this.length);
    taken.set(this.#bytes.subarray(0, this.length));
    this.length = 0;
    return taken;
  }

  #decimal(value: number, digits: number): void {
    const bytes = this.#bytes;
    const end = this.length + digits;
    let rest = value | 0;
    for (let at = end - 1; at >= this.length; at--) {
      const tenth = (rest / 10) | 0;
      bytes[at] = ZERO + rest - tenth * 10;
      rest = tenth;
    }
    this.length = end;
  }

  #hexadecimal(value: number, nibbles: number): void {
    const bytes = this.#bytes;
    const end = this.length + nibbles;
    let rest = value | 0;
    for (let at = end - 1; at >= this.length; at--) {
      const nibble = rest & 15;
      bytes[at] = nibble < 10 ? ZERO + nibble : A - 10 + nibble;
      rest >>>= 4;
    }
    this.length = end;
  }

  #room(bytes: number): void {
    if (this.length + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.length + bytes));
    this.#bytes.copy(larger, 0, 0, this.length);
    this.#bytes = larger;
  }
}

/** Of a number below 10^9. */
function digitsOf(value: number): number {
  if (value < 1e4) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4;
  if (value < 1e6) return value < 1e5 ? 5 : 6;
  return value < 1e7 ? 7 : value < 1e8 ? 8 : 9;
}

/** Of a number of 32 bits. */
const nibblesOf = (value: number): number => (value === 0 ? 1 : (35 - Math.clz32(value)) >> 2);
