// 0001-first.ts - the first format of a trace file: events, what belongs to them, and the view.
//
// SQLite keeps the comments inside the statements: `.schema` shows them in any SQLite tool.

import { type Kysely, type Migration, sql } from "kysely";

// Addresses are bytes; null stands where nothing is known.
const event = `CREATE TABLE event (
  seq INTEGER PRIMARY KEY, -- 1, 2, 3, no gaps
  kind INTEGER NOT NULL,   -- code in kind
  op INTEGER,              -- the op it belongs to
  actor INTEGER,           -- code in actor: who did it
  place INTEGER,           -- code in place: the function it happened in
  at INTEGER,              -- nanoseconds, for traces that have time
  cause INTEGER,           -- seq of the event its address came from
  subject INTEGER,         -- number x 16 + code in family: the thing whose state it changes
  virt INTEGER,            -- kernel linear address, less trace.virt_base
  phys INTEGER,            -- what the kernel calls physical
  machine INTEGER,         -- where the page that is meant really is
  bus INTEGER,             -- the number handed to hardware
  reached INTEGER,         -- the machine address that hardware gets to with it
  size INTEGER,            -- bytes
  value INTEGER,           -- bits 0 to 51 of a word, a number, or a code in name
  high INTEGER             -- the bits above
) STRICT`;

const beside = [
  `CREATE TABLE note (
  seq INTEGER PRIMARY KEY, -- the event that the text belongs to
  text TEXT NOT NULL
) STRICT`,
  `CREATE TABLE op (
  op INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  arguments TEXT NOT NULL, -- JSON
  result TEXT,             -- JSON; null until it ends
  first_seq INTEGER NOT NULL,
  last_seq INTEGER,        -- null until it ends
  signature TEXT           -- what of it does not depend on where frames lie
) STRICT`,
  `CREATE TABLE trace (
  one INTEGER PRIMARY KEY CHECK (one = 1), -- a file holds one trace
  platform TEXT NOT NULL,
  hooks TEXT NOT NULL,
  chipset TEXT NOT NULL,
  workload TEXT NOT NULL,
  operations TEXT,         -- the workload itself as JSON, where it is known
  seed INTEGER NOT NULL,
  options TEXT NOT NULL,   -- JSON
  virt_base INTEGER NOT NULL, -- what a virt column lacks, as a signed 64-bit number
  phys_is_machine INTEGER NOT NULL,
  source TEXT NOT NULL,    -- simulated or imported
  origin TEXT,             -- what it was imported from
  gartrace TEXT NOT NULL,  -- the version that wrote it
  digest TEXT,             -- SHA-256 over all events; equal runs give equal digests
  events INTEGER,          -- how many there are
  finished INTEGER NOT NULL DEFAULT 0 -- 1 is written last; a trace without it is torn
) STRICT`,
  `CREATE TABLE keyframe (
  seq INTEGER NOT NULL,    -- the moment
  part TEXT NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (seq, part)
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE mark (
  name TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  text TEXT
) STRICT, WITHOUT ROWID`,
  ...["kind", "actor", "place", "family"].map(
    (table) =>
      `CREATE TABLE "${table}" (code INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT`,
  ),
  `CREATE TABLE name (
  kind INTEGER NOT NULL,   -- code in kind
  unit INTEGER NOT NULL,   -- 1 for the name in the low byte of value, 256 for the one above
  code INTEGER NOT NULL,   -- as it stands in value: a multiple of unit
  name TEXT NOT NULL,
  PRIMARY KEY (kind, unit, code)
) STRICT, WITHOUT ROWID`,
];

const hex = (number: string) => `iif(${number} IS NULL, NULL, printf('0x%x', ${number}))`;

// A register's number: ((mapped ? 1 : 0) x 0x10000 + bdf) x 0x100000 + offset (event/register.ts).
const register = `printf('register[%s0000:%02x:%02x.%d+0x%x]',
      iif(e.subject >> 40, 'mmio:', ''), e.subject >> 32 & 255, e.subject >> 27 & 31,
      e.subject >> 24 & 7, e.subject >> 4 & 1048575)`;

// Whether `reached` leads to `machine`, and if not, what it was mistaken for.
const verdict = `CASE
  WHEN e.bus IS NULL OR (e.reached IS NULL AND k.name NOT IN ('device.read', 'device.wrote')) THEN NULL
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
END`;

const view = `CREATE VIEW events AS SELECT
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
    WHEN 'register' THEN ${register}
    ELSE iif(f.name IS NULL, NULL, printf('%s[0x%x]', f.name, e.subject >> 4)) END AS subject,
  -- Kernel linear address, whole.
  ${hex("e.virt + (SELECT virt_base FROM trace)")} AS virt,
  -- What the kernel calls physical; pseudo-physical under Xen.
  ${hex("e.phys")} AS phys,
  -- Where the page that is meant really is at this moment.
  ${hex("e.machine")} AS machine,
  -- The number handed to hardware.
  ${hex("e.bus")} AS bus,
  -- The machine address that hardware gets to with it.
  ${hex("e.reached")} AS reached,
  -- Bytes.
  e.size,
  -- A raw word or a tag in hexadecimal; a negative number, such as an errno, in decimal.
  iif(e.value < 0, e.value || '', ${hex("e.value")}) AS value,
  -- The bits of a raw word above 51; what a hypercall returned.
  e.high,
  -- Words that belong to it: a message, a function's name.
  t.text,
  -- Whether the number leads where it was meant to; null where no number was used.
  ${verdict} AS verdict
FROM event e
JOIN kind k ON k.code = e.kind
LEFT JOIN actor a ON a.code = e.actor
LEFT JOIN place p ON p.code = e.place
LEFT JOIN family f ON f.code = e.subject & 15
LEFT JOIN note t ON t.seq = e.seq`;

export const first: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of [event, ...beside, view]) await sql.raw(statement).execute(db);
  },
};
