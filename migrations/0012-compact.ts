// 0012-compact.ts - the twelfth format: a short trace of a captured kernel in 60 bytes an event and 64 KB.
//
// The words of its events took a third to a half of such a file: they are the shapes of format 7 and the numbers in
// them. In the index some subjects share a row, for most have two or three events. A keyframe can be deflated, and
// tables of names, which have a page each, have no index of theirs. Words of an older file stay as they are; its
// index is made anew.

import { type Kysely, type Migration, sql } from "kysely";

const names = ["kind", "actor", "place", "family", "verdict", "check", "root"];
const tables = [
  ...names.flatMap((table) => [
    `ALTER TABLE "${table}" RENAME TO old_${table}`,
    `CREATE TABLE "${table}" (code INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT`,
    `INSERT INTO "${table}" SELECT code, name FROM old_${table} ORDER BY code`,
    `DROP TABLE old_${table}`,
  ]),
  "ALTER TABLE note RENAME TO old_note",
  `CREATE TABLE note (
  seq INTEGER PRIMARY KEY, -- the event that the words belong to
  shape INTEGER,           -- code in shape; null: the values are the words
  "values" ANY             -- the numbers of its shape, between commas
) STRICT`,
  `INSERT INTO note (seq, "values") SELECT seq, text FROM old_note ORDER BY seq`,
  "DROP TABLE old_note",
  "DROP TABLE posting",
  `CREATE TABLE posting (
  segment INTEGER NOT NULL, -- of 262,144 events; the first one is 0
  list INTEGER NOT NULL,    -- which events of its subjects (src/store/postings.ts)
  subject INTEGER NOT NULL, -- the first of those that have their list here
  lists BLOB NOT NULL,      -- subject by subject (src/store/posting-bytes.ts)
  PRIMARY KEY (segment, list, subject)
) STRICT, WITHOUT ROWID`,
  "UPDATE trace SET indexed = NULL",
  "ALTER TABLE keyframe ADD COLUMN inflated INTEGER", // bytes of data that is deflated (RFC 1951); null: it is not
];

/** A shape with its numbers, of which it has so many at most; they are a list of JSON. */
const printed = (shape: string, numbers: string, most: number): string =>
  `printf(${shape}, ${Array.from({ length: most }, (_, i) => `${numbers}->${i}`).join()})`;

/** The table of ops with its values as lists of JSON. */
const ops = `(SELECT *, '[' || asked_values || ']' AS asked_numbers, '[' || answered_values || ']' AS answered_numbers FROM op)`;

const opsView = `CREATE VIEW ops AS SELECT
  -- Its number.
  o.op,
  -- What was asked for.
  a.name,
  -- With which arguments: JSON.
  iif(a.text IS NULL, o.asked_values, ${printed("a.text", "o.asked_numbers", 16)}) AS args,
  -- What came of it: JSON; null where the trace holds no end of it.
  iif(o.answered IS NULL, NULL, replace(iif(r.text IS NULL, o.answered_values, ${printed("r.text", "o.answered_numbers", 24)}), char(1),
    coalesce(iif(t.text IS NULL, s."values", ${printed("t.text", "s.numbers", 48)}), ''))) AS result,
  -- The events that begin and end it.
  o.first_seq,
  o.first_seq + o.further AS last_seq,
  -- What of it does not depend on where frames lie.
  iif(typeof(o.signature) = 'integer', printf('%016x', o.signature), o.signature) AS signature
FROM ${ops} o
JOIN shape a ON a.code = o.asked
LEFT JOIN shape r ON r.code = o.answered
LEFT JOIN (SELECT *, '[' || "values" || ']' AS numbers FROM op_state) s ON s.code = o.state
LEFT JOIN shape t ON t.code = s.shape`;

const eventsView = `CREATE VIEW events AS SELECT
  -- The event's number: 1, 2, 3, no gaps.
  e.seq,
  -- The op it belongs to; null outside any.
  e.op,
  -- What happened, noun.past-participle.
  k.name AS kind,
  -- Who did it.
  a.name AS actor,
  -- The driver or kernel function it happened in.
  p.name AS place,
  -- Nanoseconds, for traces that have time.
  e.at,
  -- The seq of the event its address came from.
  e.cause,
  -- The names that value stands for: which hook, which allocator and use, which flush.
  (SELECT group_concat(n.name, ' ') FROM name n
    WHERE n.kind = e.kind AND n.code = e.value / n.unit % 256 * n.unit) AS what,
  -- The one thing whose state it changes: gatt[0x42], op:5, register[0000:00:00.0+0xb8].
  CASE f.name WHEN 'op' THEN printf('op:%d', e.subject >> 4)
    WHEN 'register' THEN CASE
      WHEN e.subject >> 51 & 3 = 3 THEN printf('register[mmio:0000:%02x:%02x.%d+0x%x]', e.subject >> 43 & 255,
        e.subject >> 38 & 31, e.subject >> 35 & 7, e.subject >> 4 & 2147483647)
      WHEN e.subject >> 50 = 5 THEN printf('register[mmio:0x%x]', e.subject >> 4 & 70368744177663)
      WHEN e.subject >> 52 THEN printf('register[msr:0x%x]', (e.subject >> 4 & 281474976710655) / 8)
      ELSE printf('register[%s%04x:%02x:%02x.%d+0x%x]',
        iif(e.subject >> 40 & 1, 'mmio:', ''), e.subject >> 41, e.subject >> 32 & 255, e.subject >> 27 & 31,
        e.subject >> 24 & 7, e.subject >> 4 & 1048575) END
    WHEN 'dma' THEN printf('dma[0x%x]', iif(e.subject >> 52, e.bus, e.subject >> 4))
    ELSE iif(f.name IS NULL, NULL, printf('%s[0x%x]', f.name, e.subject >> 4)) END AS subject,
  -- Kernel linear address, whole.
  iif(e.virt + (SELECT virt_base FROM trace) IS NULL, NULL, printf('0x%x', e.virt + (SELECT virt_base FROM trace))) AS virt,
  -- What the kernel calls physical; pseudo-physical under Xen.
  iif(e.phys IS NULL, NULL, printf('0x%x', e.phys)) AS phys,
  -- Where the page that is meant really is at this moment.
  iif(e.machine IS NULL, NULL, printf('0x%x', e.machine)) AS machine,
  -- The number handed to hardware.
  iif(e.bus IS NULL, NULL, printf('0x%x', e.bus)) AS bus,
  -- The machine address that hardware gets to with it.
  iif(e.reached IS NULL, NULL, printf('0x%x', e.reached)) AS reached,
  -- Bytes.
  e.size,
  -- A raw word or a tag in hexadecimal; a negative number, such as an errno, in decimal.
  iif(e.value < 0, e.value || '', iif(e.value IS NULL, NULL, printf('0x%x', e.value))) AS value,
  -- The bits of a raw word above 51; what a hypercall returned.
  e.high,
  -- Words that belong to it: a message, a function's name.
  iif(w.text IS NULL, t."values", ${printed("w.text", "t.numbers", 8)}) AS text,
  -- Whether the number leads where it was meant to; null for what is no use of a number.
  CASE
  WHEN e.bus IS NULL OR k.name NOT IN ('hook.called', 'register.written', 'gatt.written', 'directory.written', 'scratch-directory.written', 'table.remapped', 'dma.mapped', 'descriptor.written', 'request.mapped', 'bio.merged', 'device.read', 'device.wrote', 'iommu.translated', 'pte.written', 'fault.raised') THEN NULL
  WHEN k.name = 'table.remapped' AND e.phys IS NULL AND e.machine IS NULL THEN NULL
  WHEN k.name = 'hook.called' THEN CASE
    WHEN e.machine IS NULL THEN 'unknown'
    WHEN e.bus = e.machine THEN 'identity'
    WHEN e.bus = e.phys THEN 'wrong-space'
    WHEN e.machine > e.bus AND (e.machine - e.bus) % 1073741824 = 0 AND e.bus < ((e.machine - e.bus) & (e.bus - e.machine)) THEN 'truncated'
    ELSE 'unknown' END
  WHEN e.reached IS NULL AND k.name NOT IN ('device.read', 'device.wrote') THEN NULL
  WHEN e.machine IS NULL THEN 'unknown'
  WHEN e.reached = e.machine THEN CASE WHEN e.bus = e.machine THEN 'identity' ELSE 'translated' END
  WHEN e.reached IS NOT NULL AND CASE WHEN e.reached = e.phys THEN 'wrong-space' WHEN e.machine > e.reached AND (e.machine - e.reached) % 1073741824 = 0 AND e.reached < ((e.machine - e.reached) & (e.reached - e.machine)) THEN 'truncated' ELSE 'foreign-frame' END <> 'foreign-frame' THEN CASE WHEN e.reached = e.phys THEN 'wrong-space' WHEN e.machine > e.reached AND (e.machine - e.reached) % 1073741824 = 0 AND e.reached < ((e.machine - e.reached) & (e.reached - e.machine)) THEN 'truncated' ELSE 'foreign-frame' END
  ELSE coalesce((
    SELECT CASE
      WHEN c.reached IS NULL OR c.reached = c.machine
        THEN CASE ck.name WHEN 'gatt.written' THEN 'stale' ELSE 'discontiguous' END
      WHEN e.reached IS NULL THEN CASE WHEN c.reached = c.phys THEN 'wrong-space' WHEN c.machine > c.reached AND (c.machine - c.reached) % 1073741824 = 0 AND c.reached < ((c.machine - c.reached) & (c.reached - c.machine)) THEN 'truncated' ELSE 'foreign-frame' END END
    FROM event c JOIN kind ck ON ck.code = c.kind
    WHERE c.seq = e.cause AND ck.name IN ('register.written', 'gatt.written')
  ), CASE WHEN e.reached IS NULL THEN 'unknown' ELSE 'foreign-frame' END)
END AS verdict
FROM event e
JOIN kind k ON k.code = e.kind
LEFT JOIN actor a ON a.code = e.actor
LEFT JOIN place p ON p.code = e.place
LEFT JOIN family f ON f.code = e.subject & 15
LEFT JOIN (SELECT *, '[' || "values" || ']' AS numbers FROM note) t ON t.seq = e.seq
LEFT JOIN shape w ON w.code = t.shape`;

export const compact: Migration = {
  async up(db: Kysely<unknown>) {
    // The view of what is wrong is there once a trace was judged.
    const views = await sql<{
      name: string;
      sql: string;
    }>`SELECT name, sql FROM sqlite_schema WHERE type = 'view'`.execute(db);
    for (const { name } of views.rows)
      await sql.raw(`DROP VIEW "${name.replaceAll('"', '""')}"`).execute(db);
    for (const statement of [...tables, opsView, eventsView]) await sql.raw(statement).execute(db);
    for (const { name, sql: text } of views.rows)
      if (name !== "ops" && name !== "events") await sql.raw(text).execute(db);
  },
};
