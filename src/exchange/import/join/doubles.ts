// doubles.ts - records that several ring buffers hold: what one of them has told is no second event by another.
//
// A record whose event is on in two ring buffers is in both, one behind the other, with stamps that are some
// nanoseconds apart (include/trace/trace_events.h: an instance has its own trace_event_file on the tracepoint).

/** Nanoseconds between the stamps of one record in two buffers; records, where the clock counts no time. */
const NEAR = 1e5;
const NEAR_RECORDS = 16;
/** Records that wait for the same of another buffer. */
const MOST_WAITING = 64;

/** A record, as far as it is looked at here. */
export interface Stamped {
  /** Nanoseconds; null where the clock counts something else. */
  readonly at: number | null;
  /** The how manieth of all records it is. */
  readonly number: number;
  readonly body: string;
}
interface Waiting<Teller> extends Stamped {
  readonly tellers: Teller[];
}

/** Records of one kind, one task and one CPU, each told by a buffer or a file. */
export class Doubles<Teller> {
  #waiting: Waiting<Teller>[] = [];

  /** Whether nobody else has told the record before. */
  isNew(teller: Teller, { at, number, body }: Stamped): boolean {
    const one = { at, number, body, tellers: [teller] };
    this.#waiting = this.#waiting.filter((before) => isNear(before, one)).slice(-MOST_WAITING);
    const same = this.#waiting.find(
      (before) => before.body === body && !before.tellers.includes(teller),
    );
    if (same === undefined) this.#waiting.push(one);
    else same.tellers.push(teller);
    return same === undefined;
  }
}

function isNear(before: Stamped, after: Stamped): boolean {
  if (before.at === null || after.at === null) return after.number - before.number <= NEAR_RECORDS;
  return after.at - before.at <= NEAR;
}
