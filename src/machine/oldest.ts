// oldest.ts - the keys of a collection that keeps its last ones: which of them is to go when another comes.
//
// A Map or Set that drops its first entry again and again looks for it past all that were dropped before: with 65,536
// entries that is some 20 us a time.

export class Oldest<Key> {
  readonly #keys: Key[] = [];
  readonly #most: number;
  /** Where the oldest key is, once there are as many as there may be. */
  #next = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a key that is new in the collection; gives the one that has to go for it, undefined where there is room. */
  push(key: Key): Key | undefined {
    if (this.#keys.length < this.#most) {
      this.#keys.push(key);
      return undefined;
    }
    const oldest = this.#keys[this.#next];
    this.#keys[this.#next] = key;
    this.#next = (this.#next + 1) % this.#most;
    return oldest;
  }
}
