// bio-merge.test.ts - a disk goes on from one segment to the next where both lie in a row.

import { expect, test } from "vitest";
import { bus, machine } from "../../src/address.ts";
import { bioMerge } from "../../src/check/bio-merge.ts";
import { judged, leading, told } from "./judged.ts";

const merged = (next: number, to: number | null) =>
  told("bio.merged", {
    ...leading(next, 0x3000, to),
    bus: bus(0x3000),
    machine: machine(next),
    size: 512,
  });

test.each([
  ["follow each other", 0x3000, 0x3000, ["held 1"]],
  [
    "lie apart",
    0x5000,
    0x3000,
    [
      "#1: the disk goes on to 0x3000:b, which is 0x3000:m; the next page is at 0x5000:m [foreign-frame]",
    ],
  ],
  ["lead nowhere that is known", 0x5000, null, []],
])("segments are merged that %s", (_, next, to, lines) => {
  expect(judged(bioMerge, [merged(next, to)])).toEqual(lines);
});
