// tell-space.ts - what the bytes of a trace file are spent on.

import { statSync } from "node:fs";
import { counted, inColumns } from "../report/text.ts";
import { type Output, output } from "./output.ts";
import type { Trace } from "./trace.ts";

/** What `gartrace info --space` prints. */
export function tellSpace(trace: Trace): Output {
  const spent = spaceOf(trace);
  return output(
    () => spaceText(spent, trace.count),
    () => spent,
  );
}

/** The bytes of a table or index of a trace file. */
interface Space {
  readonly name: string;
  readonly bytes: number;
}

export interface SpaceOfTrace {
  /** The whole file. */
  readonly bytes: number;
  /** Without the text of kept sources, for each event; null where there is no event. */
  readonly perEvent: number | null;
  /** Largest first. */
  readonly parts: readonly Space[];
}

/** What of a file is no table or index of its own: free pages, and what is still in a log beside it. */
const REST = "free";
/** The lines of sources that were imported. */
const SOURCES = "line";
const PARTS = "SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC, 1";

function spaceOf(trace: Trace): SpaceOfTrace {
  const parts = [...trace.query(PARTS).rows].map(
    ([name, bytes]): Space => ({ name: String(name), bytes: Number(bytes) }),
  );
  const { size: bytes } = statSync(trace.path);
  const rest = bytes - parts.reduce((sum, part) => sum + part.bytes, 0);
  const sources = parts.find(({ name }) => name === SOURCES)?.bytes ?? 0;
  return {
    bytes,
    perEvent: trace.count === 0 ? null : (bytes - sources) / trace.count,
    parts: rest > 0 ? [...parts, { name: REST, bytes: rest }] : parts,
  };
}

/** Parts below this share of the file are told as one. */
const SMALL = 0.02;

function spaceText({ bytes, perEvent, parts }: SpaceOfTrace, events: number): string {
  const large = parts.filter((part) => part.bytes >= bytes * SMALL);
  const others = parts.filter((part) => part.bytes < bytes * SMALL);
  const each = (part: number) => (events === 0 ? "" : (part / events).toFixed(1));
  const row = (name: string, part: number) => [
    name,
    counted(part),
    each(part),
    `${((100 * part) / bytes).toFixed(1)} %`,
  ];
  const sum = others.reduce((total, part) => total + part.bytes, 0);
  const rows = [
    ...large.map((part) => row(part.name, part.bytes)),
    ...(sum === 0 ? [] : [row(`${others.length} others`, sum)]),
    row("all", bytes),
    ...(perEvent === null ? [] : [["without kept sources", "", perEvent.toFixed(1), ""]]),
  ];
  return inColumns(rows, ["", "bytes", "an event", "share"]);
}
