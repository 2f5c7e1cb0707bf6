// data-lost.test.ts - the CPU reads in a buffer what a device wrote there last, until somebody else writes.

import { expect, test } from "vitest";
import { bus, machine, mfn, pfn, phys, virt } from "../../src/address.ts";
import { dataLost } from "../../src/check/data-lost.ts";
import { accessed, judged, told } from "./judged.ts";

const buffer = {
  ...{ handle: bus(0x51000), bus: bus(0x51000), direction: "from-device" as const },
  ...{ virt: virt(0x9000), size: 0x2000 },
} as const;
const map = told("dma.mapped", buffer);
const unmap = told("dma.unmapped", buffer);
const wrote = (number: number, cause: number | null = 1, size = 0x1000) =>
  accessed("device.wrote", { number, to: number, cause, size, tag: 5 });
const seen = { frame: mfn(0x51), machine: machine(0x51000) } as const;
const reads = (at: number, tag: number) => told("cpu.read", { ...seen, virt: virt(at), tag });
const writes = (at: number) => told("cpu.wrote", { ...seen, virt: virt(at), tag: 9 });
const freed = (at: number, size: number) =>
  told("page.freed", {
    ...{ allocation: pfn(1), by: "free_page", use: "kernel", size },
    ...{ virt: virt(at), phys: phys(0x1000), machine: machine(0x1000) },
  });
const lost = (seq: number, what = "tag 4") => [
  `#${seq} content 0x51: the CPU reads ${what} at 0x51000:m, a device wrote tag 5 there [stale]`,
];

test.each([
  ["what was written", [map, wrote(0x51000), reads(0x9000, 5)], ["held 1"]],
  ["something older", [map, wrote(0x51000), reads(0x9000, 4)], lost(3)],
  ["nothing", [map, wrote(0x51000), { ...reads(0x9000, 4), tag: 0 }], lost(3, "zeroes")],
  ["something older anywhere in the page", [map, wrote(0x51000), reads(0x9fff, 4)], lost(3)],
  ["a page that was not written", [map, wrote(0x51000), reads(0xa000, 4)], []],
  ["the second page", [map, wrote(0x52000), reads(0xa000, 4)], lost(3)],
  ["behind the buffer", [map, wrote(0x53000), reads(0xb000, 4)], []],
  ["before the buffer", [map, wrote(0x50000), reads(0x8000, 4)], []],
  ["a page that was written in part", [map, wrote(0x51000, 1, 512), reads(0x9000, 4)], []],
  ["what came by no mapping", [map, wrote(0x51000, null), reads(0x9000, 4)], []],
  ["what came by another mapping", [map, wrote(0x51000, 7), reads(0x9000, 4)], []],
  ["what came when it was over", [map, unmap, wrote(0x51000), reads(0x9000, 4)], []],
  ["when it is over", [map, wrote(0x51000), unmap, reads(0x9000, 4)], lost(4)],
  ["what is not told", [map, { ...wrote(0x51000), tag: null }, reads(0x9000, 4)], []],
  ["without its address", [map, wrote(0x51000), { ...reads(0x9000, 4), virt: null }], []],
  [
    "of a buffer without an address",
    [{ ...map, virt: null }, wrote(0x51000), reads(0x9000, 4), reads(0, 4)],
    [],
  ],
  [
    "what was mapped anew",
    [map, unmap, { ...map, virt: virt(0xd000) }, wrote(0x51000, 3), reads(0xd000, 4)],
    lost(5),
  ],
  ["what the CPU wrote itself", [map, wrote(0x51000), writes(0x9010), reads(0x9000, 9)], []],
  [
    "what the CPU wrote elsewhere",
    [map, wrote(0x51000), writes(0xa000), { ...writes(0), virt: null }, reads(0x9000, 9)],
    lost(5, "tag 9"),
  ],
  ["what is freed", [map, wrote(0x51000), freed(0x9000, 0x1000), reads(0x9000, 4)], []],
  ["what is freed with others", [map, wrote(0x52000), freed(0x9000, 0x2000), reads(0xa000, 4)], []],
  ["what is left", [map, wrote(0x52000), freed(0x9000, 0x1000), reads(0xa000, 4)], lost(4)],
  [
    "what is left by a block of unknown address",
    [map, wrote(0x51000), { ...freed(0x9000, 0x1000), virt: null }, reads(0x9000, 4)],
    lost(4),
  ],
])("the CPU reads %s", (_, events, lines) => {
  expect(judged(dataLost, events)).toEqual(lines);
});

test("the latest write counts", () => {
  const later = { ...wrote(0x51000), tag: 6 };
  expect(judged(dataLost, [map, wrote(0x51000), later, reads(0x9000, 6)])).toEqual(["held 1"]);
});
