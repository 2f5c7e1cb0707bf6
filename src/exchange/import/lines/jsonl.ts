// jsonl.ts - imports gartrace's own lines of JSON, from a file or from a program that still runs.
//
// The events become the trace as they are, with the numbers and ops that the lines give; every line is
// checked by itself, and against those before it.

import { learnNames } from "../../../event/device-name.ts";
import { PageBudget } from "../../../event/page-budget.ts";
import type { About } from "../../../event/trace.ts";
import type { Event } from "../../../event/vocabulary.ts";
import { apply } from "../../../machine/apply.ts";
import type { Sink } from "../../../machine/machine.ts";
import { State } from "../../../machine/state.ts";
import { natureOf } from "../../../replay/replay.ts";
import { JSONL, JSONL_VERSION, jsonlHeader } from "../../jsonl-header.ts";
import type { Open, WholeFormat } from "../join/format.ts";
import { bytesOf } from "../source/checked-machine.ts";
import { LONGEST_JSON, type Source } from "../source/source.ts";
import { Line } from "./line-of-json.ts";

export const jsonl: WholeFormat = {
  name: "jsonl",
  what: "a trace as lines of JSON",
  madeBy: "gartrace export TRACE --format jsonl",
  near: /^\{"/,
  part: "whole",
  recognises: (head) => HEADER.test(head.toString("latin1").split("\n", 1)[0]!),
  read,
};
/** In whatever order and with whatever spaces a program's JSON comes. */
const HEADER = new RegExp(`^\\s*\\{.*"format"\\s*:\\s*"${JSONL}"`);

async function read(source: Source, open: Open): Promise<void> {
  let events: Events | null = null;
  for await (const lines of source.lines(() => true, LONGEST_JSON))
    for (const text of lines) {
      source.line++;
      const line = new Line(text, source);
      if (events === null) {
        const header = headerOf(line);
        events = new Events(await open(header.about), header);
      } else {
        events.take(line);
        source.tally.kept("event");
      }
    }
  if (events === null) throw source.refuse("nothing comes, not even the line that says what it is");
  const missing = events.missing();
  if (missing !== null) throw source.refuse(missing);
}

interface Header {
  readonly about: About;
  /** How many events there must be; null where the header does not say. */
  readonly events: number | null;
}

function headerOf(line: Line): Header {
  const { version, about, events } = line.header(jsonlHeader);
  if (version > JSONL_VERSION)
    throw line.refuse(
      `version ${version} of ${JSONL}'s lines; this gartrace reads up to ${JSONL_VERSION}: update it`,
      ["version"],
    );
  learnNames(about.options.devices);
  return { about, events: events ?? null };
}

/** Follows the numbers of events and ops through the lines. */
class Events {
  readonly #sink: Sink;
  readonly #expected: number | null;
  readonly #virtBase: bigint;
  /** The lines rule, numbers and ops included; the state is kept beside them for the trace's keyframes. */
  readonly #state: State;
  readonly #pages = new PageBudget();
  #last = 0;
  #lastOp = -1;
  readonly #open = new Set<number>();

  constructor(sink: Sink, { about, events }: Header) {
    this.#sink = sink;
    this.#expected = events;
    this.#virtBase = about.virtBase;
    this.#state = new State(natureOf(about));
  }

  take(line: Line): void {
    const { seq, op, event } = line.event(this.#virtBase);
    if (seq !== this.#last + 1)
      throw line.refuse(`event ${seq} stands where ${this.#last + 1} must follow`, ["seq"]);
    if (event.cause != null && event.cause >= seq)
      throw line.refuse(`field 'cause': event ${event.cause} does not come before this one`, [
        "cause",
      ]);
    if (this.#state.nature.physIsMachine && /^p2m\./.test(event.kind))
      throw line.refuse(
        `the platform has no ${event.kind}: its kernel-physical addresses are machine addresses (physIsMachine)`,
        ["kind"],
      );
    const tooLarge = this.#pages.take(bytesOf(event));
    if (tooLarge !== null) throw line.refuse(`field 'size': ${tooLarge}`, ["size"]);
    this.#follow(op, event, line);
    this.#sink.before?.(seq, op, event, this.#state);
    apply(this.#state, event, seq);
    this.#sink.take(seq, op, event, this.#state);
    this.#last = seq;
  }

  /** What the lines lack at their end; null where they are whole. */
  missing(): string | null {
    return this.#expected === null || this.#last === this.#expected
      ? null
      : `the lines end after ${this.#last} of ${this.#expected} events; copy the file again, whole`;
  }

  /** Ops rise in number, begin before they end, and an event belongs to one that has begun. */
  #follow(op: number, event: Event, line: Line): void {
    if (event.kind === "op.began") {
      if (op <= this.#lastOp)
        throw line.refuse(`op ${op} begins after op ${this.#lastOp}; ops must rise in number`, [
          "op",
        ]);
      this.#lastOp = op;
      this.#open.add(op);
    } else if (event.kind === "op.ended") {
      if (!this.#open.delete(op)) throw line.refuse(`op ${op} ends, but is not under way`, ["op"]);
    } else if (op > this.#lastOp) throw line.refuse(`op ${op} has not begun`, ["op"]);
  }
}
