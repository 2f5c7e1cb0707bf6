// recorded.test.ts - what a recording has as numbers is what its text says; where the text says more, it is asked.

import { expect, test } from "vitest";
import { recordedCall } from "../../../../src/exchange/import/ftrace/dma.ts";
import { pieceOf } from "../../../../src/exchange/import/ftrace/memory.ts";
import type { Record } from "../../../../src/exchange/import/ftrace/record.ts";
import { deviceOf } from "../../../../src/exchange/import/kernel/device.ts";

const UNREAD = "the text was asked";

/** A record of a recording, whose text must not be asked unless it is given. */
function recorded(
  name: string,
  values: { readonly [field: string]: number | string },
  text?: string,
): Record {
  return {
    ...{ task: 1, cpu: 0, buffer: "", at: 1, name },
    get body(): string {
      if (text === undefined) throw new Error(UNREAD);
      return text;
    },
    fields: {
      number: (field) => (typeof values[field] === "number" ? values[field] : null),
      text: (field) => (typeof values[field] === "string" ? values[field] : null),
    },
  };
}

test("an entry is its numbers, and an end of it how much was cleared", () => {
  expect(pieceOf(recorded("map", { iova: 0x1000, paddr: 0x5000, size: 4096 }))).toEqual({
    ...{ iova: 0x1000, phys: 0x5000, size: 4096 },
  });
  expect(pieceOf(recorded("unmap", { iova: 0x1000, size: 8192, unmapped_size: 4096 }))).toEqual({
    ...{ iova: 0x1000, phys: null, size: 4096 },
  });
});

const FAR =
  "IOMMU: iova=0xfffffffffffff000 - 0x0000000000000000 paddr=0x0000000000005000 size=4096";

test.each([
  ["no number holds its address", { paddr: 0x5000, size: 4096 }, FAR, 4096],
  [
    "it is larger than any buffer",
    { iova: 0x1000, paddr: 0x5000, size: 2 ** 40 },
    "IOMMU: iova=0x0000000000001000 - 0x0000000000002000 paddr=0x0000000000005000 size=8",
    8,
  ],
])("where %s, the text says what an entry is", (_, values, text, size) => {
  expect(pieceOf(recorded("map", values, text))).toMatchObject({ phys: 0x5000, size });
});

const call = { device: "0000:00:04.0", dma_addr: 0x1000, size: 60, dir: 1, attrs: 0 };

test("a call for one buffer is its numbers", () => {
  expect(recordedCall(recorded("dma_map_page", call))).toEqual({
    ...{ device: deviceOf("0000:00:04.0"), bus: 0x1000, size: 60, direction: "to-device" },
    attributes: null,
  });
  const { attrs: _, ...sync } = call;
  expect(recordedCall(recorded("dma_sync_single_for_cpu", sync))).toMatchObject({ size: 60 });
});

test.each([
  ["attributes are named", { ...call, attrs: 32 }],
  ["attributes are not recorded", { ...call, attrs: "" }],
  ["it may have failed, in 32 bits", { ...call, dma_addr: 0xffffffff }],
  ["it may have failed, in 48 bits", { ...call, dma_addr: 0xffff_ffff_ffff }],
  ["no number holds the handle", { ...call, dma_addr: "" }],
  ["the direction is none", { ...call, dir: 3 }],
  ["the device is not recorded", { ...call, device: 0 }],
  ["it is larger than any buffer", { ...call, size: 2 ** 40 }],
])("where %s, the text is asked about a call", (_, values) => {
  expect(recordedCall(recorded("dma_map_page", values))).toBeNull();
});

test("a record without fields has its text alone", () => {
  const { fields: _, ...told } = recorded("dma_map_page", call, "");
  expect(recordedCall(told)).toBeNull();
});
