// 0007-ops.ts - the seventh format: ops as codes of what they say over and over, and the numbers in it.
//
// In a long walk through the front end an op took 370 bytes of text, two thirds of the file; so it takes 50. The
// view `ops` gives the texts. Ops of an older file keep their texts as they are. The index of changes goes without
// the ops' own events: the op itself says which they are.

import { type Kysely, type Migration, sql } from "kysely";

const tables = [
  "ALTER TABLE op RENAME TO old_op",
  `CREATE TABLE shape (
  code INTEGER PRIMARY KEY,
  name TEXT,               -- the op's, where this is its arguments
  text TEXT                -- JSON with %d and "0x%x" where numbers go and char(1) for a state; null: the values are the JSON
) STRICT`,
  `CREATE TABLE op_state (
  code INTEGER PRIMARY KEY,
  shape INTEGER NOT NULL,  -- code in shape
  "values" TEXT            -- the numbers of its shape, between commas
) STRICT`,
  `CREATE TABLE op (
  op INTEGER PRIMARY KEY,
  asked INTEGER NOT NULL,  -- code in shape: its name and arguments
  asked_values TEXT,       -- the numbers of its shape, between commas
  answered INTEGER,        -- code in shape: its result; null until it ends
  answered_values TEXT,
  state INTEGER,           -- code in op_state: a state that is part of its result
  first_seq INTEGER NOT NULL,
  further INTEGER,         -- events after the first one; null until it ends
  signature ANY            -- what of it does not depend on where frames lie: 64 bits, or their hexadecimal text
) STRICT`,
  "INSERT INTO shape (name) SELECT name FROM old_op GROUP BY name ORDER BY min(op)",
  "INSERT INTO shape (name) SELECT NULL WHERE EXISTS (SELECT 1 FROM old_op)",
  `INSERT INTO op SELECT o.op, s.code, o.arguments,
  iif(o.result IS NULL, NULL, (SELECT code FROM shape WHERE name IS NULL)), o.result, NULL,
  o.first_seq, o.last_seq - o.first_seq, o.signature
  FROM old_op o JOIN shape s ON s.name = o.name ORDER BY o.op`,
  "DROP TABLE old_op",
];

/** A text by its shape, which has so many numbers at most. */
const text = (shape: string, values: string, most: number): string =>
  `iif(${shape} IS NULL, ${values}, printf(${shape}, ${Array.from(
    { length: most },
    (_, i) => `'[' || ${values} || ']' -> ${i}`,
  ).join(",")}))`;

const view = `CREATE VIEW ops AS SELECT
  -- Its number.
  o.op,
  -- What was asked for.
  a.name,
  -- With which arguments: JSON.
  ${text("a.text", "o.asked_values", 16)} AS args,
  -- What came of it: JSON; null where the trace holds no end of it.
  iif(o.answered IS NULL, NULL, replace(${text("r.text", "o.answered_values", 24)}, char(1),
    coalesce(${text("t.text", 's."values"', 48)}, ''))) AS result,
  -- The events that begin and end it.
  o.first_seq,
  o.first_seq + o.further AS last_seq,
  -- What of it does not depend on where frames lie.
  iif(typeof(o.signature) = 'integer', printf('%016x', o.signature), o.signature) AS signature
FROM op o
JOIN shape a ON a.code = o.asked
LEFT JOIN shape r ON r.code = o.answered
LEFT JOIN op_state s ON s.code = o.state
LEFT JOIN shape t ON t.code = s.shape`;

/** Kinds whose events are not in the index of changes. */
const observers =
  "'gatt.read', 'directory.read', 'scratch-directory.read', 'cpu.read', 'device.read'";
const rank = `CASE name WHEN 'gatt.read' THEN 1 WHEN 'directory.read' THEN 2 WHEN 'scratch-directory.read' THEN 3
  WHEN 'cpu.read' THEN 4 WHEN 'device.read' THEN 5 WHEN 'op.began' THEN 6 ELSE 7 END`;
const codes = `SELECT code FROM kind WHERE name IN (${observers}, 'op.began', 'op.ended') ORDER BY ${rank}`;
const indexes = [
  ["event_change", ""],
  ["event_wide", " AND size > 4096"],
] as const;

/** A finished trace has its indexes again, without the ops. */
async function makeIndexes(db: Kysely<unknown>): Promise<void> {
  const names = await sql<{
    name: string;
  }>`SELECT name FROM sqlite_schema WHERE type = 'index'`.execute(db);
  const { rows } = await sql.raw<{ code: number }>(codes).execute(db);
  const list = rows.map(({ code }) => code).join(", ");
  for (const [index, further] of indexes) {
    if (!names.rows.some(({ name }) => name === index)) continue;
    await sql.raw(`DROP INDEX ${index}`).execute(db);
    const where = `subject IS NOT NULL AND kind NOT IN (${list})${further}`;
    await sql.raw(`CREATE INDEX ${index} ON event(subject, seq) WHERE ${where}`).execute(db);
  }
}

export const ops: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of [...tables, view]) await sql.raw(statement).execute(db);
    await makeIndexes(db);
  },
};
