// jsonl.ts - imports gartrace's own lines of JSON, from a file or from a program that still runs.
//
// The events become the trace as they are, with the numbers and ops that the lines give; every line is
// checked by itself, and against those before it.

import { ZodError } from "zod";
import { learnNames } from "../../../event/device-name.ts";
import { fromJson } from "../../../event/line.ts";
import { PageBudget } from "../../../event/page-budget.ts";
import type { About } from "../../../event/trace.ts";
import type { Event, Recorded } from "../../../event/vocabulary.ts";
import { apply } from "../../../machine/apply.ts";
import type { Sink } from "../../../machine/machine.ts";
import { State } from "../../../machine/state.ts";
import { natureOf } from "../../../replay/replay.ts";
import { JSONL, JSONL_VERSION, jsonlHeader } from "../../jsonl-header.ts";
import type { Open, WholeFormat } from "../join/format.ts";
import { bytesOf } from "../source/checked-machine.ts";
import type { Source } from "../source/source.ts";
import { checked, firstOf, jsonOf, type Refuse } from "../source/text-lines.ts";

export const jsonl: WholeFormat = {
  name: "jsonl",
  what: "a trace as lines of JSON",
  madeBy: "gartrace export TRACE --format jsonl",
  near: /^\{"/,
  part: "whole",
  recognises: (head) => head.toString("latin1", 0, BEGINNING.length) === BEGINNING,
  read,
};
const BEGINNING = `{"format":"${JSONL}"`;

async function read(source: Source, open: Open): Promise<void> {
  const refuse = (complaint: string) => source.refuse(complaint);
  let events: Events | null = null;
  for await (const lines of source.lines())
    for (const text of lines) {
      source.line++;
      const json = jsonOf(text, refuse);
      if (events === null) {
        const header = headerOf(json, refuse);
        events = new Events(await open(header.about), header, refuse);
      } else {
        events.take(json);
        source.tally.kept("event");
      }
    }
  if (events === null) throw refuse("nothing comes, not even the line that says what it is");
  events.end();
}

interface Header {
  readonly about: About;
  /** How many events there must be; null where the header does not say. */
  readonly events: number | null;
}

function headerOf(json: unknown, refuse: Refuse): Header {
  const { version, about, events } = checked(jsonlHeader, json, refuse);
  if (version > JSONL_VERSION)
    throw refuse(
      `version ${version} of ${JSONL}'s lines; this gartrace reads up to ${JSONL_VERSION}: update it`,
    );
  learnNames(about.options.devices);
  return { about, events: events ?? null };
}

/** Follows the numbers of events and ops through the lines. */
class Events {
  readonly #sink: Sink;
  readonly #expected: number | null;
  readonly #refuse: Refuse;
  readonly #virtBase: bigint;
  /** The lines rule, numbers and ops included; the state is kept beside them for the trace's keyframes. */
  readonly #state: State;
  readonly #pages = new PageBudget();
  #last = 0;
  #lastOp = -1;
  readonly #open = new Set<number>();

  constructor(sink: Sink, { about, events }: Header, refuse: Refuse) {
    this.#sink = sink;
    this.#expected = events;
    this.#virtBase = about.virtBase;
    this.#state = new State(natureOf(about));
    this.#refuse = refuse;
  }

  take(json: unknown): void {
    const { seq, op, event } = this.#read(json);
    if (seq !== this.#last + 1)
      throw this.#refuse(`event ${seq} stands where ${this.#last + 1} must follow`);
    if (event.cause != null && event.cause >= seq)
      throw this.#refuse(`field 'cause': event ${event.cause} does not come before this one`);
    const tooLarge = this.#pages.take(bytesOf(event));
    if (tooLarge !== null) throw this.#refuse(`field 'size': ${tooLarge}`);
    this.#follow(op, event);
    this.#sink.before?.(seq, op, event, this.#state);
    apply(this.#state, event, seq);
    this.#sink(seq, op, event, this.#state);
    this.#last = seq;
  }

  end(): void {
    if (this.#expected !== null && this.#last !== this.#expected)
      throw this.#refuse(
        `the lines end after ${this.#last} of ${this.#expected} events; copy the file again, whole`,
      );
  }

  #read(json: unknown): Recorded {
    try {
      return fromJson(json, this.#virtBase);
    } catch (error) {
      throw error instanceof ZodError ? this.#refuse(firstOf(error)) : error;
    }
  }

  /** Ops rise in number, begin before they end, and an event belongs to one that has begun. */
  #follow(op: number, event: Event): void {
    if (event.kind === "op.began") {
      if (op <= this.#lastOp)
        throw this.#refuse(`op ${op} begins after op ${this.#lastOp}; ops must rise in number`);
      this.#lastOp = op;
      this.#open.add(op);
    } else if (event.kind === "op.ended") {
      if (!this.#open.delete(op)) throw this.#refuse(`op ${op} ends, but is not under way`);
    } else if (op > this.#lastOp) throw this.#refuse(`op ${op} has not begun`);
  }
}
