// gart-tlb-stale.test.ts - an entry that the GART's TLB keeps is held against the table at the end of each operation.

import { expect, test } from "vitest";
import { aperture, gattIndex, type RegisterIndex } from "../../src/address.ts";
import { gartTlbStale } from "../../src/check/gart-tlb-stale.ts";
import { intel440bx } from "../../src/chipset/440bx.ts";
import { u3 } from "../../src/chipset/u3.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { aboutRun } from "../../src/scenario/setup.ts";
import { setupOf } from "../laws.ts";
import { accessed, allocated, judged, native, told } from "./judged.ts";
import { runCheck } from "./run-check.ts";

const registerOf = (name: string) =>
  intel440bx.registers.find((register) => register.name === name)!.number;
const written = (register: RegisterIndex, word: number, size: 1 | 2 | 4 = 4) =>
  told("register.written", { register, word, size });
const entry = (number: number, word: number) =>
  told("gatt.written", { entry: gattIndex(number), word });
const ended = told("op.ended", { op: 0, result: {} } as never);
const flushed = (which: "gart" | "cpu") => told("tlb.flushed", { which });
const base = (word = 0x40000) => written(registerOf("ATTBASE"), word);

/** A bridge with a table, whose first two entries lead to pages, and a card that went through the first. */
const bridge = [
  allocated(0x40, "gatt"),
  allocated(0x48, "gatt"),
  written(registerOf("APBASE"), 0xe0000008),
  base(),
  entry(0, 0x51017),
  entry(1, 0x52017),
];
const card = (page = 0) => ({
  ...accessed("device.read", { page: 0x51000, number: 0, to: 0x51000, actor: "card" }),
  bus: aperture(0xe0000000 + page * 0x1000),
});
const held = (seq: number, now = "0x0", entry = "0x0", word = "0x51017") =>
  `#${seq} gatt ${entry}: the TLB still holds ${word}, the table says ${now} [stale]`;

test.each<[string, Event[], string[]]>([
  ["is the table's", [card(), ended], ["held 1"]],
  ["is looked at when it may have changed", [card(), ended, ended], ["held 1"]],
  ["is not there", [entry(0, 0), ended], []],
  ["was changed in the table", [card(), entry(0, 0), ended], [held(8)]],
  ["was changed to another word", [card(), entry(0, 0x60017), ended], [held(8, "0x60017")]],
  ["is told once", [card(), entry(0, 0), ended, entry(0, 0), ended], [held(8)]],
  [
    "is the second",
    [card(0), card(1), entry(1, 0), ended],
    ["held 1", held(9, "0x0", "0x1", "0x52017")],
  ],
  ["is another than what was changed later", [card(), ended, entry(1, 0), ended], ["held 1"]],
  ["is flushed with all", [card(), entry(0, 0), flushed("gart"), ended], []],
  ["is not flushed with the CPU's", [card(), entry(0, 0), flushed("cpu"), ended], [held(8)]],
  [
    "is as before in the end",
    [card(), entry(0, 0), ended, entry(0, 0x51017), ended],
    ["held 1", held(8)],
  ],
  [
    "is as before, and changed anew",
    [card(), entry(0, 0), ended, entry(0, 0x51017), ended, entry(0, 0), ended],
    ["held 1", held(8), held(12)],
  ],
  [
    "comes back when it was flushed",
    [
      ...[card(), entry(0, 0), ended, flushed("gart"), entry(0, 0x51017)],
      ...[card(), entry(0, 0), ended],
    ],
    [held(8), held(13)],
  ],
  [
    "is of a table that lies elsewhere now",
    [card(), ended, base(0x48000), ended],
    ["held 1", held(5)],
  ],
  ["is none where it names no page", [card(2), entry(2, 0x53017), ended], []],
])("an entry in the TLB %s", (_, events, lines) => {
  expect(judged(gartTlbStale, [...bridge, ...events], native)).toEqual(lines);
});

test("an entry that was written before the trace is told of at the event that changed the table", () => {
  const table = [
    ...[
      allocated(0x40, "gatt"),
      allocated(0x48, "gatt"),
      written(registerOf("APBASE"), 0xe0000008),
    ],
    ...[base(), entry(0, 0x51017), card(), base(0x48000), ended],
  ];
  expect(judged(gartTlbStale, table)).toEqual([held(5)]);
});

test("of a table that is mapped cached, a flush of the cache changes entries", () => {
  const about = aboutRun(setupOf("ppc64-g5 gart smoke", { chipset: u3 }));
  const [gartBase] = u3.registers;
  const flush = (size: number | null) =>
    told("cache.flushed", {
      ...{ instruction: size === null ? "mb" : "flush_dcache_range", size },
      ...{ virt: table.virt!, phys: table.phys!, machine: table.machine! },
    });
  const table = allocated(0x40, "gatt");
  const through = { ...card(), bus: aperture(0) };
  const begin = [
    ...[table, written(gartBase!.number, 0x40001), entry(0, 0x80000051), flush(0x1000)],
    ...[through, ended],
  ];
  const stale = "the TLB still holds 0x80000051, the table says 0x0 [stale]";
  expect(judged(gartTlbStale, [...begin, entry(0, 0), ended], about)).toEqual(["held 2"]);
  expect(judged(gartTlbStale, [...begin, entry(0, 0), ended, flush(null), ended], about)).toEqual([
    "held 2",
  ]);
  expect(judged(gartTlbStale, [...begin, entry(0, 0), ended, flush(0x1000), ended], about)).toEqual(
    ["held 2", `#7 gatt 0x0: ${stale}`],
  );
});

test("a finding is of the event and operation that wrote the entry, or else that moved the table", () => {
  const placeOf = (...events: readonly Event[]) => {
    const all = events.map((event, i) => ({ seq: i + 1, op: i - 1, event }));
    const { findings } = runCheck(gartTlbStale, { about: native, events: all });
    return findings.map(({ seq, op }) => [seq, op]);
  };
  expect(placeOf(...bridge, card(), entry(0, 0), ended)).toEqual([[8, 6]]);
  // Entry 1024 is entry 0 where the table begins a page later.
  const table = [allocated(0x40, "gatt", 0x2000), written(registerOf("APBASE"), 0xe0000008)];
  const moved = [base(0x41000), entry(1024, 0x51017), card(), base(0x40000), ended];
  expect(placeOf(...table, ...moved)).toEqual([[6, 4]]);
});
