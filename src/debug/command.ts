// command.ts - what a command of the debugger is, and how a typed word finds one.

import { nearest, UserError } from "../fault.ts";
import type { Desk } from "./desk.ts";

export interface Command {
  readonly name: string;
  /** Short forms that win over any prefix. */
  readonly short?: readonly string[];
  /** How it is written: "break WHERE [if CONDITION]". */
  readonly usage: string;
  /** One line on what it does. */
  readonly says: string;
  /** Whatever else there is to say. */
  readonly more?: string;
  /** Whether an empty line after it does it again. */
  readonly repeats?: boolean;
  /** Words that can follow it. */
  readonly words?: (desk: Desk) => readonly string[];
  /** Gives what is to be printed; a UserError where the argument is wrong. */
  readonly run: (desk: Desk, argument: string) => string | Promise<string>;
}

/** The command that a word means: its name, a short form, or a prefix that no other name has. */
export function commandCalled(commands: readonly Command[], word: string): Command {
  const exact = commands.find(({ name, short }) => name === word || short?.includes(word));
  if (exact !== undefined) return exact;
  const begun = commands.filter(({ name }) => name.startsWith(word));
  if (begun.length === 1) return begun[0]!;
  if (begun.length > 1)
    throw new UserError(
      `'${word}' can be ${begun.map(({ name }) => name).join(", ")}; write more of it`,
    );
  const near = nearest(
    word,
    commands.map(({ name }) => name),
  );
  const meant = near === undefined ? "" : `, did you mean '${near}'`;
  throw new UserError(`unknown command '${word}'${meant}; 'help' lists them`);
}

/** A whole number from 1 up; `otherwise` where nothing is given. */
export function countIn(argument: string, otherwise: number): number {
  if (argument === "") return otherwise;
  if (/^[1-9]\d{0,15}$/.test(argument)) return Number(argument);
  throw new UserError(`'${argument}' is no number from 1 up`);
}
