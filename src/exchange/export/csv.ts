// csv.ts - the public view `events` as comma-separated values: a line of names, then a line an event.
//
// RFC 4180, lines ending in \n. What is not known is an empty field; an empty text is "". Control characters are
// escaped, and a text that a spreadsheet would take for a formula has an apostrophe before it.

import { at, FAR_HANDLE, SUBJECT_FAMILIES } from "../../event/field.ts";
import { busIn, type Row } from "../../event/row.ts";
import { bytesOf, TextBytes } from "../../event/text-bytes.ts";
import { verdicts } from "../../event/verdict.ts";
import type { TraceReader } from "../../store/read.ts";
import { inLine } from "../../visible.ts";
import { inParts } from "./format.ts";
import { Based, eachRow, hexadecimal, listed, ViewRow, viewColumns } from "./view-row.ts";

export const csv = inParts("csv", false, {
  length: 4096,
  head: () => `${viewColumns.join(",")}\n`,
  maker(trace, wanted) {
    const text = new TextBytes();
    const lines = new Lines(trace, text);
    return (from, to) => {
      eachRow(trace, from, to, wanted, (row, words) => lines.add(row, words));
      return { bytes: text.take(), about: null };
    };
  },
  end: () => "",
});

/** A spreadsheet computes a cell that begins so, with whatever the one who wrote the text put there. */
const FORMULA = /^[=+\-@]/;
const TO_QUOTE = /[",]/;

const word = (text: string): string => {
  const cell = FORMULA.test(text) ? `'${inLine(text)}` : inLine(text);
  return cell === "" || TO_QUOTE.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
};
const bytesOfWord = (text: string): Uint8Array => bytesOf(word(text));
const [COMMA, NEWLINE, BRACKET] = [bytesOf(","), bytesOf("\n"), bytesOf("]")];
const VERDICTS = new Map(verdicts.map((verdict) => [verdict, bytesOf(verdict)]));

/** Writes lines of the rows of one trace. */
class Lines {
  readonly #text: TextBytes;
  readonly #view: ViewRow;
  readonly #virt: Based;
  readonly #kinds: readonly Uint8Array[];
  readonly #actors: readonly Uint8Array[];
  readonly #places: readonly Uint8Array[];
  /** By the code of a family whose subjects are numbers in brackets: what stands before the number. */
  readonly #families: readonly (Uint8Array | null)[];
  /** The names that stand for a value, by all that they depend on. */
  readonly #what = new Map<number, Uint8Array>();

  constructor(trace: TraceReader, text: TextBytes) {
    const view = new ViewRow(trace);
    this.#text = text;
    this.#view = view;
    this.#virt = new Based(trace.about.virtBase);
    this.#kinds = view.kinds.map(bytesOfWord);
    this.#actors = view.actors.map(bytesOfWord);
    this.#places = view.places.map(bytesOfWord);
    this.#families = Array.from({ length: SUBJECT_FAMILIES }, (_, code) => {
      const family = view.family(code);
      const isPlain = family !== undefined && !APART.includes(family);
      return isPlain ? bytesOf(`${family}[`) : null;
    });
  }

  /** Hot: about 0.4 us (bench: formats). */
  add(row: Row, words: string | null): void {
    const text = this.#text;
    const value = row[at.value]!;
    this.#number(row[at.seq]!);
    this.#then(row[at.op]!);
    text.bytes(COMMA);
    this.#name("kind", this.#kinds, row);
    text.bytes(COMMA);
    this.#name("actor", this.#actors, row);
    text.bytes(COMMA);
    this.#name("place", this.#places, row);
    this.#then(row[at.at]!);
    this.#then(row[at.cause]!);
    text.bytes(COMMA);
    this.#names(row);
    text.bytes(COMMA);
    this.#subject(row);
    text.bytes(COMMA);
    this.#virtual(row[at.virt]!);
    this.#thenAddress(row[at.phys]!);
    this.#thenAddress(row[at.machine]!);
    this.#thenAddress(busIn(row));
    this.#thenAddress(row[at.reached]!);
    this.#then(row[at.size]!);
    if (value !== null && value < 0) this.#then(value);
    else this.#thenAddress(value);
    this.#then(row[at.high]!);
    text.bytes(COMMA);
    if (words !== null) text.text(word(words));
    text.bytes(COMMA);
    const verdict = this.#view.verdict(row);
    if (verdict !== null) text.bytes(VERDICTS.get(verdict)!);
    text.bytes(NEWLINE);
  }

  #number(value: number): void {
    if (Number.isSafeInteger(value)) this.#text.number(value);
    // Not of gartrace's writing.
    else this.#text.text(`${value}`);
  }

  #then(value: number | null): void {
    this.#text.bytes(COMMA);
    if (value !== null) this.#number(value);
  }

  #thenAddress(value: number | bigint | null): void {
    this.#text.bytes(COMMA);
    if (value === null) return;
    if (typeof value === "number" && value >= 0 && Number.isSafeInteger(value))
      this.#text.hex(value);
    else this.#text.text(hexadecimal(value));
  }

  #virtual(value: number | null): void {
    if (value === null) return;
    this.#virt.add(value);
    this.#text.hexHalves(this.#virt.high, this.#virt.low);
  }

  #name(column: "kind" | "actor" | "place", names: readonly Uint8Array[], row: Row): void {
    const code = listed(row, column, names);
    if (code !== null) this.#text.bytes(names[code]!);
  }

  #names(row: Row): void {
    const key = this.#view.whatKey(row);
    if (key === null) return;
    let names = this.#what.get(key);
    if (names === undefined) {
      const what = this.#view.what(key);
      names = what === null ? NOTHING : bytesOfWord(what);
      this.#what.set(key, names);
    }
    this.#text.bytes(names);
  }

  #subject(row: Row): void {
    const code = row[at.subject]!;
    if (code === null) return;
    const number = Math.floor(code / SUBJECT_FAMILIES);
    const family = this.#families[code - number * SUBJECT_FAMILIES];
    if (family == null || number >= FAR_HANDLE) {
      const subject = this.#view.subject(row);
      if (subject !== null) this.#text.text(subject);
      return;
    }
    this.#text.bytes(family);
    this.#text.hex(number);
    this.#text.bytes(BRACKET);
  }
}

/** Families whose subjects are written in other ways. */
const APART = ["op", "register"];
const NOTHING = new Uint8Array(0);
