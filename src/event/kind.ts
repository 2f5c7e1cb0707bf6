// kind.ts - how one kind of event is declared: its fields and how it reads aloud.

import type { Field, Said } from "./field.ts";

type Fields = { readonly [name: string]: Field };

export interface Kind<F extends Fields = Fields> {
  readonly fields: F;
  /** One line for people, without seq, actor and place. */
  readonly says: (event: Said<F>) => string;
}

/** Declares a kind. */
export const kind = <const F extends Fields>(
  fields: F,
  says: (event: Said<F>) => string,
): Kind<F> => ({
  fields,
  says,
});
