// value.ts - what an expression of a print format is worth: a number, a text or the bytes of an array.

import type { Whole } from "./bytes.ts";
import { type Field, numberOf, type RecordBytes, stretchOf, textAt } from "./fields.ts";

/** The bytes of an array. */
export interface Span {
  readonly bytes: Buffer;
  readonly at: number;
  readonly length: number;
}
export type Value = Whole | string | Span;
export type Evaluated = (record: RecordBytes) => Value;

/** A print format that calls what only its kernel knows. */
export class Unfollowed extends Error {
  override readonly name = "Unfollowed";
}

/** What a call reads its arguments with. */
export interface Arguments {
  readonly fields: ReadonlyMap<string, Field>;
  take(token: string): boolean;
  need(token: string): void;
  nameOf(): string;
  string(): string;
  ternary(): Evaluated;
  constant(): Value | null;
}

export const scalarOf =
  (field: Field): Evaluated =>
  (record) => {
    const value = numberOf(field, record);
    if (value === null) throw new Unfollowed(`no ${field.name}`);
    return value;
  };

/** A field of characters is text, of anything else its bytes. */
export function arrayOf(field: Field): Evaluated {
  const isText = /\bchar\b/.test(field.type) && !/unsigned/.test(field.type);
  return (record) => {
    const stretch = stretchOf(field, record);
    if (stretch === null) throw new Unfollowed(`no ${field.name}`);
    return isText ? textAt(record.bytes, stretch) : { bytes: record.bytes, ...stretch };
  };
}

export const isSpan = (value: Value): value is Span => typeof value === "object";

export function whole(value: Value): Whole {
  if (typeof value === "number" || typeof value === "bigint") return value;
  throw new Unfollowed("a number that is none");
}
