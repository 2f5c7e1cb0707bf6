// dma-release.test.ts - an end or a sync is told with what is wrong with it, as far as the trace knows its mapping.

import { describe, expect, test } from "vitest";
import { bus } from "../../src/address.ts";
import { dmaRelease } from "../../src/check/dma-release.ts";
import type { About } from "../../src/event/trace.ts";
import type { Event, Of } from "../../src/event/vocabulary.ts";
import { capture, judged, native, told } from "./judged.ts";
import { fault, mapped, unmapped } from "./told.ts";

const captured = capture(native);
const map = mapped(0x51000, 0x800, 0x61000);
const end = (fields: Partial<Of<"dma.unmapped">> = {}) => ({
  ...unmapped(0x51000, 0x800),
  ...fields,
});
const sync = (fields: Partial<Of<"dma.synced">> = {}): Of<"dma.synced"> =>
  told("dma.synced", {
    ...{ bus: bus(0x51000), size: 0x100, direction: "to-device", device: 0x700, cause: 1 },
    ...fields,
  });
const lost = told("events.lost", { count: 3 });
const at = (seq: number, says: string, address = "0x51000") => [`#${seq} dma ${address}: ${says}`];
const held = "held 1";
const unknown = (seq: number) => [
  `unknown 1 from #${seq}: a mapping is meant that was made before the trace begins, or in a gap`,
];
const over = "nothing is mapped at 0x51000:b any more";
const never = "nothing is mapped at 0x51000:b, nor was it ever";

test.each<[string, Event[], string[], about?: About]>([
  ["as it was made", [map, end()], [held]],
  [
    "of another length",
    [map, end({ size: 0x400 })],
    at(2, "1024 bytes at 0x51000:b end, 2048 were mapped"),
  ],
  [
    "by the function of another kind",
    [map, end({ place: "dma_unmap_sg" })],
    at(2, "0x51000:b is ended as a scatterlist mapping, it was made as a single mapping"),
  ],
  ["by a function that is not known", [map, end({ place: "pci_unmap" })], [held]],
  ["by a function that is not told", [map, end({ place: null })], [held]],
  ["though made by a function that is not told", [{ ...map, place: null }, end()], [held]],
  [
    "in another direction",
    [map, end({ direction: "from-device" })],
    at(2, "0x51000:b ends from-device, it was mapped to-device"),
  ],
  ["twice", [map, end(), end()], [held, ...at(3, over)]],
  ["and never began", [end()], at(1, never)],
  ["and never began, of a capture", [end()], unknown(1), captured],
  [
    "for another device",
    [map, end({ device: 0x800 })],
    at(2, "0x51000:b ends for another device: it is mapped for 0000:07:00.0"),
  ],
  [
    "for another device than none",
    [{ ...map, device: null }, end()],
    at(2, "0x51000:b ends for another device: it is mapped"),
  ],
  [
    "for another device, of a capture",
    [map, end({ device: 0x800 })],
    at(2, "0x51000:b ends for another device: it is mapped for 0000:07:00.0"),
    captured,
  ],
  [
    "for another device behind an IOMMU",
    [map, end({ device: 0x800 })],
    unknown(2),
    { ...captured, platform: "x86_64-vtd" },
  ],
  [
    "for another device behind a simulated IOMMU",
    [map, end({ device: 0x800 })],
    at(2, never),
    { ...native, platform: "x86_64-vtd" },
  ],
  ["of another length behind a gap", [map, lost, end({ size: 0x400, cause: 1 })], [held]],
  ["behind a gap that its map may lie in", [lost, end()], unknown(2)],
  [
    "a second time behind a gap that another map of it may lie in",
    [map, lost, end({ cause: 1 }), end()],
    [held, ...unknown(4)],
    captured,
  ],
])("a mapping ends %s", (_, events, lines, about) => {
  expect(judged(dmaRelease, events, about)).toEqual(lines);
});

test.each<[string, Event[], string[], about?: About]>([
  ["within its mapping", [map, sync()], [held]],
  ["to its very end", [map, sync({ bus: bus(0x51700) })], [held]],
  [
    "past its end",
    [map, sync({ bus: bus(0x51701) })],
    at(2, "256 bytes at 0x51701:b are synced, the mapping ends 1 bytes before", "0x51701"),
  ],
  [
    "in another direction",
    [map, sync({ direction: "from-device" })],
    at(2, "0x51000:b is synced from-device, it was mapped to-device"),
  ],
  ["either way, both being mapped", [{ ...map, direction: "bidirectional" }, sync()], [held]],
  ["either way, being coherent", [{ ...map, direction: "coherent" }, sync()], [held]],
  [
    "when it is over",
    [map, end(), sync()],
    [held, ...at(3, "0x51000:b is synced, nothing is mapped there any more")],
  ],
  [
    "though never mapped",
    [sync({ cause: null })],
    at(1, "0x51000:b is synced, nothing is mapped there, nor was it ever"),
  ],
  ["though never mapped in a capture", [sync({ cause: null })], unknown(1), captured],
  [
    "from before its beginning",
    [map, sync({ bus: bus(0x50f80) })],
    at(2, "256 bytes at 0x50f80:b are synced, the mapping begins 128 bytes behind", "0x50f80"),
  ],
  ["past its end behind a gap", [map, lost, sync({ bus: bus(0x51701) })], [held]],
  ["when it is over, behind a gap", [map, end(), lost, sync()], [held, ...unknown(4)]],
])("a buffer is synced %s", (_, events, lines, about) => {
  expect(judged(dmaRelease, events, about)).toEqual(lines);
});

const pairs = [
  ...[
    ["dma_map_page", "dma_unmap_page"],
    ["dma_map_phys", "dma_unmap_phys"],
    ["dma_alloc", "dma_free"],
  ],
  ...[
    ["dma_map_resource", "dma_unmap_resource"],
    ["dma_map_sg", "dma_unmap_sg"],
  ],
  ...[
    ["dma_alloc_pages", "dma_free_pages"],
    ["dma_alloc_sgt", "dma_free_sgt"],
  ],
] as const;
const asA = [
  "a single",
  "a single",
  "a coherent",
  "a resource",
  "a scatterlist",
  "a noncoherent",
  "a noncontiguous",
];

test("each function ends what its counterpart made, and those of a single page each other's", () => {
  for (const [i, [made]] of pairs.entries())
    for (const [j, [, ended]] of pairs.entries()) {
      const says = `0x51000:b is ended as ${asA[j]} mapping, it was made as ${asA[i]} mapping`;
      expect(judged(dmaRelease, [{ ...map, place: made! }, end({ place: ended! })])).toEqual(
        asA[i] === asA[j] ? [held] : at(2, says),
      );
    }
});

describe("the kernel's own complaint", () => {
  const complaint = (fields: Partial<Of<"fault.raised">> = {}) => ({
    ...fault("dma-api", 0x700, 0x51000),
    ...{ text: "device driver failed to check map error" },
    ...fields,
  });
  const text = "of 0000:07:00.0: device driver failed to check map error";
  const leaks =
    "e1000e 0000:07:00.0: device driver has pending DMA allocations while released from device";
  test.each<[string, Event[], string[]]>([
    [
      "is of the last call with its handle",
      [map, end(), complaint()],
      [held, `#2: the kernel complains ${text}`],
    ],
    ["names its function", [map, complaint({ place: "check_unmap" })], [`#1: check_unmap ${text}`]],
    [
      "is of a device that it does not name",
      [map, complaint({ device: null })],
      ["#1: the kernel complains: device driver failed to check map error"],
    ],
    [
      "is of a call of no device",
      [{ ...map, device: null }, complaint()],
      [`#2: the kernel complains ${text}`],
    ],
    ["is of a sync", [map, sync(), complaint()], [held, `#2: the kernel complains ${text}`]],
    ["is told once", [map, complaint(), complaint()], [`#1: the kernel complains ${text}`]],
    [
      "is told anew of another call",
      [map, complaint(), end(), complaint()],
      [held, `#1: the kernel complains ${text}`, `#3: the kernel complains ${text}`],
    ],
    [
      "adds nothing to what was found",
      [map, end({ size: 8 }), complaint()],
      at(2, "8 bytes at 0x51000:b end, 2048 were mapped"),
    ],
    ["is another fault", [map, complaint({ fault: "oops" })], []],
    ["is of what is left mapped, which is dma-leak's", [map, complaint({ text: leaks })], []],
    [
      "is of what is left mapped, and no mapping is known",
      [complaint({ text: leaks })],
      [`#1: the kernel complains of 0000:07:00.0: ${leaks}`],
    ],
    [
      "is of what another device has left mapped",
      [{ ...map, device: 0x800 }, complaint({ text: leaks, bus: null })],
      [`#2: the kernel complains of 0000:07:00.0: ${leaks}`],
    ],
  ])("%s", (_, events, lines) => {
    expect(judged(dmaRelease, events)).toEqual(lines);
  });

  const frees = { text: "device driver frees DMA memory with wrong function" };
  const syncs = { text: "device driver syncs DMA memory with different direction" };
  const says = ({ text }: { readonly text: string }) =>
    `the kernel complains of 0000:07:00.0: ${text}`;
  // The clock of a log can be some milliseconds ahead of its trace's.
  test.each<[string, Event[], string[]]>([
    [
      "of a free is of the one that comes next",
      [map, complaint({ ...frees, at: 1e9 }), end({ at: 1.01e9 })],
      [held, `#3: ${says(frees)}`],
    ],
    [
      "of a sync is of the one that comes next",
      [map, complaint({ ...syncs, at: 1e9 }), sync({ at: 1.01e9 }), end({ at: 1.02e9 })],
      ["held 2", `#3: ${says(syncs)}`],
    ],
    [
      "of a free is of none that comes much later",
      [map, complaint({ ...frees, at: 1e9 }), end({ at: 3e9 })],
      [held, `#2: ${says(frees)}`],
    ],
    [
      "of a free that the trace lacks stands alone",
      [map, complaint({ ...frees, at: 1e9 })],
      [`#2: ${says(frees)}`],
    ],
    [
      "adds nothing to a free that is found",
      [map, complaint({ ...frees, at: 1e9 }), end({ size: 8, at: 1.01e9 })],
      at(3, "8 bytes at 0x51000:b end, 2048 were mapped"),
    ],
  ])("%s", (_, events, lines) => {
    expect(judged(dmaRelease, events)).toEqual(lines);
  });

  test("is of no call of more than 4096 ago", () => {
    const calls = Array.from({ length: 4096 }, (_, i) => mapped(0x100000 + i * 64, 64, 0x61000));
    expect(judged(dmaRelease, [map, ...calls.slice(1), complaint()])).toEqual([
      `#1: the kernel complains ${text}`,
    ]);
    expect(judged(dmaRelease, [map, ...calls, complaint()])).toEqual([
      `#4098: the kernel complains ${text}`,
    ]);
    const again = [map, ...calls.slice(1), map, calls[0]!, complaint()];
    expect(judged(dmaRelease, again)).toEqual([`#4097: the kernel complains ${text}`]);
  });
});
