// dice.ts - seeded chance: whole numbers only, the same for the same seed on every machine.

/** xorshift32 (Marsaglia, "Xorshift RNGs", 2003), enough to scatter frames and to walk at random. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    // A zero state would stay zero; the constant is the golden ratio in 32 bits.
    this.#state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  }

  /** A whole number from 0 up to, not including, `sides`; sides is 1 to 2^32. */
  roll(sides: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state % sides;
  }

  /** The numbers 0 to count-1 in a new order (Fisher-Yates). */
  shuffled(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.roll(i + 1);
      const held = order[i]!;
      order[i] = order[j]!;
      order[j] = held;
    }
    return order;
  }
}
