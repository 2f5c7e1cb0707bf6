CREATE TABLE event (
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
) STRICT;
CREATE TABLE trace (
  one INTEGER PRIMARY KEY CHECK (one = 1), -- a file holds one trace
  platform TEXT NOT NULL,
  hooks TEXT NOT NULL,
  chipset TEXT NOT NULL,
  workload TEXT NOT NULL,
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
, keyframes TEXT, parent TEXT, parent_seq INTEGER, indexed INTEGER) STRICT;
CREATE TABLE name (
  kind INTEGER NOT NULL,   -- code in kind
  unit INTEGER NOT NULL,   -- 1 for the name in the low byte of value, 256 for the one above
  code INTEGER NOT NULL,   -- as it stands in value: a multiple of unit
  name TEXT NOT NULL,
  PRIMARY KEY (kind, unit, code)
) STRICT, WITHOUT ROWID;
CREATE TABLE keyframe (
  seq INTEGER PRIMARY KEY, -- the moment
  base INTEGER NOT NULL,   -- the whole keyframe that it builds on, by way of those between; itself if whole
  kinds INTEGER NOT NULL,  -- a bit for each kind of event since the keyframe before
  actors INTEGER NOT NULL, -- a bit for each actor
  astray INTEGER NOT NULL, -- whether some number did not lead, or was not seen to lead, where it should
  data BLOB NOT NULL       -- the state, or what of it changed (src/store/keyframe-bytes.ts)
, checksum INTEGER, inflated INTEGER) STRICT;
CREATE TABLE mark (
  id INTEGER PRIMARY KEY,
  seq INTEGER NOT NULL,    -- the moment
  name TEXT UNIQUE,        -- null for a mark without one
  text TEXT NOT NULL
) STRICT;
CREATE TABLE source (
  code INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  format TEXT NOT NULL,
  lines INTEGER NOT NULL
) STRICT;
CREATE TABLE tally (
  source INTEGER NOT NULL, -- code in source
  name TEXT NOT NULL,      -- of an event, as the source calls it
  read INTEGER NOT NULL,
  kept INTEGER NOT NULL,
  skipped INTEGER NOT NULL,
  lost INTEGER NOT NULL,   -- what the source says it could not record
  why TEXT,                -- why the first of the skipped was
  PRIMARY KEY (source, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE line (
  seq INTEGER PRIMARY KEY, -- the event that was made of it
  path TEXT NOT NULL,
  number INTEGER NOT NULL, -- in its file, from 1
  text TEXT NOT NULL
) STRICT;
CREATE TABLE judgement (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  version INTEGER NOT NULL, -- of the rules it was judged by
  summary TEXT NOT NULL     -- JSON
) STRICT;
CREATE TABLE wrong_event (
  seq INTEGER PRIMARY KEY,
  verdict INTEGER,         -- code in verdict
  "check" INTEGER,         -- code in check: the first that found it
  root INTEGER             -- code in root: what gave the number, or where it happened
) STRICT;
CREATE TABLE shape (
  code INTEGER PRIMARY KEY,
  name TEXT,               -- the op's, where this is its arguments
  text TEXT                -- JSON with %d and "0x%x" where numbers go and char(1) for a state; null: the values are the JSON
) STRICT;
CREATE TABLE op_state (
  code INTEGER PRIMARY KEY,
  shape INTEGER NOT NULL,  -- code in shape
  "values" TEXT            -- the numbers of its shape, between commas
) STRICT;
CREATE TABLE op (
  op INTEGER PRIMARY KEY,
  asked INTEGER NOT NULL,  -- code in shape: its name and arguments
  asked_values TEXT,       -- the numbers of its shape, between commas
  answered INTEGER,        -- code in shape: its result; null until it ends
  answered_values TEXT,
  state INTEGER,           -- code in op_state: a state that is part of its result
  first_seq INTEGER NOT NULL,
  further INTEGER,         -- events after the first one; null until it ends
  signature ANY            -- what of it does not depend on where frames lie: 64 bits, or their hexadecimal text
) STRICT;
CREATE TABLE checksum (
  part TEXT PRIMARY KEY,   -- the table that it is of
  rows INTEGER NOT NULL,
  sha256 TEXT NOT NULL     -- of its rows (src/store/checksums.ts)
) STRICT, WITHOUT ROWID;
CREATE TABLE workload (
  one INTEGER PRIMARY KEY CHECK (one = 1), -- as in trace
  operations TEXT NOT NULL                 -- what it asks for as JSON; no row where that is not known
) STRICT;
CREATE TABLE "kind" (code INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE "actor" (code INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE "place" (code INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE "family" (code INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE "verdict" (code INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE "check" (code INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE "root" (code INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE note (
  seq INTEGER PRIMARY KEY, -- the event that the words belong to
  shape INTEGER,           -- code in shape; null: the values are the words
  "values" ANY             -- the numbers of its shape, between commas
) STRICT;
CREATE TABLE posting (
  segment INTEGER NOT NULL, -- of 262,144 events; the first one is 0
  list INTEGER NOT NULL,    -- which events of its subjects (src/store/postings.ts)
  subject INTEGER NOT NULL, -- the first of those that have their list here
  lists BLOB NOT NULL,      -- subject by subject (src/store/posting-bytes.ts)
  PRIMARY KEY (segment, list, subject)
) STRICT, WITHOUT ROWID;
CREATE VIEW ops AS SELECT
  -- Its number.
  o.op,
  -- What was asked for.
  a.name,
  -- With which arguments: JSON.
  iif(a.text IS NULL, o.asked_values, printf(a.text, o.asked_numbers->0,o.asked_numbers->1,o.asked_numbers->2,o.asked_numbers->3,o.asked_numbers->4,o.asked_numbers->5,o.asked_numbers->6,o.asked_numbers->7,o.asked_numbers->8,o.asked_numbers->9,o.asked_numbers->10,o.asked_numbers->11,o.asked_numbers->12,o.asked_numbers->13,o.asked_numbers->14,o.asked_numbers->15)) AS args,
  -- What came of it: JSON; null where the trace holds no end of it.
  iif(o.answered IS NULL, NULL, replace(iif(r.text IS NULL, o.answered_values, printf(r.text, o.answered_numbers->0,o.answered_numbers->1,o.answered_numbers->2,o.answered_numbers->3,o.answered_numbers->4,o.answered_numbers->5,o.answered_numbers->6,o.answered_numbers->7,o.answered_numbers->8,o.answered_numbers->9,o.answered_numbers->10,o.answered_numbers->11,o.answered_numbers->12,o.answered_numbers->13,o.answered_numbers->14,o.answered_numbers->15,o.answered_numbers->16,o.answered_numbers->17,o.answered_numbers->18,o.answered_numbers->19,o.answered_numbers->20,o.answered_numbers->21,o.answered_numbers->22,o.answered_numbers->23)), char(1),
    coalesce(iif(t.text IS NULL, s."values", printf(t.text, s.numbers->0,s.numbers->1,s.numbers->2,s.numbers->3,s.numbers->4,s.numbers->5,s.numbers->6,s.numbers->7,s.numbers->8,s.numbers->9,s.numbers->10,s.numbers->11,s.numbers->12,s.numbers->13,s.numbers->14,s.numbers->15,s.numbers->16,s.numbers->17,s.numbers->18,s.numbers->19,s.numbers->20,s.numbers->21,s.numbers->22,s.numbers->23,s.numbers->24,s.numbers->25,s.numbers->26,s.numbers->27,s.numbers->28,s.numbers->29,s.numbers->30,s.numbers->31,s.numbers->32,s.numbers->33,s.numbers->34,s.numbers->35,s.numbers->36,s.numbers->37,s.numbers->38,s.numbers->39,s.numbers->40,s.numbers->41,s.numbers->42,s.numbers->43,s.numbers->44,s.numbers->45,s.numbers->46,s.numbers->47)), ''))) AS result,
  -- The events that begin and end it.
  o.first_seq,
  o.first_seq + o.further AS last_seq,
  -- What of it does not depend on where frames lie.
  iif(typeof(o.signature) = 'integer', printf('%016x', o.signature), o.signature) AS signature
FROM (SELECT *, '[' || asked_values || ']' AS asked_numbers, '[' || answered_values || ']' AS answered_numbers FROM op) o
JOIN shape a ON a.code = o.asked
LEFT JOIN shape r ON r.code = o.answered
LEFT JOIN (SELECT *, '[' || "values" || ']' AS numbers FROM op_state) s ON s.code = o.state
LEFT JOIN shape t ON t.code = s.shape;
CREATE VIEW events AS SELECT
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
  iif(w.text IS NULL, t."values", printf(w.text, t.numbers->0,t.numbers->1,t.numbers->2,t.numbers->3,t.numbers->4,t.numbers->5,t.numbers->6,t.numbers->7)) AS text,
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
LEFT JOIN shape w ON w.code = t.shape;
