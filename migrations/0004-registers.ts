// 0004-registers.ts - the fourth format: the view names processor registers, and devices of every PCI domain.
//
// The view is what 0001-first.ts made of it, but for the name of a register.

import { type Kysely, type Migration, sql } from "kysely";

const before = `printf('register[%s0000:%02x:%02x.%d+0x%x]',
      iif(e.subject >> 40, 'mmio:', ''), e.subject >> 32 & 255, e.subject >> 27 & 31,
      e.subject >> 24 & 7, e.subject >> 4 & 1048575)`;

// A register's number has the byte in bits 0 to 19, function, slot and bus up to bit 35, bit 36 where the
// register is memory-mapped, and the PCI domain from bit 37 on. From bit 48 on it is a processor's: msr x 8.
const after = `iif(e.subject >> 52, printf('register[msr:0x%x]', (e.subject >> 4 & 281474976710655) / 8),
      printf('register[%s%04x:%02x:%02x.%d+0x%x]',
      iif(e.subject >> 40 & 1, 'mmio:', ''), e.subject >> 41, e.subject >> 32 & 255, e.subject >> 27 & 31,
      e.subject >> 24 & 7, e.subject >> 4 & 1048575))`;

export const registers: Migration = {
  async up(db: Kysely<unknown>) {
    const { rows } = await sql<{ sql: string }>`
      SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = 'events'`.execute(db);
    const view = rows[0]!.sql;
    await sql.raw("DROP VIEW events").execute(db);
    await sql.raw(view.replace(before, after)).execute(db);
  },
};
