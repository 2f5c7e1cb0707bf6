// device-fault.test.ts - a refused access is told with what its address had to do with mappings.

import { expect, test } from "vitest";
import { bus, busPage, machine } from "../../src/address.ts";
import { deviceFault } from "../../src/check/device-fault.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { accessed, judged, told } from "./judged.ts";
import { runCheck } from "./run-check.ts";
import { fault, mapped, toldBy, unmapped } from "./told.ts";

const saidOf = (...events: readonly Event[]) =>
  runCheck(deviceFault, toldBy(...events)).findings.map(({ says, verdict }) => [says, verdict]);
const buffer = mapped(0xfd204000, 0x2000, 0x51000);
const large = mapped(0xfe000000, 0x100000, 0x2000000);

test.each([
  [
    "inside what is mapped",
    [buffer, fault("iommu", 0x700, 0xfd205010)],
    "0000:07:00.0: 0xfd205010:b is refused: refused; in the 8192 bytes mapped by dma_map_page at #1",
    null,
  ],
  [
    "after its unmap",
    [buffer, unmapped(0xfd204000, 0x2000), fault("iommu", 0x700, 0xfd205010)],
    "0000:07:00.0: 0xfd205010:b is refused: refused; after unmap: of the 8192 bytes mapped by dma_map_page at #1, ended by dma_unmap_page at #2",
    null,
  ],
  [
    "deep in a large mapping",
    [large, unmapped(0xfe000000, 0x100000), fault("iommu", null, 0xfe0ff000)],
    "0xfe0ff000:b is refused: refused; after unmap: of the 1048576 bytes mapped by dma_map_page at #1, ended by dma_unmap_page at #2",
    null,
  ],
  [
    "mapped again: what is in force counts",
    [buffer, unmapped(0xfd204000, 0x2000), buffer, fault("iommu", 0x700, 0xfd204000)],
    "0000:07:00.0: 0xfd204000:b is refused: refused; in the 8192 bytes mapped by dma_map_page at #3",
    null,
  ],
  [
    "another device's mapping is none of its own",
    [buffer, fault("iommu", 0x800, 0xfd204000)],
    "0000:08:00.0: 0xfd204000:b is refused: refused",
    null,
  ],
  [
    "the kernel's own number of a mapped buffer",
    [buffer, fault("iommu", 0x700, 0x51010)],
    "0000:07:00.0: 0x51010:b is refused: refused; never mapped; it is the kernel's number of the buffer that is mapped at 0xfd204000:b",
    "wrong-space",
  ],
  [
    "an address that is not told",
    [buffer, fault("iommu", 0x700, null)],
    "0000:07:00.0: an access whose address is not told is refused: refused",
    null,
  ],
])("%s", (_, events, says, verdict) => {
  expect(saidOf(...events)).toEqual([[says, verdict]]);
});

const access = (kind: "device.read" | "device.wrote", to: number | null, fields: object = {}) =>
  accessed(kind, { number: 0xfd204000, to, ...fields });
const refused = fault("iommu", 0x700, 0xfd204000);
const says = "0000:07:00.0: 0xfd204000:b is refused: refused";

test.each<[string, Event[], string[]]>([
  ["has no access in the trace", [refused], [`#1: ${says}`]],
  ["has its access before it", [access("device.read", null), refused], []],
  ["has its access behind it", [refused, access("device.wrote", null)], []],
  [
    "is not of an access that gets through",
    [refused, access("device.wrote", 0x51000)],
    ["held 1", `#1: ${says}`],
  ],
  ["is of one access", [refused, refused, access("device.read", null)], [`#1: ${says}`]],
  [
    "is not of the device that it is told of",
    [{ ...refused, device: null }],
    ["#1: 0xfd204000:b is refused: refused"],
  ],
  [
    "has no text",
    [{ ...refused, text: null }],
    ["#1: 0000:07:00.0: 0xfd204000:b is refused: iommu"],
  ],
  ["is a chipset's", [{ ...refused, fault: "invalid-entry" }], [`#1: ${says}`]],
  ["is the kernel's", [{ ...refused, fault: "oops" }], []],
  [
    "is of an entry of the IOMMU",
    [
      told("iommu.mapped", {
        ...{
          page: busPage(0xfd204),
          bus: bus(0xfd204000),
          machine: machine(0x51000),
          size: 0x1000,
        },
      }),
      refused,
    ],
    [`#2: ${says}; in the 4096 bytes mapped at #1`],
  ],
  [
    "is of an entry that is cleared",
    [
      told("iommu.mapped", {
        ...{
          page: busPage(0xfd204),
          bus: bus(0xfd204000),
          machine: machine(0x51000),
          size: 0x1000,
        },
      }),
      told("iommu.unmapped", { page: busPage(0xfd204), bus: bus(0xfd204000), size: 0x1000 }),
      refused,
    ],
    [`#3: ${says}; after unmap: of the 4096 bytes mapped at #1, ended at #2`],
  ],
])("a refusal that %s", (_, events, lines) => {
  expect(judged(deviceFault, events)).toEqual(lines);
});
