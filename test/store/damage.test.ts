// damage.test.ts - whatever cell of whatever table is changed, the trace is refused, or verify tells it.

import { copyFileSync } from "node:fs";
import Sqlite from "better-sqlite3";
import { beforeAll, expect, test } from "vitest";
import { UserError } from "../../src/fault.ts";
import { prove } from "../../src/library/prove.ts";
import { recordTo, scenarioSetup } from "../../src/library/recording.ts";
import { TraceReader } from "../../src/store/read.ts";
import { freshPath } from "./sample.ts";

const sound = freshPath("sound.gart");
beforeAll(async () => {
  await recordTo(sound, scenarioSetup("stale-gart-tlb", false), false);
});

/** What is told of a trace by all that is looked at; null where it is called sound. */
function toldOf(path: string): string | null {
  let trace: TraceReader | undefined;
  try {
    trace = TraceReader.open(path);
    if (trace.torn) return "torn";
    const { file, digest, signatures, keyframes, judgement } = prove(trace, () => {});
    if (file.length > 0) return file[0]!;
    if (digest === false) return "digest";
    if (signatures.wrong !== null) return "ops";
    if (keyframes !== null && keyframes.wrong !== null) return "keyframes";
    return judgement?.same === false ? "judgement" : null;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message;
  } finally {
    trace?.close();
  }
}

/** Each column of each table. */
function cells(): [table: string, column: string][] {
  const database = new Sqlite(sound, { readonly: true });
  const all = database
    .prepare<[], [string, string]>(
      "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c " +
        "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'",
    )
    .raw()
    .all();
  database.close();
  return all;
}

const NEW_VALUES = [
  "iif(typeof(X) = 'integer', X + 1, iif(typeof(X) = 'text', X || '1', x'00'))",
  "iif(typeof(X) = 'integer', X - 9007199254740991, iif(typeof(X) = 'text', '{', x''))",
  "NULL",
];

test("a sound trace is called sound", () => {
  expect(toldOf(sound)).toBeNull();
});

test("one cell that is another is told, in whatever table and column", () => {
  const silent: string[] = [];
  const path = freshPath();
  for (const [table, column] of cells())
    for (const value of NEW_VALUES) {
      copyFileSync(sound, path);
      const database = new Sqlite(path);
      const name = `"${column}"`;
      const key = { checksum: "part", posting: "subject" }[table] ?? "rowid";
      const change =
        `UPDATE "${table}" SET ${name} = ${value.replaceAll("X", name)} ` +
        `WHERE ${key} = (SELECT max(${key}) FROM "${table}")`;
      let changed = 0;
      try {
        const before = database.prepare(`SELECT ${name} FROM "${table}" ORDER BY ${key}`).raw();
        const was = JSON.stringify(before.all());
        database.unsafeMode(true).exec(change);
        changed = was === JSON.stringify(before.all()) ? 0 : 1;
      } catch (error) {
        // What SQLite itself refuses, nobody can have done by SQL.
        if (!(error instanceof Sqlite.SqliteError)) throw error;
      } finally {
        database.close();
      }
      if (changed === 1 && toldOf(path) === null) silent.push(change);
    }
  expect(silent).toEqual([]);
});
