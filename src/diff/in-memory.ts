// in-memory.ts - a trace that lies in memory, as far as a comparison asks: a run that is made only to be compared.

import { encodeRow, FunctionNames, ROW_WIDTH, type Row, textsOf } from "../event/row.ts";
import type { About, OpRow } from "../event/trace.ts";
import { actors, kindNames, type Recorded } from "../event/vocabulary.ts";
import type { Trace } from "../replay/trace.ts";

/** What a comparison needs of a trace. */
export type Compared = Pick<
  Trace,
  | "about"
  | "count"
  | "torn"
  | "digest"
  | "sources"
  | "events"
  | "event"
  | "ops"
  | "names"
  | "rows"
  | "judged"
>;

export function inMemory(about: About, events: readonly Recorded[]): Compared {
  const places = new FunctionNames();
  return {
    about,
    count: events.length,
    torn: false,
    digest: null,
    judged: null,
    sources: [],
    events: (from = 1, to = Number.POSITIVE_INFINITY) => events.slice(from - 1, to),
    event: (seq) => events[seq - 1],
    ops: () => opsOf(events),
    names: { kinds: kindNames, actors, places: places.names },
    *rows(from, to, kinds) {
      const some = events
        .slice(from - 1, to)
        .filter(({ event }) => kinds === undefined || kinds.includes(event.kind));
      yield {
        rows: some.map((recorded) => rowOf(recorded, places)),
        notes: some.flatMap(({ seq, event }): [number, string][] => {
          const { note } = textsOf(event);
          return note === undefined ? [] : [[seq, note]];
        }),
      };
    },
  };
}

function rowOf({ seq, op, event }: Recorded, places: FunctionNames): Row {
  const row: Row = Array<null>(ROW_WIDTH).fill(null);
  encodeRow(row, 0, seq, op, event, places);
  return row;
}

function opsOf(events: readonly Recorded[]): OpRow[] {
  const rows: OpRow[] = [];
  for (const { seq, op, event } of events) {
    if (event.kind === "op.began") {
      const { name, arguments: args } = event;
      rows.push({
        op,
        name,
        arguments: args,
        result: null,
        first: seq,
        last: null,
        signature: null,
      });
    }
    if (event.kind === "op.ended") rows.push({ ...rows.pop()!, result: event.result, last: seq });
  }
  return rows;
}
