// command.ts - a command of the debugger, the context that it works in, and how a typed word finds it.

import { nearest, UserError } from "../fault.ts";
import { tracedLine } from "../report/event-text.ts";
import { subjectNow } from "../report/subject-text.ts";
import type { Breakpoint } from "./breakpoint.ts";
import { fieldsNamed } from "./condition.ts";
import { evaluate, fieldText, isComparison, subjectAndMoment } from "./evaluate.ts";
import type { OtherTrace } from "./other-trace.ts";
import type { Arrival, Session } from "./session.ts";

export interface Command {
  readonly name: string;
  /** Short forms that win over any prefix. */
  readonly short?: readonly string[];
  /** How it is written: "break WHERE [if CONDITION]". */
  readonly usage: string;
  /** What it does, in one line. */
  readonly says: string;
  /** The rest of its help. */
  readonly more?: string;
  /** Whether an empty line after it does it again. */
  readonly repeats?: boolean;
  /** Words that can follow it. */
  readonly words?: (context: Context) => readonly string[];
  /** Gives what is to be printed; a UserError where the argument is wrong. */
  readonly run: (context: Context, argument: string) => string | Promise<string>;
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
  const hint = near === undefined ? "" : `, did you mean '${near}'`;
  throw new UserError(`unknown command '${word}'${hint}; 'help' lists them`);
}

/** A whole number from 1 up; `otherwise` for an empty argument. */
export function countIn(argument: string, otherwise: number): number {
  if (argument === "") return otherwise;
  if (/^[1-9]\d{0,15}$/.test(argument)) return Number(argument);
  throw new UserError(`'${argument}' is no number from 1 up`);
}

/** An expression that is printed at every stop. */
export interface Display {
  readonly number: number;
  readonly text: string;
}

export class Context {
  readonly session: Session;
  /** The trace's file, for what is written into it. */
  readonly path: string;
  /** The other trace, where there are two. */
  readonly other: OtherTrace | null;
  /** All commands, for `help`. */
  readonly commands: readonly Command[];
  readonly displays: Display[] = [];
  /** Lines to a page; 0 for no pages. */
  pages = 0;
  /** The last event that `list` printed. */
  listed: number | null = null;
  isOver = false;
  #interrupt = new AbortController();

  constructor(
    session: Session,
    path: string,
    other: OtherTrace | null,
    commands: readonly Command[],
  ) {
    this.session = session;
    this.path = path;
    this.other = other;
    this.commands = commands;
  }

  /** Aborted by Ctrl-C: searches end at their next chunk. */
  get signal(): AbortSignal {
    return this.#interrupt.signal;
  }

  /** Ends the current search, if any. */
  interrupt(): void {
    this.#interrupt.abort();
  }

  /** After an interrupt: the next search gets a signal of its own. */
  goOn(): void {
    if (this.signal.aborted) this.#interrupt = new AbortController();
  }

  /** "run.gart" */
  get name(): string {
    return this.path.slice(this.path.lastIndexOf("/") + 1);
  }

  /** Where a move ended: what stopped it, the event one stands at, and what is on display. */
  arrived({ by, stop }: Arrival): string {
    this.listed = null;
    const { session } = this;
    const why = this.#whyHere(by, stop);
    const shown = this.displays.map((display) => this.displayed(display));
    const line = session.here === undefined && by === "edge" ? [] : [this.where()];
    return [...why, ...line, ...shown].join("\n");
  }

  /** The event at which one stands, as a line. */
  where(): string {
    const { here, trace } = this.session;
    if (here === undefined) return "#0: nothing has happened yet";
    return tracedLine(trace, here);
  }

  /** An expression and its value; what the event here has no field for is a dash. */
  displayed({ number, text }: Display): string {
    const { here, travel } = this.session;
    if (fieldsNamed(text).length === 0 && !isComparison(text)) {
      const [subject, moment] = subjectAndMoment(this.session, text);
      return `${number}: ${subjectNow(travel, subject, travel.stateAt(moment))}`;
    }
    if (here === undefined) return `${number}: ${text} = -`;
    const value = isComparison(text)
      ? evaluate(this.session, text)
      : (fieldText(this.session, here, text) ?? "-");
    return `${number}: ${text} = ${value}`;
  }

  #whyHere(by: Arrival["by"], stop: Breakpoint | null): string[] {
    const { moment, trace } = this.session;
    if (by === "arrived") return [];
    if (by === "stop") return [stopText(stop!)];
    if (by === "interrupted") return [`interrupted; got as far as #${moment}`];
    if (moment === 0) return ["the beginning of the trace: nothing has happened yet"];
    return [trace.torn ? "the end of the trace, which is torn" : "the end of the trace"];
  }
}

const kindsOfStop: { readonly [A in Breakpoint["target"]["at"]]: string } = {
  event: "breakpoint",
  filter: "breakpoint",
  change: "watchpoint",
  read: "read watchpoint",
  access: "access watchpoint",
};

/** "watchpoint 2, gatt[0x42] if verdict == stale" */
export function stopText({ number, text, target, condition }: Breakpoint): string {
  const suffix = condition === null ? "" : ` if ${condition.text}`;
  return `${kindsOfStop[target.at]} ${number}, ${text}${suffix}`;
}
