// entry-in-use.test.ts - entries are taken out of an IOMMU's table with the mapping that they are of, or not at all.

import { expect, test } from "vitest";
import { bus, busPage } from "../../src/address.ts";
import { entryInUse } from "../../src/check/entry-in-use.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { capture, judged, native, told } from "./judged.ts";
import { mapped, unmapped } from "./told.ts";

const map = mapped(0x52800, 0x1000, 0x61800);
const end = { ...unmapped(0x52800, 0x1000), cause: 1 };
const cleared = (page: number, pages = 1) =>
  told("iommu.unmapped", {
    ...{ page: busPage(page), bus: bus(page * 0x1000), size: pages * 0x1000 },
  });
const ended = told("op.ended", { op: 0, result: {} } as never);
const held = "held 1";
const inUse = (seq: number, page: number, of = "4096 bytes stay mapped at 0x52800:b, since #1") =>
  `#${seq} iommu 0x${page}: 0x${page}000:b is cleared; ${of}`;

test.each<[string, Event[], string[]]>([
  ["with their mapping", [map, cleared(0x52, 2), end, ended], [held]],
  ["while their mapping goes on", [map, cleared(0x52, 2), ended], [inUse(2, 52)]],
  ["of its first page alone", [map, cleared(0x52), ended], [inUse(2, 52)]],
  ["of its last page alone", [map, cleared(0x53), ended], [inUse(2, 53)]],
  ["from before it on", [map, cleared(0x51, 2), ended], [inUse(2, 51)]],
  ["just before it", [map, cleared(0x51), ended], []],
  ["just behind it", [map, cleared(0x54), ended], []],
  ["when it is over", [map, end, cleared(0x52, 2), ended], []],
  ["and it ends in a later operation", [map, cleared(0x52), ended, end, ended], [inUse(2, 52)]],
  ["twice", [map, cleared(0x52), cleared(0x53), ended, ended], [inUse(2, 52), inUse(3, 53)]],
  ["and no operation ends", [map, cleared(0x52)], []],
  ["of no size", [map, { ...cleared(0x52), size: 0 }, ended], [inUse(2, 52)]],
  [
    "of one mapping of two",
    [
      map,
      mapped(0x60000, 64, 0x62000),
      cleared(0x60),
      { ...unmapped(0x60000, 64), cause: 2 },
      ended,
    ],
    [held],
  ],
  [
    "of a mapping of no size",
    [mapped(0x52800, 0, 0x61800), cleared(0x52), ended],
    [inUse(2, 52, "0 bytes stay mapped at 0x52800:b, since #1")],
  ],
])("entries are cleared %s", (_, events, lines) => {
  expect(judged(entryInUse, events)).toEqual(lines);
});

test("in a capture an entry may be another device's", () => {
  expect(judged(entryInUse, [map, cleared(0x52), ended], capture(native))).toEqual([]);
});
