// migrations.test.ts - every format of a trace file has the schema that its migration made when it was shipped.

import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import Sqlite, { type Database } from "better-sqlite3";
import { Kysely, Migrator, SqliteDialect } from "kysely";
import { expect, test } from "vitest";
import { migrations } from "../../migrations/index.ts";
import { migrate } from "../../src/store/create.ts";
import { freshPath } from "./sample.ts";

/** The text of every table, index and view, in the order in which they were made. */
function schemaAfter(database: Database): string {
  const all = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid";
  return database
    .prepare<[], string>(all)
    .pluck()
    .all()
    .map((sql) => `${sql};\n`)
    .join("");
}

const names = Object.keys(migrations);

/** Up to the seventh format a migrator of kysely's kept count in the file. */
const COUNTED = 7;

async function migrated(path: string, last: string): Promise<string> {
  const database = new Sqlite(path);
  const format = names.indexOf(last) + 1;
  if (format <= COUNTED) {
    const { error } = await new Migrator({
      db: new Kysely({ dialect: new SqliteDialect({ database }) }),
      provider: { getMigrations: async () => ({ ...migrations }) },
    }).migrateTo(last);
    expect(error).toBeUndefined();
  } else {
    database.exec("BEGIN");
    await migrate(database, format);
    database.exec("COMMIT");
  }
  const schema = schemaAfter(database);
  database.close();
  return schema;
}

test.each(names)("a new file of the format %s has the schema of that format", async (name) => {
  const schema = await migrated(freshPath(), name);
  await expect(schema).toMatchFileSnapshot(`formats/${name}.sql`);
});

test("a finished trace of the first format gets the schema of the newest, without the index that it had", async () => {
  const path = freshPath();
  writeFileSync(path, gunzipSync(readFileSync("test/store/first-format.gart.gz")));
  const schema = await migrated(path, names.at(-1)!);
  await expect(schema).toMatchFileSnapshot(`formats/${names.at(-1)!}.sql`);
});
