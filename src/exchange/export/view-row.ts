// view-row.ts - a row of the public view `events`, worked out from the stored row without asking SQLite for the view.
//
// The view joins six tables and writes each address as text for every row: 6 us. Names, subjects and verdicts
// are looked up here instead, and each format writes numbers in its own way.

import { registerIndex } from "../../address.ts";
import { at, type Column, FAR_HANDLE, SUBJECT_FAMILIES } from "../../event/field.ts";
import { registerName } from "../../event/register.ts";
import { busIn, type Row } from "../../event/row.ts";
import { type Addresses, type Verdict, verdictBy } from "../../event/verdict.ts";
import { damagedEvent, UserError } from "../../fault.ts";
import type { TraceReader } from "../../store/read.ts";
import type { Wanted } from "./format.ts";

/** The view's columns in their order. */
export const viewColumns = [
  "seq",
  "op",
  "kind",
  "actor",
  "place",
  "at",
  "cause",
  "what",
  "subject",
  "virt",
  "phys",
  "machine",
  "bus",
  "reached",
  "size",
  "value",
  "high",
  "text",
  "verdict",
] as const;

const NAMES_OF_VALUES = "SELECT kind, unit, code, name FROM name ORDER BY kind, unit, code";
const FAMILIES = "SELECT code, name FROM family";

/** What the view shows beside the stored numbers. */
export class ViewRow {
  readonly kinds: readonly string[];
  readonly actors: readonly string[];
  readonly places: readonly string[];
  readonly #trace: TraceReader;
  readonly #families = new Map<number, string>();
  /** By kind: the names that parts of its `value` stand for. */
  readonly #valueNames = new Map<number, { unit: number; code: number; name: string }[]>();
  readonly #what = new Map<number, string | null>();

  constructor(trace: TraceReader) {
    this.#trace = trace;
    ({ kinds: this.kinds, actors: this.actors, places: this.places } = trace.names);
    for (const [code, name] of trace.query(FAMILIES).rows)
      this.#families.set(Number(code), String(name));
    for (const [kind, unit, code, name] of trace.query(NAMES_OF_VALUES).rows) {
      const names = this.#valueNames.get(Number(kind)) ?? [];
      names.push({ unit: Number(unit), code: Number(code), name: String(name) });
      this.#valueNames.set(Number(kind), names);
    }
  }

  /** One number for all that `what` depends on; null where the kind's value has no names. */
  whatKey(row: Row): number | null {
    const value = row[at.value]!;
    const kind = row[at.kind]!;
    if (value === null || value < 0 || !this.#valueNames.has(kind)) return null;
    return kind * NAMED + (value % NAMED);
  }

  what(key: number): string | null {
    let known = this.#what.get(key);
    if (known === undefined) {
      const value = key % NAMED;
      const names = this.#valueNames
        .get(Math.floor(key / NAMED))!
        .filter(({ unit, code }) => code === (Math.floor(value / unit) % 256) * unit);
      known = names.length === 0 ? null : names.map(({ name }) => name).join(" ");
      this.#what.set(key, known);
    }
    return known;
  }

  /** The name of a family by its code; undefined where the trace does not name it. */
  family(code: number): string | undefined {
    return this.#families.get(code);
  }

  /** Whether the trace names the family. */
  isSubject(code: number): boolean {
    return this.#families.has(code % SUBJECT_FAMILIES);
  }

  /** Whether a code stands for more than one handle. */
  isFarHandle(code: number): boolean {
    return (
      code >= FAR_HANDLE * SUBJECT_FAMILIES && this.#families.get(code % SUBJECT_FAMILIES) === "dma"
    );
  }

  /** As the view writes it: gatt[0x42], op:5, register[0000:00:00.0+0xb8]; null where there is none. */
  subject(row: Row): string | null {
    const code = row[at.subject]!;
    return code === null ? null : this.subjectOf(code, busIn(row));
  }

  /** The subject of a row by its code, and the row's bus address. */
  subjectOf(code: number, bus: number | bigint | null): string | null {
    const number = Math.floor(code / SUBJECT_FAMILIES);
    const family = this.#families.get(code - number * SUBJECT_FAMILIES);
    if (family === undefined) return null;
    if (family === "op") return `op:${number}`;
    if (family === "dma" && number >= FAR_HANDLE && bus !== null) return `dma[${hexadecimal(bus)}]`;
    return `${family}[${family === "register" ? registerName(registerIndex(number)) : hexadecimal(number)}]`;
  }

  verdict(row: Row): Verdict | null {
    if (row[at.bus] === null) return null;
    return verdictBy(this.#addressesOf(row), row[at.cause]!, (seq) => {
      for (const { rows } of this.#trace.rows(seq, seq))
        for (const cause of rows) return this.#addressesOf(cause);
      return null;
    });
  }

  #addressesOf(row: Row): Addresses {
    return {
      kind: this.kinds[row[at.kind]!]!,
      virt: row[at.virt]!,
      phys: row[at.phys]!,
      machine: row[at.machine]!,
      bus: row[at.bus]!,
      reached: row[at.reached]!,
    };
  }
}

/** Codes of named parts stand in the two low bytes of a value. */
const NAMED = 65536;

/** Two's complement below zero, as SQLite prints it. */
export const hexadecimal = (number: number | bigint): string =>
  `0x${number < 0 ? BigInt.asUintN(64, BigInt(number)).toString(16) : number.toString(16)}`;

/** Adds a base of 64 bits to numbers without making an object of each. */
export class Based {
  readonly #low: number;
  readonly #high: number;
  low = 0;
  high = 0;

  constructor(base: bigint) {
    this.#low = Number(base & 0xffffffffn);
    this.#high = Number(base >> 32n);
  }

  /** Puts the sum's halves into `low` and `high`. */
  add(number: number): void {
    const high = Math.floor(number / 2 ** 32);
    const low = number - high * 2 ** 32 + this.#low;
    this.low = low >>> 0;
    this.high = (high + this.#high + (low >= 2 ** 32 ? 1 : 0)) >>> 0;
  }
}

/** Takes each wanted row between two moments, with the words that belong to it. */
export function eachRow(
  trace: TraceReader,
  from: number,
  to: number,
  wanted: Wanted | null,
  take: (row: Row, text: string | null) => void,
): void {
  if (wanted !== null) {
    for (const { row, texts, recorded } of trace.eventsWithRows(from, to))
      if (wanted(trace, recorded)) take(row, texts.note ?? null);
    return;
  }
  for (const { rows, notes } of trace.rows(from, to)) {
    const texts = notes.length === 0 ? null : new Map(notes);
    for (const row of rows) take(row, texts?.get(row[at.seq]!) ?? null);
  }
}

/** What a number of the file can be: others were not written by gartrace. */
export function exact(row: Row, column: Column, value: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw new UserError(
    `event #${row[at.seq]}, column ${column}: ${value} is no number that gartrace stores; the file was changed`,
  );
}

/** The code of a name in a row; null where there is none. */
export function listed(
  row: Row,
  column: "kind" | "actor" | "place",
  names: readonly unknown[],
): number | null {
  const code = row[at[column]]!;
  if (code === null || names[code] !== undefined) return code;
  throw damagedEvent(row[at.seq]!, column, `${code} is there, and not one that the trace lists`);
}
