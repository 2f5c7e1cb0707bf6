// parquet-schema.ts - the columns of the view `events` in Parquet: one type and one unit each.

import type { SchemaElement } from "hyparquet-writer";
import { viewColumns } from "./view-row.ts";

type ViewColumn = (typeof viewColumns)[number];
interface Typed {
  readonly element: Omit<SchemaElement, "name">;
  readonly unit: string;
}

const number = (unit: string): Typed => ({ element: { type: "INT64" }, unit });
const text = (unit: string): Typed => ({
  element: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  unit,
});
const address = (space: string): Typed => ({
  element: { type: "INT64", converted_type: "UINT_64" },
  unit: `byte address, ${space}`,
});

const types: { readonly [C in ViewColumn]: Typed } = {
  seq: number("event number, from 1 without gaps"),
  op: number("op number"),
  kind: text("noun.past-participle"),
  actor: text("name"),
  place: text("function name"),
  at: number("nanoseconds"),
  cause: number("event number"),
  what: text("names, separated by blanks"),
  subject: text("family[number], the number in hexadecimal"),
  virt: address("kernel linear"),
  phys: address("what the kernel calls physical"),
  machine: address("machine"),
  bus: address("the number handed to hardware"),
  reached: address("machine, where hardware gets to"),
  size: number("bytes"),
  value: number("bits 0 to 51 of a word, a number or a tag"),
  high: number("bits 52 and above of a word, shifted down by 52"),
  text: text("words"),
  verdict: text("name"),
};

/** No row lacks them. */
const required: readonly string[] = ["seq", "kind"];

export const elements: readonly SchemaElement[] = viewColumns.map((name) => ({
  ...types[name].element,
  repetition_type: required.includes(name) ? "REQUIRED" : "OPTIONAL",
  name,
}));

/** What the numbers and words of each column count or are. */
export const units: readonly (readonly [column: string, unit: string])[] = viewColumns.map(
  (name) => [name, types[name].unit],
);
