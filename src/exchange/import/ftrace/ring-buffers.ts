// ring-buffers.ts - several ring buffers in one file: a record that two of them hold is one event.

import { Doubles } from "../join/doubles.ts";
import type { Record } from "./record.ts";

/** Tasks on a CPU, each with an event, whose records are looked at. */
const MOST_KEYS = 4096;
/** Records that are remembered while one buffer alone has spoken: the second can begin with a double of one of them. */
const REMEMBERED = 32;

export class RingBuffers {
  #number = 0;
  /** The buffer of the first record. */
  #first: string | null = null;
  #isAlone = true;
  readonly #before: Record[] = [];
  readonly #doubles = new Map<string, Doubles<string>>();

  /** Whether no other buffer has told the record before. Hot: once a record. */
  isNew(record: Record): boolean {
    const number = ++this.#number;
    if (!this.#isAlone) return this.#take(record, number);
    this.#first ??= record.buffer;
    if (record.buffer === this.#first) {
      this.#before[number % REMEMBERED] = record;
      return true;
    }
    this.#isAlone = false;
    for (let past = Math.max(number - REMEMBERED, 0) + 1; past < number; past++)
      this.#take(this.#before[past % REMEMBERED]!, past);
    this.#before.length = 0;
    return this.#take(record, number);
  }

  #take({ task, cpu, name, at, body, buffer }: Record, number: number): boolean {
    const key = `${cpu} ${task} ${name}`;
    let doubles = this.#doubles.get(key);
    if (doubles === undefined) {
      if (this.#doubles.size > MOST_KEYS) this.#doubles.clear();
      doubles = new Doubles();
      this.#doubles.set(key, doubles);
    }
    return doubles.isNew(buffer, { at, number, body });
  }
}
