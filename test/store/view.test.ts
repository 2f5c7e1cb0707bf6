// view.test.ts - the public view of a trace: its columns, its words, its verdicts.

import Sqlite, { type Database } from "better-sqlite3";
import { expect, test } from "vitest";
import {
  bus,
  busPage,
  directoryIndex,
  gattIndex,
  machine,
  mfn,
  pfn,
  phys,
  virt,
  vpn,
} from "../../src/address.ts";
import { columns } from "../../src/event/field.ts";
import { bdfOf, msrNumber, registerName, registerNumber } from "../../src/event/register.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { record } from "./sample.ts";

type Line = { readonly [column: string]: number | string | null };

async function opened<T>(events: readonly Event[], use: (database: Database) => T): Promise<T> {
  const { path } = await record(events);
  const database = new Sqlite(path);
  try {
    return use(database);
  } finally {
    database.close();
  }
}
const viewOf = (events: readonly Event[]): Promise<Line[]> =>
  opened(events, (database) => database.prepare("SELECT * FROM events").all() as Line[]);

test("the view has the columns that are promised, and one line an event", async () => {
  const lines = await viewOf([
    {
      kind: "gatt.written",
      actor: "driver",
      place: "agp_generic_insert_memory",
      at: 12,
      entry: gattIndex(0x42),
      word: 0x4b1f1001,
      high: 3,
      phys: phys(0x1000),
      machine: machine(0x4b1f1000),
      bus: bus(0x1000),
      reached: machine(0x1000),
    },
  ]);
  expect(lines).toEqual([
    {
      seq: 1,
      op: null,
      kind: "gatt.written",
      actor: "driver",
      place: "agp_generic_insert_memory",
      at: 12,
      cause: null,
      what: null,
      subject: "gatt[0x42]",
      virt: null,
      phys: "0x1000",
      machine: "0x4b1f1000",
      bus: "0x1000",
      reached: "0x1000",
      size: null,
      value: "0x4b1f1001",
      high: 3,
      text: null,
      verdict: "wrong-space",
    },
  ]);
});

const config = registerNumber("config", bdfOf("0000:00:00.0"), 0xb8);
const mapped = registerNumber("mmio", bdfOf("0000:ff:1f.7"), 0xffffc);
const at = { machine: machine(0x1000), size: 4096 };
const subjects: readonly [string, Event][] = [
  ["op:5", { kind: "op.began", actor: "workload", op: 5, name: "bind", arguments: {} }],
  [
    "allocation[0x1010]",
    {
      kind: "page.freed",
      actor: "kernel",
      allocation: pfn(0x1010),
      by: "free_page",
      use: "agp",
      size: 1,
    },
  ],
  ["p2m[0x1000]", { kind: "p2m.set", actor: "hypervisor", page: pfn(4096), phys: phys(0), ...at }],
  ["iommu[0x7]", { kind: "iommu.mapped", actor: "kernel", page: busPage(7), bus: bus(0), ...at }],
  [
    "dma[0x8]",
    {
      kind: "dma.mapped",
      actor: "kernel",
      handle: bus(8),
      direction: "coherent",
      bus: bus(0),
      size: 1,
    },
  ],
  [
    "mapping[0x9]",
    {
      kind: "table.remapped",
      actor: "kernel",
      page: vpn(9),
      function: "ioremap",
      virt: virt(0),
      size: 1,
    },
  ],
  ["gatt[0x0]", { kind: "gatt.read", actor: "driver", entry: gattIndex(0), word: 0 }],
  [
    "directory[0xa]",
    { kind: "directory.read", actor: "driver", entry: directoryIndex(10), word: 0 },
  ],
  [
    "content[0x4b1f1]",
    { kind: "cpu.wrote", actor: "cpu", frame: mfn(0x4b1f1), tag: 1, machine: at.machine },
  ],
  [
    "register[0000:00:00.0+0xb8]",
    { kind: "register.read", actor: "driver", register: config, word: 0, size: 4 },
  ],
  [
    "register[mmio:0000:ff:1f.7+0xffffc]",
    { kind: "register.read", actor: "driver", register: mapped, word: 0, size: 4 },
  ],
];

test("subjects of every family are named as people write them", async () => {
  const lines = await viewOf(subjects.map(([, event]) => event));
  expect(lines.map(({ subject }) => subject)).toEqual(subjects.map(([name]) => name));
  expect(subjects[9]![0]).toBe(`register[${registerName(config)}]`);
  expect(subjects[10]![0]).toBe(`register[${registerName(mapped)}]`);
});

test("a register has the name that the program prints, whichever bits its number has", async () => {
  // Every bit of a number alone and beside all the others, in each space, and the processor's registers.
  const bits = Array.from({ length: 27 }, (_, bit) => 2 ** bit);
  const all = 2 ** 27 - 1;
  const devices = [0, all, ...bits, ...bits.map((bit) => all - bit)];
  const bytes = [0, 1, 0xb8, 0x800c0, 0xfffff];
  const registers = [
    ...(["config", "mmio"] as const).flatMap((space) =>
      devices.flatMap((device) => bytes.map((byte) => registerNumber(space, device, byte))),
    ),
    ...[0, 0x1b, 0xc0010018, 0xffffffff].map(msrNumber),
  ];
  const lines = await viewOf(
    registers.map((register) => ({
      ...({ kind: "register.read", actor: "driver", register, word: 0, size: 4 } as const),
    })),
  );
  expect(lines.map(({ subject }) => subject)).toEqual(
    registers.map((register) => `register[${registerName(register)}]`),
  );
});

test("a virtual address is whole, and each named value is a word", async () => {
  const lines = await viewOf([
    {
      kind: "page.allocated",
      actor: "kernel",
      allocation: pfn(0),
      by: "alloc_page",
      use: "gatt",
      size: 4096,
      virt: virt(0x12345000),
    },
    {
      kind: "page.freed",
      actor: "kernel",
      allocation: pfn(0),
      by: "free_page",
      use: "directory",
      size: 1,
    },
    { kind: "cache.flushed", actor: "driver", instruction: "mb" },
    { kind: "call.returned", actor: "driver", result: -12, text: "agp_bind_memory" },
    { kind: "hypercall.made", actor: "kernel", call: "mmuext(TLB_FLUSH)", result: -1 },
  ]);
  expect(lines[0]!.virt).toBe("0xc000000012345000");
  expect(lines.map(({ what }) => what)).toEqual([
    "alloc_page gatt",
    "free_page directory",
    "mb",
    null,
    "mmuext(TLB_FLUSH)",
  ]);
  expect(lines[3]).toMatchObject({ value: "-12", text: "agp_bind_memory" });
  expect(lines[4]).toMatchObject({ value: "0x2", high: -1 });
});

test("every table is strict, and event has the columns that a row is written in", async () => {
  await opened([], (database) => {
    const tables = database
      .prepare(
        "SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND schema = 'main'",
      )
      .all() as { name: string; strict: number }[];
    const lax = tables.filter(({ strict }) => strict === 0).map(({ name }) => name);
    expect(lax.sort()).toEqual(["sqlite_schema"]);
    expect(tables.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["event", "note", "op", "trace", "keyframe", "mark", "name"]),
    );
    expect(database.prepare("SELECT name FROM pragma_table_info('event')").pluck().all()).toEqual(
      columns,
    );
    expect(() => database.exec("INSERT INTO event (seq, kind, bus) VALUES (1, 0, 'x')")).toThrow(
      "cannot store TEXT value in INTEGER column event.bus",
    );
  });
});
