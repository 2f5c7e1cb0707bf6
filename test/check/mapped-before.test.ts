// mapped-before.test.ts - the address of a fault is of the latest mapping that holds it, one in force before any other.

import { expect, test } from "vitest";
import { bus, busPage, machine, phys } from "../../src/address.ts";
import { MappedBefore } from "../../src/check/mapped-before.ts";
import type { Of } from "../../src/event/vocabulary.ts";
import { told } from "./judged.ts";
import { fault, mapped, unmapped } from "./told.ts";

type Told =
  | Of<"dma.mapped">
  | Of<"dma.unmapped">
  | Of<"iommu.mapped">
  | Of<"iommu.unmapped">
  | null;

/** What the address has to do with mappings, told from #1 on; null leaves a number out. */
function saysOf(events: readonly Told[], address: number | null, device: number | null = 0x700) {
  const before = new MappedBefore();
  for (const [i, event] of events.entries())
    if (event?.kind === "dma.mapped" || event?.kind === "iommu.mapped") before.mapped(event, i + 1);
    else if (event !== null) before.unmapped(event, i + 1);
  return before.saysOf(fault("iommu", device, address))?.says ?? null;
}

const entry = (page: number, size = 0x1000) =>
  told("iommu.mapped", {
    ...{ page: busPage(page), bus: bus(page * 0x1000), machine: machine(0x51000), size },
  });
const cleared = (page: number, size = 0x1000) =>
  told("iommu.unmapped", { page: busPage(page), bus: bus(page * 0x1000), size });
const of = (device: number, event: Of<"dma.mapped">) => ({ ...event, device });
const [here, there] = [mapped(0xfd000800, 0x1000, 0x51800), mapped(0xfd000000, 0x10000, 0x60000)];
const over = unmapped(0xfd000800, 0x1000);
const large = mapped(0xfe000000, 0x11000, 0x2000000);
const inHere = (seq: number) => `in the 4096 bytes mapped by dma_map_page at #${seq}`;
const afterHere = (seq: number, end: number) =>
  `after unmap: of the 4096 bytes mapped by dma_map_page at #${seq}, ended by dma_unmap_page at #${end}`;
const inThere = "in the 65536 bytes mapped by dma_map_page at";
const inLarge = "in the 69632 bytes mapped by dma_map_page at";

test.each<[string, Told[], number, string | null]>([
  ["the first of it", [here], 0xfd000800, inHere(1)],
  ["the last of it", [here], 0xfd0017ff, inHere(1)],
  ["before it in its page", [here], 0xfd0007ff, null],
  ["behind it in its page", [here], 0xfd001800, null],
  ["the first of sixteen pages", [there], 0xfd000000, `${inThere} #1`],
  ["the last of sixteen pages", [there], 0xfd00ffff, `${inThere} #1`],
  ["the last of seventeen pages", [large], 0xfe010fff, `${inLarge} #1`],
  ["behind seventeen pages", [large], 0xfe011000, null],
  [
    "the only byte of one",
    [mapped(0xfd000800, 1, 0x51000)],
    0xfd000800,
    "in the 1 bytes mapped by dma_map_page at #1",
  ],
  ["none of an empty one", [mapped(0xfd000800, 0, 0x51000)], 0xfd000800, null],
  ["the latest of two", [there, here], 0xfd000800, inHere(2)],
  ["the latest of two, the other way round", [here, there], 0xfd000800, `${inThere} #2`],
  [
    "the latest of a large and a small one",
    [here, mapped(0xfd000000, 0x11000, 0x60000)],
    0xfd000800,
    `${inLarge} #2`,
  ],
  [
    "one in force rather than a later that is over",
    [there, here, over],
    0xfd000800,
    `${inThere} #1`,
  ],
  ["the latest of two that are over", [here, over, here, over], 0xfd000800, afterHere(3, 4)],
  ["that the latest end is of", [here, here, over], 0xfd000800, inHere(1)],
  [
    "of an end past its first byte",
    [here, unmapped(0xfd001000, 0x800)],
    0xfd000800,
    afterHere(1, 2),
  ],
  ["of a second end, which ends nothing", [here, over, over], 0xfd000800, afterHere(1, 2)],
  [
    "of a second end, which ends no larger one",
    [there, here, over, over],
    0xfd000800,
    `${inThere} #1`,
  ],
  [
    "of an end that names an earlier of two",
    [here, here, { ...over, cause: 1 }, { ...over, cause: 1 }],
    0xfd000800,
    inHere(2),
  ],
  ["of an end of what was never mapped", [null, unmapped(0xfd009000, 0x800)], 0xfd009000, null],
  [
    "of a large end",
    [large, unmapped(0xfe000000, 0x11000)],
    0xfe000000,
    "after unmap: of the 69632 bytes mapped by dma_map_page at #1, ended by dma_unmap_page at #2",
  ],
  ["of an entry", [entry(0xfd000)], 0xfd000010, "in the 4096 bytes mapped at #1"],
  [
    "of an entry that is cleared",
    [entry(0xfd000), cleared(0xfd000)],
    0xfd000010,
    "after unmap: of the 4096 bytes mapped at #1, ended at #2",
  ],
  [
    "of the second of two entries that one range clears",
    [entry(0xfd000), entry(0xfd001), cleared(0xfd000, 0x2000)],
    0xfd001010,
    "after unmap: of the 4096 bytes mapped at #2, ended at #3",
  ],
  [
    "of an entry that a range before it leaves",
    [entry(0xfd002), cleared(0xfd000, 0x2000)],
    0xfd002010,
    "in the 4096 bytes mapped at #1",
  ],
  [
    "of a call rather than of its entry",
    [entry(0xfd000), here, entry(0xfd000)],
    0xfd000810,
    inHere(2),
  ],
  [
    "of a call that a cleared entry does not end",
    [here, entry(0xfd000), cleared(0xfd000)],
    0xfd000810,
    inHere(1),
  ],
  ["of another device's call", [of(0x800, here)], 0xfd000800, null],
  ["of a call of no device", [{ ...here, device: null }], 0xfd000800, inHere(1)],
  ["of its own of two devices' calls", [here, of(0x800, here)], 0xfd000800, inHere(1)],
  [
    "of an end of another device's",
    [here, of(0x800, here), { ...over, device: 0x800 }],
    0xfd000800,
    inHere(1),
  ],
  [
    "of another than the one that begins where an end does",
    [here, there, over],
    0xfd000800,
    `${inThere} #2`,
  ],
  [
    "of another than the large one that begins where an end does",
    [large, mapped(0xfdfff800, 0x1000, 0x61000), unmapped(0xfe000000, 0x11000)],
    0xfe000000,
    inHere(2),
  ],
  [
    "of the device's own when an end of no device's is another's",
    [{ ...here, device: null }, here, { ...over, device: null }],
    0xfd000800,
    inHere(2),
  ],
  ["of an end of no device's", [here, { ...over, device: null }], 0xfd000800, afterHere(1, 2)],
  [
    "the kernel's own number",
    [here],
    0x51800,
    "never mapped; it is the kernel's number of the buffer that is mapped at 0xfd000800:b",
  ],
  ["the kernel's number of what is over", [here, over], 0x51800, null],
  ["the kernel's number of another device's", [of(0x800, here)], 0x51800, null],
  ["the kernel's number that is not told", [{ ...here, phys: null }], 0x0, null],
  ["the kernel's number of an entry", [{ ...entry(0xfd000), phys: phys(0x51000) }], 0x51000, null],
])("an address is %s", (_, events, address, says) => {
  expect(saysOf(events, address)).toBe(says);
});

const [inEntry, afterEntry] = [
  "in the 131072 bytes mapped at #1",
  "after unmap: of the 131072 bytes mapped at #1, ended at #2",
];
test.each([
  [0xfd000000, inEntry],
  [0xfd003fff, inEntry],
  [0xfd004000, afterEntry],
  [0xfd007fff, afterEntry],
  [0xfd008000, inEntry],
  [0xfd01ffff, inEntry],
])("of a large entry that is cleared in part the rest is in force, at %d", (address, says) => {
  expect(saysOf([entry(0xfd000, 0x20000), cleared(0xfd004, 0x4000)], address)).toBe(says);
});

test("a range that is cleared takes of each entry what it covers", () => {
  const events = [entry(0xfd000, 0x8000), entry(0xfd008, 0x8000), cleared(0xfd004, 0x8000)];
  expect(saysOf(events, 0xfd003000)).toBe("in the 32768 bytes mapped at #1");
  expect(saysOf(events, 0xfd004000)).toBe(
    "after unmap: of the 32768 bytes mapped at #1, ended at #3",
  );
  expect(saysOf(events, 0xfd00b000)).toBe(
    "after unmap: of the 32768 bytes mapped at #2, ended at #3",
  );
  expect(saysOf(events, 0xfd00c000)).toBe("in the 32768 bytes mapped at #2");
});

test("a fault that names no device may be any device's, one without an address has none", () => {
  expect(saysOf([of(0x800, here)], 0xfd000800, null)).toBe(inHere(1));
  expect(saysOf([here], null)).toBeNull();
});

test("what was mapped before a gap may have ended in it", () => {
  const before = new MappedBefore();
  before.mapped(here, 1);
  before.lost(2);
  expect(before.saysOf(fault("iommu", 0x700, 0xfd000800))).toEqual({
    says: `${inHere(1)}, unless they ended where events were lost`,
    isMisread: false,
  });
  expect(before.saysOf(fault("iommu", 0x700, 0x51800))).toBeNull();
});

test("a mapping is told with its time where the trace has times", () => {
  const timed = [
    { ...here, at: 1_500_000_000 },
    { ...over, at: 2_000_001_000 },
  ];
  expect(saysOf(timed, 0xfd000800)).toBe(
    "after unmap: of the 4096 bytes mapped by dma_map_page at #1, 1.500000 s, ended by dma_unmap_page at #2, 2.000001 s",
  );
});

test("of many mappings the first are forgotten: 16 of a page, 256 large ones, 65536 pages", () => {
  const small = Array.from({ length: 17 }, (_, i) => mapped(0xfd000000 + i * 64, 64, 0x51000));
  expect([0, 1, 16].map((i) => saysOf(small, 0xfd000000 + i * 64) !== null)).toEqual([
    false,
    true,
    true,
  ]);
  const wide = Array.from({ length: 257 }, (_, i) =>
    mapped(0x1_0000_0000 + i * 0x20000, 0x20000, 0x51000),
  );
  expect([0, 1, 256].map((i) => saysOf(wide, 0x1_0000_0000 + i * 0x20000) !== null)).toEqual([
    ...[false, true, true],
  ]);
  const pages = Array.from({ length: 65537 }, (_, i) =>
    mapped(0x1_0000_0000 + i * 0x1000, 16, 0x51000),
  );
  expect([0, 1, 65536].map((i) => saysOf(pages, 0x1_0000_0000 + i * 0x1000) !== null)).toEqual([
    ...[false, true, true],
  ]);
});
