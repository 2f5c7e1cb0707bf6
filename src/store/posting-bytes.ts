// posting-bytes.ts - lists of event numbers as bytes, those of some subjects to a row of the index.
//
// Subject by subject, least first: how far its number is from that of the one before, 0 for the first one, which the
// row's key has; how many bytes its list takes; the list, which is each event's distance from the one before, the first
// one's from the segment's start. All are varints, seven bits to a byte, the least first; the top bit says that more come.

import { damaged } from "../fault.ts";

/** Events to a segment: with fewer, a subject that changes rarely costs a look into each; with more, memory. */
export const SEGMENT = 2 ** 18;
/**
 * Bytes of a row's lists, unless one alone has more: a row takes some 15 bytes beside them, and a look-up goes through
 * them. A page of 1,024 bytes, as short traces have, keeps 230 of a row (https://www.sqlite.org/fileformat2.html, 1.6).
 */
const ROOM = 128;
/** Bytes of a distance within a segment at most. */
const LONGEST_DISTANCE = 3;

/** A subject, and the numbers within the segment of the events that it has, in order. */
export type List = readonly [subject: number, seqs: Uint32Array];
/** The first subject of a row, and the bytes of its lists. */
type MadeRow = readonly [subject: number, lists: Buffer];
/** The same as it is read: in hexadecimal, as SQLite writes it, for many Buffers would be much garbage. */
export type ListRow = readonly [subject: number, lists: string];

/** Of the subjects from `first` to `last` every `step`th. */
export interface Subjects {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

/** The rows of these lists, least subject first; the bytes of each are good until the next. */
export function* rowsOf(lists: Iterable<List>): Generator<MadeRow> {
  const distances = new Varints();
  let row = Buffer.alloc(ROOM);
  let [first, last, end] = [0, 0, 0];
  for (const [subject, seqs] of lists) {
    const list = distances.of(seqs);
    const room = (before: number): number => lengthOf(before) + lengthOf(list.length) + list.length;
    if (end > 0 && end + room(subject - last) > ROOM) {
      yield [first, row.subarray(0, end)];
      end = 0;
    }
    if (end === 0) [first, last] = [subject, subject];
    const next = end + room(subject - last);
    if (next > row.length) row = Buffer.alloc(next);
    put(row, put(row, end, subject - last), list.length);
    list.copy(row, next - list.length);
    [last, end] = [subject, next];
  }
  if (end > 0) yield [first, row.subarray(0, end)];
}

/** Adds the numbers of the events that some subjects of a row have. */
export function addSeqs(seqs: number[], segment: number, row: ListRow, wanted: Subjects): void {
  addWithin(seqs, segment, listsOf(row), wanted);
}

/**
 * The same of many rows that are one text: segment, first subject and lists of each, with commas between. Hot: once a
 * segment of a look-up, some 0.3 us, for no text of a row is made (bench: travel).
 */
export function addAllSeqs(seqs: number[], text: string, wanted: Subjects): void {
  for (let at = 0; at < text.length; ) {
    const behindSegment = text.indexOf(",", at);
    const from = text.indexOf(",", behindSegment + 1) + 1;
    const comma = text.indexOf(",", from);
    const to = comma < 0 ? text.length : comma;
    const segment = Number(text.slice(at, behindSegment));
    const subject = Number(text.slice(behindSegment + 1, from - 1));
    addWithin(seqs, segment, { subject, text, from, to }, wanted);
    at = to + 1;
  }
}

/** The subjects of a row. */
export function subjectsIn(row: ListRow): number[] {
  const subjects: number[] = [];
  eachList(listsOf(row), (subject) => {
    subjects.push(subject);
    return true;
  });
  return subjects;
}

/** The lists of a row, and where in a text they are. */
interface Lists {
  readonly subject: number;
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

const listsOf = ([subject, text]: ListRow): Lists => ({
  subject,
  text,
  from: 0,
  to: text.length,
});

function addWithin(
  seqs: number[],
  segment: number,
  lists: Lists,
  { first, last, step }: Subjects,
): void {
  eachList(lists, (subject, from, to) => {
    if (subject > last) return false;
    if (subject >= first && (subject - first) % step === 0)
      addList(seqs, segment, lists.text, from, to);
    return true;
  });
}

/** Visits each subject of a row, and where its list begins and ends, until it hears that this is enough. */
function eachList(
  { subject: first, text, from, to }: Lists,
  visit: (subject: number, from: number, to: number) => boolean,
): void {
  let [subject, at, unit, value] = [first, from, 1, 0];
  /** The number that is next: 0 for a subject's, 1 for a length. */
  let next = 0;
  while (at < to) {
    const byte = byteAt(text, at);
    at += DIGITS;
    value += (byte & 0x7f) * unit;
    unit *= 128;
    if (byte > 0x7f) continue;
    if (next === 0) subject += value;
    else {
      const end = at + DIGITS * value;
      if (end > to) throw cut();
      if (!visit(subject, at, end)) return;
      at = end;
    }
    next = 1 - next;
    unit = 1;
    value = 0;
  }
  if (next !== 0 || unit !== 1) throw cut();
}

function addList(seqs: number[], segment: number, lists: string, from: number, to: number): void {
  let [seq, distance, shift] = [segment * SEGMENT, 0, 0];
  for (let at = from; at < to; at += DIGITS) {
    const byte = byteAt(lists, at);
    distance |= (byte & 0x7f) << shift;
    shift += 7;
    if (byte > 0x7f && shift < 7 * LONGEST_DISTANCE) continue;
    seq += distance;
    seqs.push(seq);
    [distance, shift] = [0, 0];
  }
  if (shift !== 0 || seq >= (segment + 1) * SEGMENT) throw cut();
}

/** Digits to a byte. */
const DIGITS = 2;
const byteAt = (digits: string, at: number): number =>
  (digitAt(digits, at) << 4) | digitAt(digits, at + 1);
function digitAt(digits: string, at: number): number {
  const code = digits.charCodeAt(at);
  return code < 0x41 ? code - 0x30 : code - 0x37;
}

const cut = (): Error => damaged("table posting", "a list is cut");

/** Rising numbers as their distances. */
class Varints {
  #bytes = Buffer.alloc(1024);

  of(rising: Uint32Array): Buffer {
    const most = LONGEST_DISTANCE * rising.length;
    if (this.#bytes.length < most) this.#bytes = Buffer.alloc(most);
    let [end, last] = [0, 0];
    for (const seq of rising) {
      end = put(this.#bytes, end, seq - last);
      last = seq;
    }
    return this.#bytes.subarray(0, end);
  }
}

/** Writes a number there and gives where it ends. */
function put(bytes: Buffer, start: number, value: number): number {
  let [at, rest] = [start, value];
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 0x80;
  bytes[at++] = rest;
  return at;
}

/** The bytes of a number. */
function lengthOf(value: number): number {
  let length = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) length++;
  return length;
}
