// sources.ts - the files that a trace was imported from: their counts, and the lines that were kept.

import type { Database } from "better-sqlite3";
import type { SourceFile } from "../event/trace.ts";
import { build, prepare, run } from "./schema.ts";

/** A line of a source, as it stood there. */
export interface KeptLine {
  readonly path: string;
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

export function writeSources(database: Database, sources: readonly SourceFile[]): void {
  for (const [code, { path, format, lines, counts }] of sources.entries()) {
    run(database, build.insertInto("source").values({ code, path, format, lines }));
    for (const count of counts)
      run(database, build.insertInto("tally").values({ source: code, ...count }));
  }
}

/** In the order of the import; none for a simulated trace or one of an older format. */
export function readSources(database: Database): readonly SourceFile[] {
  if (!hasSources(database)) return [];
  const files = build
    .selectFrom("source")
    .select(["code", "path", "format", "lines"])
    .orderBy("code");
  const counts = build
    .selectFrom("tally")
    .select(["name", "read", "kept", "skipped", "lost", "why"])
    .where("source", "=", 0)
    .orderBy("read", "desc");
  return prepare(database, files)
    .all()
    .map(({ code, ...file }) => ({ ...file, counts: prepare(database, counts).all(code) }));
}

/** Keeps the lines that events were made of. */
export function lineKeeper(database: Database): (seq: number, line: KeptLine) => void {
  const insert = prepare(
    database,
    build.insertInto("line").values({ seq: 0, path: "", number: 0, text: "" }),
  );
  return (seq, { path, number, text }) => insert.run(seq, path, number, text);
}

const hasSources = (database: Database): boolean =>
  database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'tally'").get() !== undefined;
