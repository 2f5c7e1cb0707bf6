// row-line.ts - a row as the line of JSON of its event (line.ts), with no event made in between.
//
// Most events of a trace are numbers and names in a row. One that has texts elsewhere, a bus address past 2^53, or
// anything that is not as it should be is left to whoever reads the event.

import {
  type Column,
  at as column,
  columns,
  FAR_HANDLE,
  type Field,
  families,
  SECOND,
  SUBJECT_FAMILIES,
} from "./field.ts";
import { canHaveTexts, type Row } from "./row.ts";
import { bytesOf, type TextBytes } from "./text-bytes.ts";
import { declarationOf, kindNames } from "./vocabulary.ts";

const [NUMBER, HEX, VIRT, NAME, SUBJECT, SUBJECT_HEX] = [0, 1, 2, 3, 4, 5] as const;

/** A field of a line: what stands before its value, and how the column holds it. */
interface Part {
  readonly key: Uint8Array;
  readonly at: number;
  readonly form: number;
  readonly optional: boolean;
  readonly least: number;
  readonly most: number;
  readonly family: number;
  /** With their quotes. */
  readonly names: readonly Uint8Array[];
  readonly unit: number;
  readonly firstCode: number;
}
interface Plan {
  readonly kind: Uint8Array;
  readonly parts: readonly Part[];
}

const quoted = (name: string): Uint8Array => bytesOf(JSON.stringify(name));
const keyOf = (name: string): Uint8Array => bytesOf(`,${JSON.stringify(name)}:`);

function partOf(name: string, field: Field): Part {
  const { in: storage, optional, hex, names, unit, firstCode, family, range } = field;
  const [least, most] = family === null ? range : [0, Number.MAX_SAFE_INTEGER];
  const isVirt = storage === "virt";
  const plain = hex ? (isVirt ? VIRT : HEX) : NUMBER;
  const ofSubject = hex ? SUBJECT_HEX : SUBJECT;
  return {
    key: keyOf(name),
    at: column[storage as Column],
    form: names !== null ? NAME : family !== null ? ofSubject : plain,
    optional,
    least,
    most: Math.min(most, Number.MAX_SAFE_INTEGER),
    family: family === null ? -1 : families.indexOf(family),
    names: (names ?? []).map(quoted),
    unit,
    firstCode,
  };
}

/** By kind; null for those that say something outside their row. */
const plans = new Map<string, Plan | null>(
  kindNames.map((kind, code) => [
    kind,
    canHaveTexts[code]
      ? null
      : {
          kind: bytesOf(`,"kind":"${kind}"`),
          parts: Object.entries(declarationOf(kind).fields).map(([name, field]) =>
            partOf(name, field),
          ),
        },
  ]),
);

const SEQ = bytesOf('{"seq":');
const [OP, ACTOR, PLACE, CAUSE, TIME] = ["op", "actor", "place", "cause", "at"].map(keyOf) as [
  ...[Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array],
];
const HALF = 2 ** 32;
const [QUOTE, END] = [bytesOf('"'), bytesOf("}\n")];

/** Writes the lines of one trace. */
export class RowLines {
  readonly #text: TextBytes;
  readonly #plans: readonly (Plan | null)[];
  readonly #actors: readonly Uint8Array[];
  readonly #places: readonly Uint8Array[];
  readonly #virtLow: number;
  readonly #virtHigh: number;

  constructor(
    text: TextBytes,
    names: {
      readonly kinds: readonly string[];
      readonly actors: readonly string[];
      readonly places: readonly string[];
    },
    virtBase: bigint,
  ) {
    this.#text = text;
    this.#plans = names.kinds.map((kind) => plans.get(kind) ?? null);
    this.#actors = names.actors.map(quoted);
    this.#places = names.places.map(quoted);
    this.#virtLow = Number(virtBase & 0xffffffffn);
    this.#virtHigh = Number(virtBase >> 32n);
  }

  /**
   * Writes a row's line; false, and nothing is written, for one that is left to others. Hot: once an event of an export,
   * some 0.3 us (bench: formats).
   */
  add(row: Row): boolean {
    const text = this.#text;
    const start = text.length;
    if (this.#write(row)) return true;
    text.length = start;
    return false;
  }

  #write(row: Row): boolean {
    const plan = this.#plans[row[column.kind]!];
    if (plan == null || row.length !== columns.length) return false;
    for (let i = 0; i < row.length; i++)
      if (row[i] !== null && !Number.isSafeInteger(row[i])) return false;
    const text = this.#text;
    const seq = row[column.seq]!;
    text.bytes(SEQ);
    text.number(seq);
    const op = row[column.op]!;
    if (op !== null) {
      if (op < 0) return false;
      text.bytes(OP);
      text.number(op);
    }
    text.bytes(plan.kind);
    const actor = this.#actors[row[column.actor]!];
    if (actor === undefined) return false;
    text.bytes(ACTOR);
    text.bytes(actor);
    const place = row[column.place]!;
    if (place !== null) {
      const name = this.#places[place];
      if (name === undefined) return false;
      text.bytes(PLACE);
      text.bytes(name);
    }
    const cause = row[column.cause]!;
    if (cause !== null) {
      if (cause < 0 || cause >= seq) return false;
      text.bytes(CAUSE);
      text.number(cause);
    }
    const time = row[column.at]!;
    if (time !== null) {
      text.bytes(TIME);
      text.number(time);
    }
    const { parts } = plan;
    for (let i = 0; i < parts.length; i++) if (!this.#part(parts[i]!, row)) return false;
    text.bytes(END);
    return true;
  }

  #part(part: Part, row: Row): boolean {
    const value = row[part.at]!;
    if (value === null) return part.optional;
    if (value < part.least || value > part.most) return false;
    const { form } = part;
    if (form === NAME) return this.#name(part, value);
    const text = this.#text;
    text.bytes(part.key);
    if (form === NUMBER) {
      text.number(value);
      return true;
    }
    if (form === SUBJECT || form === SUBJECT_HEX) {
      const number = Math.floor(value / SUBJECT_FAMILIES);
      if (value - number * SUBJECT_FAMILIES !== part.family) return false;
      if (form === SUBJECT) {
        text.number(number);
        return true;
      }
      // From there on it is the row's bus address.
      if (number >= FAR_HANDLE) return false;
      this.#hex(number);
      return true;
    }
    if (form === VIRT) return this.#virt(value);
    this.#hex(value);
    return true;
  }

  #name({ key, names, unit, firstCode }: Part, value: number): boolean {
    const code = Math.floor(value / unit) - firstCode;
    if (code < 0) return true;
    const name = names[unit === 1 ? code % SECOND : code];
    if (name === undefined) return false;
    this.#text.bytes(key);
    this.#text.bytes(name);
    return true;
  }

  #hex(value: number): void {
    this.#text.bytes(QUOTE);
    this.#text.hex(value);
    this.#text.bytes(QUOTE);
  }

  /** False for a sum of more than 64 bits. */
  #virt(value: number): boolean {
    const high = Math.floor(value / HALF);
    const low = value - high * HALF + this.#virtLow;
    const sum = high + this.#virtHigh + (low >= HALF ? 1 : 0);
    if (sum >= HALF) return false;
    this.#text.bytes(QUOTE);
    this.#text.hexHalves(sum, low % HALF);
    this.#text.bytes(QUOTE);
    return true;
  }
}
