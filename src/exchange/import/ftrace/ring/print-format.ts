// print-format.ts - an event's print format followed: `"dir=%s size=%zu", __get_str(device), REC->size`.

import { Expressions } from "./expression.ts";
import { dumped } from "./field-dump.ts";
import type { Field, RecordBytes } from "./fields.ts";
import { formatted, type Printed } from "./printf.ts";
import { Unfollowed, type Value } from "./value.ts";

export interface Printer {
  /** The text of a record as the kernel would print it; where its print format cannot be followed, field by field. */
  readonly print: (record: RecordBytes) => string;
  /** What of that is more than numbers, a function by its address; null where that cannot be told. */
  readonly words: (record: RecordBytes) => string | null;
}

/** Prints as the format says; field by field where it calls what only its kernel knows. */
export function printerOf(
  format: string,
  fields: ReadonlyMap<string, Field>,
  word: number,
): Printer {
  const whole = followed(format, fields, word);
  const tried = (part: keyof Printed, record: RecordBytes): string | null => {
    try {
      return whole?.[part](record) ?? null;
    } catch (error) {
      if (!(error instanceof Unfollowed)) throw error;
      return null;
    }
  };
  return {
    print: (record) => tried("text", record) ?? dumped(fields, record),
    words: (record) => tried("words", record),
  };
}

function followed(
  format: string,
  fields: ReadonlyMap<string, Field>,
  word: number,
): Printed | null {
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
