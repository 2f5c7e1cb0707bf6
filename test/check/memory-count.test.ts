// memory-count.test.ts - the driver's count is held against the pages that it has, and keys against those of live blocks.

import { describe, expect, test } from "vitest";
import { memoryCount } from "../../src/check/memory-count.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { allocated, capture, freed, judged, native, told } from "./judged.ts";

const began = (name: string) => told("op.began", { op: 0, name, arguments: {} } as never);
const ended = (result: object) => told("op.ended", { op: 0, result } as never);
const counts = (current_memory: number) => ended({ current_memory });
const page = allocated(0x51, "agp");
const differs = (seq: number, count: number, has: number) =>
  `#${seq}: the driver counts ${count} and has ${has}`;
const before = (seq: number) =>
  `unknown 1 from #${seq}: what was allocated before the trace begins is not known`;

test.each<[string, Event[], string[]]>([
  ["what it has", [page, counts(1)], ["held 1"]],
  ["a block once", [allocated(0x51, "agp", 0x4000), counts(1)], ["held 1"]],
  ["the scratch page", [page, allocated(0x52, "scratch"), counts(2)], ["held 1"]],
  ["no page of its table", [page, allocated(0x52, "gatt"), counts(1)], ["held 1"]],
  ["what it freed no more", [page, freed(0x51, "agp"), counts(0)], ["held 1"]],
  ["too much", [page, counts(2)], [differs(2, 2, 1)]],
  ["too little", [page, counts(0)], [differs(2, 0, 1)]],
  ["wrong by as much as before", [page, counts(2), counts(2)], [differs(2, 2, 1)]],
  ["wrong by more", [page, counts(2), counts(3)], [differs(2, 2, 1), differs(3, 3, 1)]],
  [
    "wrong, right and wrong again",
    [page, counts(2), counts(1), counts(2)],
    ["held 1", differs(2, 2, 1), differs(4, 2, 1)],
  ],
  ["from 0 when the bridge is gone", [page, ended({ bridge: null }), counts(0)], ["held 1"]],
  [
    "wrong by as much as the bridge before",
    [counts(1), ended({ bridge: null }), counts(1)],
    [differs(1, 1, 0), differs(3, 1, 0)],
  ],
  ["nothing in words", [page, ended({ current_memory: "2" })], []],
])("the driver counts %s", (_, events, lines) => {
  expect(judged(memoryCount, events)).toEqual(lines);
});

test.each<[string, Event[], string[]]>([
  ["is not known", [page, counts(1)], [before(2)]],
  ["is not known, other operations or not", [began("bind"), counts(1)], [before(2)]],
  ["is none where its bridge came in it", [began("init"), page, counts(1)], ["held 1"]],
])("what was allocated before a capture %s", (_, events, lines) => {
  expect(judged(memoryCount, events, capture(native))).toEqual(lines);
});

describe("a key", () => {
  const gives = (slot: number, key: number) => ended({ ret: 0, slot, key });
  const frees = (slot: number) => ended({ slot });
  const twice = (seq: number) => [`#${seq}: key 7 is given out twice`];
  test.each<[string, Event[], string[]]>([
    ["is given once", [gives(1, 7), gives(2, 8)], []],
    ["is given twice", [gives(1, 7), gives(2, 7)], twice(2)],
    ["is given again when it is free", [gives(1, 7), frees(1), gives(2, 7)], []],
    ["is free once", [gives(1, 7), frees(1), gives(2, 7), frees(1), gives(3, 7)], twice(5)],
    ["is not free by another slot", [gives(1, 7), frees(2), gives(2, 7)], twice(3)],
    [
      "is not free when a call fails",
      [gives(1, 7), ended({ slot: 1, ret: -22 }), gives(2, 7)],
      twice(3),
    ],
    ["is not free when a call names no slot", [gives(1, 7), ended({}), gives(2, 7)], twice(3)],
    ["goes with the bridge", [gives(1, 7), ended({ bridge: null }), gives(2, 7)], []],
    [
      "is free no more by a slot of the bridge before",
      [gives(1, 7), ended({ bridge: null }), gives(2, 7), frees(1), gives(3, 7)],
      twice(5),
    ],
    ["of no slot is nobody's", [ended({ key: 7 }), gives(1, 7)], []],
  ])("%s", (_, events, lines) => {
    expect(judged(memoryCount, events)).toEqual(lines);
  });
});
