// format.ts - what a format that traces are exported to is: a name, and the pieces of a file.

import type { Recorded } from "../../event/vocabulary.ts";
import type { TraceReader } from "../../store/read.ts";

export type Piece = string | Uint8Array;

/** Whether an event is to be exported; null for all of them. */
export type Wanted = (trace: TraceReader, recorded: Recorded) => boolean;

export interface ExportFormat {
  readonly name: string;
  /** How many traces a file of it can hold. */
  readonly traces: number;
  /** Whether it is bytes, which a terminal should not get. */
  readonly binary: boolean;
  /** The file piece by piece: memory stays flat however long a trace is. */
  readonly pieces: (traces: readonly TraceReader[], wanted: Wanted | null) => Iterable<Piece>;
  /** How the file is put together from parts; null where each part would have to know those before. */
  readonly parts: Parts | null;
}

/** A file as a head, parts that know nothing of each other, and an end. Threads share the parts out. */
export interface Parts {
  /** Events to a part. */
  readonly length: number;
  readonly head: (trace: TraceReader, wanted: Wanted | null) => Piece;
  /** What makes parts of one trace, one after the other; the same bytes wherever they are made. */
  readonly maker: (trace: TraceReader, wanted: Wanted | null) => MakePart;
  /** The end, from what each part, in order, left to say about itself. */
  readonly end: (trace: TraceReader, about: readonly unknown[]) => Piece;
}

/** Makes what of the events between two moments is wanted. */
export type MakePart = (from: number, to: number) => Part;

export interface Part {
  /** In memory of their own, so that another thread can take it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What the file's end says of it: plain data, which another thread can take. */
  readonly about: unknown;
}

/** The bounds of every part, in order. */
export function* boundsOf({ length }: Parts, { count }: TraceReader): Generator<[number, number]> {
  for (let from = 1; from <= count; from += length)
    yield [from, Math.min(from + length - 1, count)];
}

/** A format of one trace whose file is put together from parts. */
export const inParts = (name: string, binary: boolean, parts: Parts): ExportFormat => ({
  name,
  traces: 1,
  binary,
  *pieces([trace], wanted) {
    yield parts.head(trace!, wanted);
    const about: unknown[] = [];
    const make = parts.maker(trace!, wanted);
    for (const [from, to] of boundsOf(parts, trace!)) {
      const part = make(from, to);
      about.push(part.about);
      yield part.bytes;
    }
    yield parts.end(trace!, about);
  },
  parts,
});
