// dma-leak.test.ts - what a driver left mapped is told when nobody is left to end it.

import { expect, test } from "vitest";
import { dmaLeak } from "../../src/check/dma-leak.ts";
import type { Event, Of } from "../../src/event/vocabulary.ts";
import { judged, told } from "./judged.ts";
import { fault, mapped, unmapped } from "./told.ts";

const map = mapped(0x51000, 0x800, 0x61000);
const end = (fields: Partial<Of<"dma.unmapped">> = {}) => ({
  ...unmapped(0x51000, 0x800),
  ...fields,
});
const lost = told("events.lost", { count: 3 });
const held = "held 1";
const leaves = told("call.entered", {
  ...{ place: "remove_device_from_group", text: "IOMMU: groupID=1 device=0000:07:00.0" },
});
const says = (seq: number, bytes: number, address: string, at: number, by = " by dma_map_page") =>
  `#${seq} dma ${address}: ${bytes} bytes at ${address}:b${by} never end: the driver of 0000:07:00.0 is gone at #${at}`;
const other = mapped(0x52000, 16, 0x62000);
const pending = "device driver has pending DMA allocations while released from device";
const complaint = { ...fault("dma-api", 0x700, null), text: `e1000e 0000:07:00.0: ${pending}` };
test.each<[string, Event[], string[]]>([
  [
    "is told when the driver is gone",
    [map, other, leaves],
    [says(1, 2048, "0x51000", 3), says(2, 16, "0x52000", 3)],
  ],
  ["is told once", [map, leaves, leaves], [says(1, 2048, "0x51000", 2)]],
  [
    "is told without its function",
    [{ ...map, place: null }, leaves],
    [says(1, 2048, "0x51000", 2, "")],
  ],
  ["is not what ended", [map, other, end({ cause: 1 }), leaves], [held, says(2, 16, "0x52000", 4)]],
  [
    "is not what ended by whichever end",
    [map, end({ cause: null }), leaves],
    [says(1, 2048, "0x51000", 3)],
  ],
  [
    "is what another device ended",
    [map, end({ cause: 1, device: 0x800 }), leaves],
    [says(1, 2048, "0x51000", 3)],
  ],
  [
    "is what no device ended",
    [map, end({ cause: 1, device: null }), leaves],
    [says(1, 2048, "0x51000", 3)],
  ],
  ["is another device's", [{ ...map, device: 0x800 }, leaves], []],
  ["is no device's", [{ ...map, device: null }, leaves], []],
  ["may have ended in a gap", [map, lost, leaves], []],
  ["is still in use", [map, { ...leaves, place: "add_device_to_group" }], []],
  [
    "is complained of",
    [map, complaint],
    [
      `#1 dma 0x51000: 2048 bytes at 0x51000:b by dma_map_page never end: the kernel complains at #2: ${complaint.text}`,
    ],
  ],
  ["is complained of, and whose it is is not told", [map, { ...complaint, device: null }], []],
  ["is not what a complaint of something else is of", [map, { ...complaint, text: "frees" }], []],
])("what is left mapped %s", (_, events, lines) => {
  expect(judged(dmaLeak, events)).toEqual(lines);
});
