// register-bytes.ts - registers as the bytes they lie in: the same bit can be met at another width.
//
// The 845's driver sets bit 1 of byte 0x51 and clears it as bit 9 of word 0x50 (intel-agp.c of 2.6.12-rc2).

import type { Of } from "../event/vocabulary.ts";

type Access = Of<"register.read"> | Of<"register.written">;

export class RegisterBytes {
  /** By register number, which counts bytes within a device. */
  readonly #bytes = new Map<number, number>();

  /** A read shows what lies there as well as a write does. */
  see({ register, word, size }: Access): void {
    for (let i = 0; i < size; i++) this.#bytes.set(register + i, Math.floor(word / 256 ** i) % 256);
  }

  /** The word that the access must meet; undefined where a byte of it was never seen. */
  wordAt({ register, size }: Access): number | undefined {
    let word = 0;
    for (let i = 0; i < size; i++) {
      const byte = this.#bytes.get(register + i);
      if (byte === undefined) return undefined;
      word += byte * 256 ** i;
    }
    return word;
  }
}
