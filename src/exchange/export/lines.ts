// lines.ts - the lines of a part of a file as bytes: what a part is made of does not pile up as text.

/** Characters that are gathered: the pieces of longer text outlive the garbage collector's young generation. */
const GATHERED = 1 << 13;
/** Bytes that a character takes in UTF-8 at most. */
const MOST_BYTES = 3;

export class Lines {
  #bytes = Buffer.allocUnsafe(1 << 20);
  #end = 0;
  #text = "";

  add(line: string): void {
    this.#text += line;
    if (this.#text.length >= GATHERED) this.#write();
  }

  end(): Uint8Array {
    this.#write();
    // No more than the lines: another thread gets all that lies behind what it is given.
    return Buffer.from(this.#bytes.subarray(0, this.#end));
  }

  #write(): void {
    const needed = this.#end + this.#text.length * MOST_BYTES;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(2 * needed);
      this.#bytes.copy(larger, 0, 0, this.#end);
      this.#bytes = larger;
    }
    this.#end += this.#bytes.write(this.#text, this.#end);
    this.#text = "";
  }
}
