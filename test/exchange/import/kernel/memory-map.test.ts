// memory-map.test.ts - /proc/iomem tells what memory has the number that a device was refused.

import { expect, test } from "vitest";
import type { Of } from "../../../../src/event/vocabulary.ts";
import { importedText } from "../captured.ts";
import { timed } from "../dmesg/logged.ts";

const IOMEM = `00000000-00000fff : Reserved
00001000-0009fbff : System RAM
00100000-3ffdffff : System RAM
  2c000000-2cffffff : Kernel code
c0000000-febfffff : PCI Bus 0000:00
  febd0000-febd3fff : 0000:00:04.0
    febd0000-febd3fff : nvme
`;
const refused = (address: string): string =>
  `${timed(`DMAR: [DMA Read NO_PASID] Request device [00:05.0] fault addr 0x${address} [fault reason 0x06] PTE Read access is not set`)[0]}\n`;

const textsOf = async (files: { readonly [name: string]: string }): Promise<string[]> =>
  (await importedText(files)).events.flatMap(({ event }) =>
    event.kind === "fault.raised" ? [(event as Of<"fault.raised">).text ?? ""] : [],
  );

test.each([
  ["100000", "System RAM"],
  ["2c441000", "System RAM, Kernel code"],
  ["febd1000", "PCI Bus 0000:00, 0000:00:04.0, nvme"],
  ["0", "Reserved"],
])("0x%s is %s", async (address, name) => {
  const [text] = await textsOf({ "dmesg.txt": refused(address), "iomem.txt": IOMEM });
  expect(text).toMatch(new RegExp(`; in /proc/iomem that number is ${name}$`));
});

test("what no memory has is no number of memory's", async () => {
  const [text] = await textsOf({ "dmesg.txt": refused("fff00000"), "iomem.txt": IOMEM });
  expect(text).not.toContain("iomem");
});

test("an address that was mapped for the device is an IOVA, whatever memory has its number", async () => {
  const trace =
    "dd-1 [000] ..... 11.000000: dma_map_page: 0000:00:05.0 dir=TO_DEVICE dma_addr=100000 size=512 phys_addr=61000 attrs=\n";
  const [text] = await textsOf({
    "trace.txt": `# tracer: nop\n${trace}`,
    "dmesg.txt": refused("100000"),
    "iomem.txt": IOMEM,
  });
  expect(text).not.toContain("iomem");
});

test("addresses that are hidden from users tell nothing", async () => {
  const { sources } = await importedText({
    "dmesg.txt": refused("0"),
    "iomem.txt": "00000000-00000000 : System RAM\n00000000-00000000 : Reserved\n",
  });
  const counts = sources.find(({ format }) => format === "iomem")!.counts;
  expect(counts).toMatchObject([{ name: "range", kept: 0, skipped: 2 }]);
  expect(counts[0]!.why).toMatch(/iomem\.txt:1:1: its addresses are hidden/);
});
