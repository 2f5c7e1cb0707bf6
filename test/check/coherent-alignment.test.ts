// coherent-alignment.test.ts - a ring begins at a multiple of its size, rounded up to a power of two.

import { expect, test } from "vitest";
import { bus, busPage, machine } from "../../src/address.ts";
import { coherentAlignment } from "../../src/check/coherent-alignment.ts";
import type { Of } from "../../src/event/vocabulary.ts";
import { judged, told } from "./judged.ts";

const mapping = (
  address: number,
  size: number,
  direction: Of<"dma.mapped">["direction"] = "coherent",
) =>
  told("dma.mapped", {
    ...{ handle: bus(address), bus: bus(address), size, direction },
  });
const entry = told("iommu.mapped", {
  ...{ page: busPage(2), bus: bus(0x2000), machine: machine(0x8000), size: 0x1000 },
});

test.each([
  ["to its page", [mapping(0x2000, 64)], ["held 1"]],
  ["to the power of two above its size", [mapping(0x4000, 0x3000)], ["held 1"]],
  [
    "to less than that",
    [mapping(0x2000, 0x3000)],
    ["#1 dma 0x2000: 12288 bytes at 0x2000:b are not aligned to 0x4000"],
  ],
  ["as it comes, for a single transfer", [mapping(0x2000, 0x3000, "to-device")], []],
  ["as an IOMMU has it", [entry, mapping(0x2000, 0x3000)], []],
])("coherent memory is aligned %s", (_, events, lines) => {
  expect(judged(coherentAlignment, events)).toEqual(lines);
});
