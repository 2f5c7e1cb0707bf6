// shape.test.ts - the kept fingerprints are those of what the migrations make, and a file with anything else is told.

import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { migrations } from "../../migrations/index.ts";
import { migrate } from "../../src/store/create.ts";
import { wrongView } from "../../src/store/judgement.ts";
import { printOf } from "../../src/store/shape.ts";

const HEAD = `// shapes.ts - the fingerprint of each table and view of each format; test/store/shape.test.ts makes and holds it.

/** By format and then by name: the first digits of the SHA-256 of the statement that makes it. */
export const shapes: { readonly [format: number]: { readonly [name: string]: string } } = {
`;

test("every format has the tables and views that its migrations make", async () => {
  const formats: string[] = [];
  for (let format = 1; format <= Object.keys(migrations).length; format++) {
    const database = new Sqlite(":memory:");
    database.exec("BEGIN");
    await migrate(database, format);
    if (format >= 5) database.exec(wrongView);
    const made = database
      .prepare<[], [string, string]>("SELECT name, sql FROM sqlite_schema WHERE sql NOT NULL")
      .raw()
      .all();
    const lines = made.map(([name, sql]) => `    ${name}: "${printOf(sql)}",\n`).sort();
    formats.push(`  ${format}: {\n${lines.join("")}  },\n`);
    database.close();
  }
  await expect(`${HEAD}${formats.join("")}};\n`).toMatchFileSnapshot("../../src/store/shapes.ts");
});
