// 0010-far-handles.ts - the tenth format: the view names a DMA handle from 2^48 on by the bus address that it is.
//
// Its number is 2^48 and the address's lower 48 bits, which is no address of anything. Registers are as in 0006.

import { type Kysely, type Migration, sql } from "kysely";

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
  t.text,
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
LEFT JOIN note t ON t.seq = e.seq`;

export const farHandles: Migration = {
  async up(db: Kysely<unknown>) {
    await sql.raw("DROP VIEW events").execute(db);
    await sql.raw(view).execute(db);
  },
};
