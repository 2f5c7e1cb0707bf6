// hostile.ts - traces that somebody changed by SQL: any cell of any table, with checksums as they were or made to fit.

import { join } from "node:path";
import Sqlite, { type Database, SqliteError } from "better-sqlite3";
import type { Dice } from "../../src/dice.ts";
import { changeAndSeal } from "../store/changed.ts";
import { complaintOf } from "./answers.ts";
import { askCommands } from "./damage.ts";
import { deedsComplaint } from "./deeds.ts";
import { type Campaign, oneOf } from "./trial.ts";
import { copyOfTwin } from "./twin.ts";

/** Values for a cell X. */
const values = [
  "NULL",
  "0",
  "-1",
  "X + 1",
  "X - 1",
  "-X",
  "9007199254740991",
  "9007199254740993",
  "9223372036854775807",
  "-9223372036854775808",
  "4294967296",
  "1e300",
  "9e999",
  "'null'",
  "'{'",
  "'[]'",
  "X || 'x'",
  "replace(hex(zeroblob(40000)), '0', '[')",
  "x''",
  "CAST(substr(X, 1, 8) || x'ffffffffffff1f' AS BLOB)",
  "char(27) || ']0;pwn' || char(7)",
  `(SELECT v FROM (SELECT T.X AS v FROM T ORDER BY random() LIMIT 1))`,
];

const strangers = [
  "DROP VIEW events; CREATE VIEW events AS SELECT seq, 'nothing' AS kind FROM event",
  "CREATE TRIGGER bad AFTER INSERT ON mark BEGIN DELETE FROM event WHERE seq > 5; END",
  "CREATE TABLE extra (a)",
  "CREATE VIEW more AS SELECT load_extension('x') AS y",
  "PRAGMA user_version = 3",
  "PRAGMA user_version = 99",
  "PRAGMA application_id = 7",
  "DROP TABLE posting",
  "DROP TABLE keyframe",
  "INSERT INTO event (seq, kind, op, actor) SELECT 1000000000000, kind, op, actor FROM event WHERE seq = 100",
  "INSERT INTO event (seq, kind, op, actor) SELECT -5, kind, op, actor FROM event WHERE seq = 5",
  "UPDATE event SET cause = seq + 1 WHERE seq % 2 = 0",
];

export const hostile: Campaign = {
  tries: "traces changed by SQL",
  owed: 1000,
  needsPreload: false,
  async run({ dice, folder, byCommand }) {
    const path = join(folder, "t.gart");
    const { answers } = await copyOfTwin(dice, path);
    const sql = dice.roll(8) === 0 ? oneOf(dice, strangers) : changeOf(path, dice);
    // Somebody who reseals a trace has written another one: it must be read or refused, not agree with the first.
    const isResealed = dice.roll(3) === 0;
    if (!change(path, sql, isResealed)) return null;
    const complaint = complaintOf(path, answers);
    const undone = await deedsComplaint(path, folder);
    if (undone !== null) return `${undone} after ${sql}`;
    const byHand = byCommand ? await askCommands(folder) : null;
    if (byHand !== null) return `${byHand} after ${sql}`;
    return complaint === null || isResealed ? null : `${complaint} after ${sql}`;
  },
};

/** False where SQLite itself refuses the change. */
function change(path: string, sql: string, isResealed: boolean): boolean {
  try {
    if (isResealed) changeAndSeal(path, sql);
    else withDatabase(path, (database) => database.unsafeMode(true).exec(sql));
    return true;
  } catch (error) {
    if (error instanceof SqliteError || error instanceof RangeError) return false;
    throw error;
  }
}

function withDatabase<T>(path: string, use: (database: Database) => T): T {
  const database = new Sqlite(path);
  try {
    return use(database);
  } finally {
    database.close();
  }
}

function changeOf(path: string, dice: Dice): string {
  const cells = withDatabase(path, (database) =>
    database
      .prepare<[], [string, string]>(
        "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c " +
          "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY 1, 2",
      )
      .raw()
      .all(),
  );
  const [table, column] = oneOf(dice, cells);
  const [t, c] = [`"${table}"`, `"${column}"`];
  const rows = ["", `WHERE ${c} % 3 = 0`, `ORDER BY ${c} DESC LIMIT 1`];
  const where = oneOf(dice, rows);
  const chosen = where.startsWith("ORDER")
    ? `WHERE ${c} = (SELECT ${c} FROM ${t} ${where})`
    : where;
  if (dice.roll(6) === 0) return `DELETE FROM ${t} ${chosen}`;
  const value = oneOf(dice, values).replaceAll("T", t).replaceAll("X", c);
  return `UPDATE ${t} SET ${c} = ${value} ${chosen}`;
}
