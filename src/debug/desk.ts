// desk.ts - what the commands of the debugger work with, and how they say where one has got to.

import { eventLine } from "../report/event-text.ts";
import { subjectNow } from "../report/subject-text.ts";
import type { Command } from "./command.ts";
import { fieldNames } from "./condition.ts";
import { evaluate, fieldsOf, isComparison, subjectAndMoment } from "./evaluate.ts";
import type { Other } from "./other.ts";
import type { Arrival, Session } from "./session.ts";
import type { Stop } from "./stops.ts";

/** Something told again wherever one stops. */
export interface Display {
  readonly number: number;
  readonly text: string;
}

export class Desk {
  readonly session: Session;
  /** The trace's file, for what is written into it. */
  readonly path: string;
  /** The other trace, where there are two. */
  readonly other: Other | null;
  /** All there are, for whoever tells of them. */
  readonly commands: readonly Command[];
  readonly displays: Display[] = [];
  /** Lines to a page; 0 for no pages. */
  pages = 0;
  /** The last event that `list` printed. */
  listed: number | null = null;
  isOver = false;
  #interrupt = new AbortController();

  constructor(session: Session, path: string, other: Other | null, commands: readonly Command[]) {
    this.session = session;
    this.path = path;
    this.other = other;
    this.commands = commands;
  }

  /** What ends the search under way. */
  get signal(): AbortSignal {
    return this.#interrupt.signal;
  }

  /** Ends the search under way, where there is one. */
  interrupt(): void {
    this.#interrupt.abort();
  }

  /** What was interrupted is over: the next search is not. */
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
    const { here, travel, trace } = this.session;
    if (here === undefined) return "#0: nothing has happened yet";
    return eventLine(here, travel.verdict(here), trace.about);
  }

  /** An expression and its value; what the event here has no field for is a dash. */
  displayed({ number, text }: Display): string {
    const { here, travel } = this.session;
    if (!fieldNames.has(text) && !isComparison(text)) {
      const [subject, moment] = subjectAndMoment(this.session, text);
      return `${number}: ${subjectNow(travel, subject, travel.stateAt(moment))}`;
    }
    if (here === undefined) return `${number}: ${text} = -`;
    const fields = fieldsOf(this.session, here);
    const value = isComparison(text)
      ? evaluate(this.session, text)
      : (fields.find(([name]) => name === text)?.[1] ?? "-");
    return `${number}: ${text} = ${value}`;
  }

  #whyHere(by: Arrival["by"], stop: Stop | null): string[] {
    const { moment, trace } = this.session;
    if (by === "arrived") return [];
    if (by === "stop") return [stopText(stop!)];
    if (by === "interrupted") return [`interrupted; got as far as #${moment}`];
    if (moment === 0) return ["the beginning of the trace: nothing has happened yet"];
    return [trace.torn ? "the end of the trace, which is torn" : "the end of the trace"];
  }
}

const kindsOfStop: { readonly [A in Stop["target"]["at"]]: string } = {
  event: "breakpoint",
  filter: "breakpoint",
  change: "watchpoint",
  read: "read watchpoint",
  access: "access watchpoint",
};

/** "watchpoint 2, gatt[0x42] if verdict == stale" */
export function stopText({ number, text, target, condition }: Stop): string {
  const suffix = condition === null ? "" : ` if ${condition.text}`;
  return `${kindsOfStop[target.at]} ${number}, ${text}${suffix}`;
}
