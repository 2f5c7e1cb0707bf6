// fault.ts - the caller's mistakes and ours; the machine's own faults are events, not exceptions.

import { closest, distance } from "fastest-levenshtein";

/** A wrong file, option or input: the message says what is wrong, where, and what to do next. */
export class UserError extends Error {
  override readonly name = "UserError";
}

/** Holds an invariant of this program; a failure is a bug of ours and stops it. */
export function assert(holds: boolean, message: () => string): asserts holds {
  if (!holds) throw new Error(`invariant broken: ${message()}`);
}

/** "unknown platform 'xn'; did you mean xen? known: a, b" - the message for a name that is in no list. */
export function unknownName(what: string, name: string, known: readonly string[]): UserError {
  const meant = closest(name, known);
  // A slip of the keyboard changes a letter or two; a name further off was meant otherwise.
  const near = distance(name, meant) <= Math.max(1, name.length / 4);
  const guess = near ? ` did you mean ${meant}?` : "";
  return new UserError(`unknown ${what} '${name}';${guess} known: ${known.join(", ")}`);
}
