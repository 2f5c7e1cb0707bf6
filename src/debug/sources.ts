// sources.ts - the event log as a debug adapter shows it: virtual sources, one line an event.
//
// A source is an op, or a stretch between two ops; a long one is cut into pieces, so that no client is ever
// handed ten million lines. Its reference is the seq of its first event: line and event tell each other.

import type { DebugProtocol } from "@vscode/debugprotocol";
import type { TimeTravel } from "../replay/travel.ts";
import { tracedLine } from "../report/event-text.ts";

/** Lines of a source: what an editor opens at once. */
const LONGEST = 8192;
/** Sources listed around where one stands. */
const LISTED = 200;

/** A stretch of events, both included. */
interface Piece {
  readonly name: string;
  readonly first: number;
  readonly last: number;
}

export class Sources {
  readonly #travel: TimeTravel;

  constructor(travel: TimeTravel) {
    this.#travel = travel;
  }

  /** The source that an event is a line of, and which line. */
  at(seq: number): { readonly source: DebugProtocol.Source; readonly line: number } {
    const piece = this.#pieceAt(seq);
    return { source: sourceOf(piece), line: seq - piece.first + 1 };
  }

  /** The event at a line of a source; null where it has no such line. */
  eventAt(reference: number, line: number): number | null {
    const { first, last } = this.#pieceAt(reference);
    const seq = reference + line - 1;
    return reference === first && line >= 1 && seq <= last ? seq : null;
  }

  /** The lines of a source. */
  text(reference: number): string {
    const { trace } = this.#travel;
    const { last } = this.#pieceAt(reference);
    return [...trace.events(reference, last)]
      .map((recorded) => tracedLine(trace, recorded))
      .map((line) => line.replaceAll("\n", " "))
      .join("\n");
  }

  /** The sources around an op: those that a person may want to open next. */
  around(op: number): DebugProtocol.Source[] {
    const { trace } = this.#travel;
    const from = Math.max(0, op - LISTED / 2);
    const found: DebugProtocol.Source[] = [];
    for (let number = from; number < from + LISTED; number++) {
      const row = trace.op(number);
      if (row !== undefined) found.push(sourceOf(this.#pieceAt(row.first)));
    }
    return found;
  }

  #pieceAt(seq: number): Piece {
    const { trace } = this.#travel;
    const op = trace.event(seq)?.op ?? -1;
    const row = op < 0 ? undefined : trace.op(op);
    if (row !== undefined)
      return cut(`op ${op} ${row.name}`, row.first, row.last ?? trace.count, seq);
    const [ended, begins] = [
      this.#travel.previous({ kinds: ["op.ended"] }, seq),
      this.#travel.next({ kinds: ["op.began"] }, seq),
    ];
    return cut("outside any op", (ended?.seq ?? 0) + 1, (begins?.seq ?? trace.count + 1) - 1, seq);
  }
}

function cut(name: string, from: number, to: number, seq: number): Piece {
  const first = seq - ((seq - from) % LONGEST);
  const last = Math.min(first + LONGEST - 1, to);
  return { name: to - from < LONGEST ? name : `${name}, #${first} to #${last}`, first, last };
}

const sourceOf = ({ name, first }: Piece): DebugProtocol.Source => ({
  name: name.startsWith("op") ? name : `${name}, #${first}`,
  sourceReference: first,
  origin: "gartrace",
});
