// csv.ts - the public view `events` as comma-separated values: a line of names, then a line an event.
//
// RFC 4180, lines ending in \n. What is not known is an empty field; an empty text is "". A text that a spreadsheet
// would take for a formula has an apostrophe before it.

import { at } from "../../event/field.ts";
import { busIn, type Row } from "../../event/row.ts";
import type { TraceReader } from "../../store/read.ts";
import { inParts } from "./format.ts";
import { Lines } from "./lines.ts";
import { Based, eachRow, hexadecimal, ViewRow, viewColumns } from "./view-row.ts";

export const csv = inParts("csv", false, {
  length: 16384,
  head: () => `${viewColumns.join(",")}\n`,
  part(trace, from, to, wanted) {
    const line = new Line(trace);
    const lines = new Lines();
    eachRow(trace, from, to, wanted, (row, words) => lines.add(line.of(row, words)));
    return { bytes: lines.end(), about: null };
  },
  end: () => "",
});

/** A spreadsheet computes a cell that begins so, with whatever the one who wrote the text put there. */
const FORMULA = /^[=+\-@\t\r]/;
/** Some readers take a carriage return alone for the end of a line. */
const TO_QUOTE = /[",\n\r]/;

const word = (text: string | null | undefined): string => {
  if (text == null) return "";
  if (FORMULA.test(text)) return word(`'${text}`);
  return text === "" || TO_QUOTE.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
const number = (value: number | null): string => (value === null ? "" : `${value}`);
const address = (value: number | bigint | null): string =>
  value === null ? "" : hexadecimal(value);

/** Makes lines of the rows of one trace. */
class Line {
  readonly #view: ViewRow;
  readonly #virt: Based;
  readonly #kinds: readonly string[];
  readonly #actors: readonly string[];
  readonly #places: readonly string[];

  constructor(trace: TraceReader) {
    this.#view = new ViewRow(trace);
    this.#virt = new Based(trace.about.virtBase);
    this.#kinds = this.#view.kinds.map(word);
    this.#actors = this.#view.actors.map(word);
    this.#places = this.#view.places.map(word);
  }

  /** Hot: about 1 us (bench: formats). */
  of(row: Row, text: string | null): string {
    const view = this.#view;
    const named = view.whatKey(row);
    const virt = row[at.virt]!;
    const value = row[at.value]!;
    const [actor, place] = [row[at.actor]!, row[at.place]!];
    return (
      `${row[at.seq]},${number(row[at.op]!)},${this.#kinds[row[at.kind]!]},` +
      `${actor === null ? "" : this.#actors[actor]},${place === null ? "" : this.#places[place]},` +
      `${number(row[at.at]!)},${number(row[at.cause]!)},` +
      `${named === null ? "" : word(view.what(named))},${view.subject(row) ?? ""},` +
      `${virt === null ? "" : this.#virt.hexadecimal(virt)},${address(row[at.phys]!)},` +
      `${address(row[at.machine]!)},${address(busIn(row))},${address(row[at.reached]!)},` +
      `${number(row[at.size]!)},${value === null || value >= 0 ? address(value) : value},` +
      `${number(row[at.high]!)},${word(text)},${view.verdict(row) ?? ""}\n`
    );
  }
}
