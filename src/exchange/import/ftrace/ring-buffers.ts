// ring-buffers.ts - several ring buffers in one file: a record that two of them hold is one event.
//
// An event that is on in the top buffer and in an instance is written to both, one behind the other, each with a
// stamp of its own (include/trace/trace_events.h: an instance has its own trace_event_file on the tracepoint).

import type { Record } from "./record.ts";

/** Nanoseconds between the stamps of one record in two buffers; records, where the clock counts no time. */
const NEAR = 1e5;
const NEAR_RECORDS = 16;
/** Records of one task and event that wait for the same of another buffer, and tasks and events that have some. */
const MOST_WAITING = 64;
const MOST_KEYS = 4096;
/** Records that are remembered while one buffer alone has spoken: the second can begin with a double of one of them. */
const REMEMBERED = 32;

interface Waiting {
  readonly record: Record;
  readonly number: number;
  /** The buffers that have told it. */
  readonly buffers: string[];
}

export class RingBuffers {
  #number = 0;
  /** The buffer of the first record. */
  #first: string | null = null;
  #isAlone = true;
  readonly #before: Record[] = [];
  readonly #waiting = new Map<string, readonly Waiting[]>();

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

  #take(record: Record, number: number): boolean {
    const { task, cpu, name, body, buffer } = record;
    const key = `${cpu} ${task} ${name}`;
    const one = { record, number, buffers: [buffer] };
    const near = (this.#waiting.get(key) ?? []).filter((other) => isNear(other, one));
    const same = near.find(
      (other) => other.record.body === body && !other.buffers.includes(buffer),
    );
    if (same === undefined) near.push(one);
    else same.buffers.push(buffer);
    if (this.#waiting.size > MOST_KEYS) this.#waiting.clear();
    this.#waiting.set(key, near.slice(-MOST_WAITING));
    return same === undefined;
  }
}

function isNear(before: Waiting, after: Waiting): boolean {
  const [from, to] = [before.record.at, after.record.at];
  if (from === null || to === null) return after.number - before.number <= NEAR_RECORDS;
  return to - from <= NEAR;
}
