// fault.ts - the caller's mistakes and ours; the machine's own faults are events, not exceptions.

import { closest, distance } from "fastest-levenshtein";
import { inLine } from "./visible.ts";

/** What went wrong, for programs; the message is for people and can change. */
export type ErrorCode =
  | "ERR_INPUT" // an option, a name, a position or a line that is wrong
  | "ERR_NO_FILE" // there is no such file
  | "ERR_FILE_EXISTS" // it is there already, and `force` was not given
  | "ERR_FILE_IN_USE" // another writer has it
  | "ERR_NO_TRACE" // it is something else than a trace
  | "ERR_NEWER" // a newer gartrace wrote it
  | "ERR_DAMAGED" // SQLite cannot read it
  | "ERR_WRITE" // the disk is full or refuses
  | "ERR_CLOSED" // it was closed before
  | "ERR_ABORTED" // the caller's signal
  | "ERR_EVENT_KIND" // no such kind of event
  | "ERR_EVENT_FIELD" // a field is missing, of another type, or there is none of that name
  | "ERR_EVENT_RANGE" // a number that its field cannot hold
  | "ERR_EVENT_CAUSE" // a cause that does not come before the event
  | "ERR_EVENT_SPACE" // a translation that the platform does not have
  | "ERR_EVENT_OP" // an op that has begun or ended already
  | "ERR_SHAPE" // an answer of another version or shape
  | "ERR_NATIVE"; // better-sqlite3 is not built for this Node

/**
 * A wrong file, option or input: the message says what is wrong, where, and what to do next. It is one line, and
 * nothing in it is obeyed by a terminal, whatever text of a file, a name or a log it quotes.
 */
export class UserError extends Error {
  /** That of its class, for programs that do not have the class. */
  override readonly name: string = "UserError";
  /** For programs; it stays what it is. */
  readonly code: ErrorCode;

  constructor(message: string, code: ErrorCode = "ERR_INPUT", options?: ErrorOptions) {
    super(inLine(message), options);
    this.code = code;
  }
}

/** An event that cannot be taken: `seq` is the number that it would have had. */
export class EventError extends UserError {
  override readonly name = "EventError";
  /** The number that the event would have had. */
  readonly seq: number;
  /** The field that is wrong; null where it is the event as a whole. */
  readonly field: string | null;

  constructor(message: string, code: ErrorCode, seq: number, field: string | null) {
    super(message, code);
    this.seq = seq;
    this.field = field;
  }
}

/** The caller's signal ended it; its reason is the `cause`. */
export class AbortedError extends UserError {
  override readonly name = "AbortedError";
  /** The last event that was done; 0 for none. */
  readonly seq: number;

  constructor(message: string, seq = 0, options?: ErrorOptions) {
    super(message, "ERR_ABORTED", options);
    this.seq = seq;
  }
}

/** What a signal's reason becomes: itself where it is one of ours. */
export const abortedBy = (reason: unknown, seq = 0): AbortedError =>
  reason instanceof AbortedError
    ? reason
    : new AbortedError(seq === 0 ? "aborted before it began" : `aborted after event #${seq}`, seq, {
        cause: reason,
      });

/** Why a file cannot be read, as the operating system has it; `what` it was to be read as. */
export function unreadable(path: string, error: unknown, what = ""): UserError {
  const { code, message } = error as NodeJS.ErrnoException;
  const [isGone, isForbidden] = [code === "ENOENT", code === "EACCES" || code === "EPERM"];
  const why = isGone ? "there is no such file" : isForbidden ? "no permission" : message;
  return new UserError(
    `cannot read ${what}${path}: ${why}`,
    isGone || isForbidden ? "ERR_NO_FILE" : "ERR_INPUT",
    { cause: error },
  );
}

/** A trace that says what no gartrace wrote: the message says where, and what the file holds there. */
export class DamagedTrace extends UserError {
  constructor(message: string) {
    super(message, "ERR_DAMAGED");
  }
}

/** "damaged or changed: event #7, column cause: 9 is not before it". */
export const damagedEvent = (seq: number | null, column: string, trouble: string): DamagedTrace =>
  damaged(`event #${seq}, column ${column}`, trouble);

export const damaged = (where: string, trouble: string): DamagedTrace =>
  new DamagedTrace(`damaged or changed: ${where}: ${trouble}; 'gartrace verify' tells more`);

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
