// export.ts - a trace in a format that other programs read.

import type { ExportFormat, Piece } from "../exchange/export/format.ts";
import { exportFormats } from "../exchange/export/index.ts";
import { UserError, unknownName } from "../fault.ts";
import { piecesOf } from "./export-pieces.ts";
import { assertOther } from "./make-trace.ts";
import { readerOf, type Trace } from "./trace.ts";
import type { Where } from "./where.ts";
import { type Chunk, writeWhole } from "./whole-file.ts";

/** The formats by name, and whether a file of each is bytes that are no text. */
export const exportNames: readonly {
  /** As `exported` and `exportTrace` take it. */
  readonly name: string;
  /** Whether it is bytes that are no text. */
  readonly binary: boolean;
}[] = exportFormats.map(({ name, binary }) => ({ name, binary }));

/**
 * A file of a format, in order and in chunks of some size; `chrome` holds two traces. Its parts are made by as many
 * threads as there are cores.
 */
export function exported(
  format: string,
  traces: readonly Trace[],
  where: Where | null = null,
): AsyncGenerator<Chunk> {
  const found = formatOf(format);
  if (traces.length > found.traces)
    throw new UserError(`a ${format} file holds one trace; export the other to its own`);
  const paths = traces.map(({ path }) => path);
  return inChunks(piecesOf(found, paths, traces.map(readerOf), where));
}

/** Writes such a file; it gets its name when it is whole: half an export looks like one. */
export async function exportTrace(
  path: string,
  format: string,
  traces: readonly Trace[],
  {
    where = null,
    force = false,
  }: {
    /** Only events for which this holds; all by default. */
    readonly where?: Where | null;
    /** Whether to overwrite a file that exists. */
    readonly force?: boolean;
  } = {},
): Promise<void> {
  for (const trace of traces) assertOther(path, trace.path);
  await writeWhole(path, exported(format, traces, where), force);
}

function formatOf(name: string): ExportFormat {
  const format = exportFormats.find((one) => one.name === name);
  if (format !== undefined) return format;
  throw unknownName(
    "format",
    name,
    exportFormats.map((one) => one.name),
  );
}

/** Bytes handed over at once. */
const CHUNK = 1 << 16;

async function* inChunks(pieces: AsyncIterable<Piece>): AsyncGenerator<Piece> {
  let text = "";
  for await (const piece of pieces) {
    if (typeof piece !== "string") {
      if (text !== "") yield text;
      text = "";
      yield piece;
      continue;
    }
    text += piece;
    if (text.length < CHUNK) continue;
    yield text;
    text = "";
  }
  if (text !== "") yield text;
}
