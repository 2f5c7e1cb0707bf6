// entry-left.test.ts - an unbind leaves the value of an unused entry, whichever way the block was named.

import { expect, test } from "vitest";
import { gattIndex, phys } from "../../src/address.ts";
import { entryLeft } from "../../src/check/entry-left.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { allocated, judged, told } from "./judged.ts";

const began = (name: string, given: object = {}) =>
  told("op.began", { op: 0, name, arguments: given } as never);
const ended = (result: object = { ret: 0 }) => told("op.ended", { op: 0, result } as never);
const entry = (number: number, word: number, page: number | null = null, high?: number) =>
  told("gatt.written", {
    ...{ entry: gattIndex(number), word },
    ...(page === null ? {} : { phys: phys(page) }),
    ...(high === undefined ? {} : { high }),
  });
const SCRATCH = 0x9017;
const pages = [allocated(0x51, "agp"), allocated(0x52, "agp"), allocated(0x60, "scratch")];
const init = [...pages, began("init"), entry(0, SCRATCH), entry(1, SCRATCH), ended()];
/** An operation that writes an entry. */
const op = (name: string, given: object, ...writes: Event[]) => [
  began(name, given),
  ...writes,
  ended(),
];
const bound = entry(0, 0x51017, 0x51000);
const emptied = entry(0, SCRATCH);
const [bind, unbind] = [
  op("bind", { slot: 1 }, bound),
  (...writes: Event[]) => op("unbind", { slot: 1 }, ...writes),
];
const left = (seq: number, word = "0x51017", number = "0x0") =>
  `#${seq} gatt ${number}: the entry holds ${word}; an unused one holds 0x9017`;

test.each<[string, Event[], string[]]>([
  ["gets the scratch page's word", [...init, ...bind, ...unbind(emptied)], ["held 1"]],
  ["stays as it was", [...init, ...bind, ...unbind()], [left(12)]],
  ["gets another word", [...init, ...bind, ...unbind(entry(0, 0x17))], [left(12, "0x17")]],
  [
    "gets that word and others above",
    [...init, ...bind, ...unbind(entry(0, SCRATCH, null, 1))],
    [left(12, "0x10000000009017")],
  ],
  [
    "is emptied before that",
    [...init, ...bind, ...op("flush", {}, emptied), ...unbind()],
    ["held 1"],
  ],
  [
    "is of a block of two, one emptied",
    [...init, ...op("bind", { slot: 1 }, bound, entry(1, 0x52017, 0x52000)), ...unbind(emptied)],
    ["held 1", left(14, "0x52017", "0x1")],
  ],
  ["is unbound in vain", [...init, ...bind, began("unbind", { slot: 1 }), ended({ ret: -22 })], []],
  [
    "is bound in vain",
    [...init, began("bind", { slot: 1 }), bound, ended({ ret: -16 }), ...unbind()],
    [],
  ],
  ["is another block's", [...init, ...bind, ...op("unbind", { slot: 2 })], []],
  [
    "was unbound before",
    [...init, ...bind, ...unbind(emptied), ...unbind(entry(0, 0x17))],
    ["held 1"],
  ],
  ["is of a bridge that is gone", [...init, ...bind, ...init.slice(3), ...unbind()], []],
  [
    "is bound anew",
    [...init, ...bind, ...unbind(emptied), ...bind, ...unbind()],
    ["held 1", left(18)],
  ],
  [
    "leads to no page of the driver's",
    [...init, ...op("bind", { slot: 1 }, entry(0, 1, 0x70000)), ...unbind()],
    [],
  ],
  [
    "leads to the scratch page",
    [...init, ...op("bind", { slot: 1 }, entry(0, 1, 0x60000)), ...unbind()],
    [],
  ],
  ["is written for no page", [...init, ...op("bind", { slot: 1 }, entry(0, 1)), ...unbind()], []],
  [
    "is written for a page, but by no bind",
    [...init, ...op("flush", { slot: 1 }, bound), ...unbind()],
    [],
  ],
  [
    "is of a table that was filled before the trace begins",
    [...pages, ...bind, ...unbind(emptied)],
    ["unknown 1 from #9: what the table was filled with is before the trace"],
  ],
  ["is of no block and of such a table", [...pages, ...unbind()], []],
])("an entry %s", (_, events, lines) => {
  expect(judged(entryLeft, events)).toEqual(lines);
});

const ioctl = (cmd: string, key: number, ...writes: Event[]) =>
  op("ioctl", { cmd, arg: { key } }, ...writes);
const drm = (slot: number, handle: number) => [
  began("drm_alloc", { slot }),
  ended({ ret: 0, slot, handle }),
];

test.each<[string, Event[], string[]]>([
  ["by its key", [...ioctl("BIND", 7, bound), ...ioctl("UNBIND", 7)], [left(12)]],
  ["by another key", [...ioctl("BIND", 7, bound), ...ioctl("UNBIND", 8)], []],
  ["by an ioctl that is no unbind", [...ioctl("BIND", 7, bound), ...ioctl("INFO", 7)], []],
  ["by an ioctl that is no bind", [...ioctl("INFO", 7, bound), ...ioctl("UNBIND", 7)], []],
  [
    "by an ioctl that names none",
    [...op("ioctl", { cmd: "BIND", arg: null }, bound), ...op("ioctl", { cmd: "UNBIND" })],
    [left(12)],
  ],
  [
    "by its handle of DRM",
    [...drm(1, 40), ...op("drm_bind", { slot: 1 }, bound), ...op("drm_unbind", { slot: 1 })],
    [left(14)],
  ],
  [
    "by another slot of the same handle",
    [
      ...drm(1, 40),
      ...drm(2, 40),
      ...op("drm_bind", { slot: 1 }, bound),
      ...op("drm_unbind", { slot: 2 }),
    ],
    [left(16)],
  ],
  [
    "by a slot of another handle",
    [
      ...drm(1, 40),
      ...drm(2, 41),
      ...op("drm_bind", { slot: 1 }, bound),
      ...op("drm_unbind", { slot: 2 }),
    ],
    [],
  ],
  [
    "by a slot whose handle is out of date",
    [
      ...drm(1, 40),
      ...op("drm_bind", { slot: 1 }, bound),
      ...drm(1, 41),
      ...op("drm_unbind", { slot: 1 }),
    ],
    [],
  ],
])("a block is unbound %s", (_, events, lines) => {
  expect(judged(entryLeft, [...init, ...events])).toEqual(lines);
});
