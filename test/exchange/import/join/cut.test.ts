// cut.test.ts - of what came in a gap, or behind the end of the kernel's trace, nothing is known, and nobody is accused.

import { expect, test } from "vitest";
import { judgedOf } from "../../../../src/replay/judged.ts";
import { importedText } from "../captured.ts";

const traced = (...lines: readonly string[]): string =>
  `# tracer: nop\n${lines.map((line, i) => (line.startsWith("CPU") ? line : ` drv-50 [000] ..... ${1 + i}.000000: ${line}`)).join("\n")}\n`;
const ENTRY = "map: IOMMU: iova=0x00000000ffff0000 - 0x1 paddr=0x0000000051000000 size=4096";
const map = (phys: string) =>
  `dma_map_page: 0000:07:00.0 dir=TO_DEVICE dma_addr=ffff0000 size=4096 phys_addr=${phys} attrs=`;
const UNMAP = "dma_unmap_page: 0000:07:00.0 dir=TO_DEVICE dma_addr=ffff0000 size=4096 attrs=";

test("an entry from before a gap leads nowhere that is known behind it", async () => {
  const { events, trace } = await importedText({
    trace: traced(ENTRY, map("51000000"), "CPU:0 [LOST 9 EVENTS]", map("62000000")),
  });
  const reached = events.flatMap(({ event }) =>
    event.kind === "dma.mapped" ? [event.reached ?? null] : [],
  );
  expect(reached.map((one) => one === null)).toEqual([false, true]);
  expect(judgedOf(trace).judgement.findings).toBe(0);
});

test("a device's access behind the end of the kernel's trace is no access after unmap", async () => {
  const { events, trace } = await importedText({
    trace: traced(map("ffff0000"), UNMAP),
    qemu: "27@1795343637.561000:pci_nvme_map_addr addr 0xffff0000 len 4096\n",
  });
  expect(events.map(({ event }) => event.kind)).toEqual([
    "dma.mapped",
    "dma.unmapped",
    "events.lost",
    expect.stringMatching(/^device\./),
  ]);
  expect(judgedOf(trace).judgement.findings).toBe(0);
});
