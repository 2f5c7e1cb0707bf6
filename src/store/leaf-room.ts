// leaf-room.ts - room for what the unread leaves of a state are read into, and where their later changes stand.
//
// Much is taken at a time: many small buffers and objects would keep the garbage collector busy.

import { LEAF } from "../machine/table.ts";
import { Entries } from "./entry-bytes.ts";

/** What is kept of a run of entries: the next run of its leaf or -1, its source, where it begins and ends, the entry before. */
const [NEXT, SOURCE, AT, END, INDEX, VALUE] = [0, 1, 2, 3, 4, 5];
const RUN = 6;

export class LeafRoom {
  readonly #values = new Room((length) => new Float64Array(length), LEAF, 16);
  readonly #bits = new Room((length) => new Uint32Array(length), LEAF / 32, 256);
  readonly #sources: Uint8Array[] = [];
  #runs = new Float64Array(0);
  #runCount = 0;

  /** A leaf's values, all 0. */
  values(): Float64Array {
    return this.#values.take();
  }

  /** A bit for each entry of a leaf, all 0. */
  bits(): Uint32Array {
    return this.#bits.take();
  }

  /** Keeps where a run of entries begins, as the next one behind another, and gives its number. */
  addRun(last: number, source: Uint8Array, at: number, index: number, value: number): number {
    if (this.#sources.at(-1) !== source) this.#sources.push(source);
    const run = this.#runCount++ * RUN;
    if (run === this.#runs.length) this.#grow();
    const runs = this.#runs;
    runs[run + NEXT] = -1;
    runs[run + SOURCE] = this.#sources.length - 1;
    runs[run + AT] = at;
    runs[run + INDEX] = index;
    runs[run + VALUE] = value;
    if (last >= 0) runs[last + NEXT] = run;
    return run;
  }

  endRun(run: number, at: number): void {
    this.#runs[run + END] = at;
  }

  /** Hands over the entries of a run and of those behind it, in order. */
  eachEntry(first: number, visit: (entries: Entries) => void): void {
    const runs = this.#runs;
    for (let run = first; run >= 0; run = runs[run + NEXT]!) {
      const source = this.#sources[runs[run + SOURCE]!]!;
      const entries = new Entries(source, runs[run + AT]!, runs[run + INDEX]!, runs[run + VALUE]!);
      while (entries.at < runs[run + END]!) {
        entries.next();
        visit(entries);
      }
    }
  }

  #grow(): void {
    const more = new Float64Array(Math.max(256 * RUN, 2 * this.#runs.length));
    more.set(this.#runs);
    this.#runs = more;
  }
}

/** Hands out parts of one length, of an array for many of them. */
class Room<Numbers extends Float64Array | Uint32Array> {
  readonly #make: (length: number) => Numbers;
  readonly #each: number;
  readonly #together: number;
  #all: Numbers;
  #taken = 0;

  constructor(make: (length: number) => Numbers, each: number, together: number) {
    this.#make = make;
    this.#each = each;
    this.#together = together;
    this.#all = make(0);
  }

  take(): Numbers {
    if (this.#taken === this.#all.length) {
      this.#all = this.#make(this.#together * this.#each);
      this.#taken = 0;
    }
    const start = this.#taken;
    this.#taken += this.#each;
    return this.#all.subarray(start, this.#taken) as Numbers;
  }
}
