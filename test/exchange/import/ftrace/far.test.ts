// far.test.ts - IOVAs of 57 and 64 bits are mapped, touched and refused as others are, each in its own space.

import { expect, test } from "vitest";
import { hex } from "../../../../src/address.ts";
import { judgedOf } from "../../../../src/replay/judged.ts";
import { importedText } from "../captured.ts";

const DEVICE = "0000:07:00.0";
const wide = (iova: bigint) => iova.toString(16).padStart(16, "0");

/** One buffer of a page, mapped and given back, and a fault behind it. */
const lines = (iova: bigint, device = DEVICE, page = 0x51000000) => [
  `map: IOMMU: iova=0x${wide(iova)} - 0x1 paddr=0x00000000${page.toString(16)} size=4096`,
  `dma_map_page: ${device} dir=TO_DEVICE dma_addr=${iova.toString(16)} size=4096 phys_addr=${page.toString(16)} attrs=`,
  `unmap: IOMMU: iova=0x${wide(iova)} - 0x1 size=4096 unmapped_size=4096`,
  `dma_unmap_page: ${device} dir=TO_DEVICE dma_addr=${iova.toString(16)} size=4096 attrs=`,
  `io_page_fault: IOMMU:drv ${device} iova=0x${wide(iova + 0x123n)} flags=0x0001`,
];
const traced = (...all: readonly string[]) =>
  importedText({
    "ftrace.txt": `# tracer: nop\n${all.map((line, i) => ` drv-50 [000] ..... 10.${`${i}`.padStart(6, "0")}: ${line}`).join("\n")}\n`,
  });

test.each([
  ["below 2^48", 0xffff_ffff_f000n],
  ["of 49 bits", 0x1_0000_0000_0000n],
  ["of 52 bits", 0xf_ffff_ffff_f000n],
  ["of 57 bits (VT-d, five levels)", 0x01ff_ffff_ffff_f000n],
  ["below 2^63", 0x7fff_ffff_ffff_f000n],
  ["of 64 bits (AMD)", 0xffff_ffff_ffff_e000n],
])("an IOVA %s", async (_, iova) => {
  const { trace, events } = await traced(...lines(iova));
  expect(
    events.map(({ event }) => `${event.kind} ${hex((event as unknown as { bus: bigint }).bus)}`),
  ).toEqual([
    `iommu.mapped ${hex(iova)}`,
    `dma.mapped ${hex(iova)}`,
    `iommu.unmapped ${hex(iova)}`,
    `dma.unmapped ${hex(iova)}`,
    `fault.raised ${hex(iova + 0x123n)}`,
  ]);
  const { judgement } = judgedOf(trace);
  expect(judgement).toMatchObject({ uses: { right: 1, wrong: 0, unknown: 0 }, findings: 1 });
});

test("the same lower bits in two regions of the bus are two entries", async () => {
  const [low, high] = [0x1000_0000n, 0xffff_0000_1000_0000n];
  const [first, second] = [lines(low), lines(high, DEVICE, 0x62000000)];
  const { events } = await traced(first[0]!, first[1]!, second[0]!, second[1]!);
  const reached = events.flatMap(({ event }) =>
    event.kind === "dma.mapped" ? [hex(event.reached!)] : [],
  );
  expect(reached).toEqual(["0x51000000", "0x62000000"]);
});

test("a map that reaches over 2^48 has an entry on both sides", async () => {
  const iova = 0xffff_ffff_f000n;
  const { events } = await traced(
    `map: IOMMU: iova=0x${wide(iova)} - 0x1 paddr=0x0000000051000000 size=8192`,
    `dma_map_page: ${DEVICE} dir=TO_DEVICE dma_addr=${iova.toString(16)} size=8192 phys_addr=51000000 attrs=`,
  );
  expect(events.map(({ event }) => [event.kind, (event as { size: number }).size])).toEqual([
    ["iommu.mapped", 4096],
    ["iommu.mapped", 4096],
    ["dma.mapped", 8192],
  ]);
});

test.each(["ffffffffffffffff", "fffffffffffff000"])(
  "a range from %s that ends past 2^64 is none, nor a part of it",
  async (iova) => {
    const range = `IOMMU: iova=0x${iova} - 0x1000`;
    for (const line of [
      `unmap: ${range} size=8192 unmapped_size=8192`,
      `map: ${range} paddr=0x0000000051000000 size=8192`,
    ])
      await expect(traced(line)).rejects.toThrow("the range ends past 2^64");
  },
);

test("a buffer that reaches over 2^63 is one on both sides", async () => {
  const iova = 0x7fff_ffff_ffff_0000n;
  const { events } = await traced(
    `map: IOMMU: iova=0x${wide(iova)} - 0x1 paddr=0x0000000051000000 size=131072`,
    `dma_map_page: ${DEVICE} dir=TO_DEVICE dma_addr=${iova.toString(16)} size=131072 phys_addr=51000000 attrs=`,
    `dma_sync_single_for_cpu: ${DEVICE} dir=TO_DEVICE dma_addr=8000000000001000 size=64`,
    `unmap: IOMMU: iova=0x${wide(iova)} - 0x1 size=131072 unmapped_size=131072`,
  );
  expect(
    events.map(({ event }) => {
      const { kind, bus, size, cause } = event as unknown as Record<string, unknown>;
      return `${kind} ${hex(bus as bigint)} ${size} ${cause ?? "-"}`;
    }),
  ).toEqual([
    "iommu.mapped 0x7fffffffffff0000 65536 -",
    "iommu.mapped 0x8000000000000000 65536 -",
    "dma.mapped 0x7fffffffffff0000 131072 1",
    "dma.synced 0x8000000000001000 64 3",
    "iommu.unmapped 0x7fffffffffff0000 65536 1",
    "iommu.unmapped 0x8000000000000000 65536 2",
  ]);
});

test("DMA_MAPPING_ERROR is a mapping that failed", async () => {
  const { events } = await traced(
    `dma_map_page: ${DEVICE} dir=TO_DEVICE dma_addr=ffffffffffffffff size=4096 phys_addr=51000000 attrs=`,
  );
  expect(events.map(({ event }) => event.kind)).toEqual(["fault.raised"]);
});
