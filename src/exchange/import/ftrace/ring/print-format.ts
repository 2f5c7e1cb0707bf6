// print-format.ts - an event's print format followed: `"dir=%s size=%zu", __get_str(device), REC->size`.

import { Expressions } from "./expression.ts";
import { dumped } from "./field-dump.ts";
import type { Field, RecordBytes } from "./fields.ts";
import { formatted } from "./printf.ts";
import { Unfollowed, type Value } from "./value.ts";

type Printer = (record: RecordBytes) => string;

/** Prints as the format says; field by field where it calls what only its kernel knows. */
export function printerOf(
  format: string,
  fields: ReadonlyMap<string, Field>,
  word: number,
): Printer {
  const whole = followed(format, fields, word);
  return (record) => {
    try {
      if (whole !== null) return whole(record);
    } catch (error) {
      if (!(error instanceof Unfollowed)) throw error;
    }
    return dumped(fields, record);
  };
}

function followed(
  format: string,
  fields: ReadonlyMap<string, Field>,
  word: number,
): Printer | null {
  try {
    const expressions = new Expressions(format, fields, word);
    const text = expressions.string();
    const values: ((record: RecordBytes) => Value)[] = [];
    while (expressions.take(",")) values.push(expressions.ternary());
    expressions.end();
    return formatted(text, values, word);
  } catch (error) {
    if (error instanceof Unfollowed) return null;
    throw error;
  }
}
