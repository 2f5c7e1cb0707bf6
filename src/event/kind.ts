// kind.ts - how one kind of event is declared: its fields and its text.

import type { Field, FieldValues } from "./field.ts";

type Fields = { readonly [name: string]: Field };

export interface Kind<F extends Fields = Fields> {
  readonly fields: F;
  /** One line for people, without seq, actor and function. */
  readonly text: (event: FieldValues<F>) => string;
}

/** Declares a kind. */
export const kind = <const F extends Fields>(
  fields: F,
  text: (event: FieldValues<F>) => string,
): Kind<F> => ({ fields, text });
