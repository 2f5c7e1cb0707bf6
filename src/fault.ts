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

/** "unknown platform 'xn', did you mean 'xen'? known: a, b" - the message for a name that is in no list. */
export function unknownName(what: string, name: string, known: readonly string[]): UserError {
  const near = nearest(name, known);
  const meant = near === undefined ? "" : `, did you mean '${near}'`;
  const names = known.length === 0 ? "there is none" : `known: ${known.join(", ")}`;
  return new UserError(`unknown ${what} '${name}'${meant}; ${names}`);
}

/** The known name that is meant, so it seems: one letter in four may be another. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const near = closest(name, known);
  return distance(name, near) <= Math.max(1, near.length / 4) ? near : undefined;
}
