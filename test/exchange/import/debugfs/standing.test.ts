// standing.test.ts - what debugfs shows of one moment was in force before a run that never makes it.

import { expect, test } from "vitest";
import { hex } from "../../../../src/address.ts";
import { checks } from "../../../../src/check/index.ts";
import { runChecks } from "../../../../src/check/run.ts";
import { deviceOf } from "../../../../src/event/register.ts";
import type { Event } from "../../../../src/event/vocabulary.ts";
import { State } from "../../../../src/machine/state.ts";
import { natureOf } from "../../../../src/replay/replay.ts";
import { type Imported, importedText } from "../captured.ts";

const told = ({ events }: Imported): string[] => events.map(({ event }) => spoken(event));

function spoken(event: Event): string {
  const { kind, bus, phys, size, device } = event as Extract<Event, { kind: "dma.mapped" }>;
  const of = device == null ? "" : ` ${deviceOf(device)}`;
  const at = bus == null ? "" : ` ${hex(bus)} <- ${phys == null ? "?" : hex(phys)} ${size}`;
  const call =
    event.kind === "dma.mapped" ? ` ${event.direction} ${event.call ?? event.place}` : "";
  return `${kind}${of}${at}${call}`;
}

const skipped = ({ sources }: Imported): string[] =>
  sources.flatMap(({ counts }) => counts.flatMap(({ why }) => (why === null ? [] : [why])));

const foundIn = ({ trace }: Imported) =>
  runChecks(trace.about, trace.events(), new State(natureOf(trace.about)), checks).flatMap(
    ({ findings }) => findings,
  );

const dump = (...lines: readonly string[]): string => `${lines.join("\n")}\n`;
const own = (at: string, more = "") =>
  `0000:00:04.0 nvme single idx 12 P=${at} N=${at.slice(0, -3)} D=${at} L=1000${more} DMA_TO_DEVICE dma map error checked`;

test.each([
  [
    "until 5.15",
    "0000:00:04.0 nvme single idx 12 P=51000800 N=51000 D=51000800 L=200 DMA_FROM_DEVICE dma map error checked",
    "0x51000800 <- 0x51000800 512 from-device dma_map_page",
  ],
  [
    "with the cacheline",
    "0000:00:04.0 nvme scather-gather idx 12 P=51000000 N=51000 D=51000000 L=1000 cln=0x0000000001440000 DMA_TO_DEVICE dma map error check not applicable",
    "0x51000000 <- 0x51000000 4096 to-device dma_map_sg",
  ],
  [
    "since 6.14",
    "0000:00:04.0 nvme scatter-gather idx 12 P=0x0000000051000000 D=51000000 L=1000 cln=0x1440000 DMA_BIDIRECTIONAL dma map error check not applicable",
    "0x51000000 <- 0x51000000 4096 bidirectional dma_map_sg",
  ],
  [
    "with the driver in front",
    "nvme 0000:00:04.0 coherent idx 0 P=51000000 N=51000 D=51000000 L=2000 DMA_BIDIRECTIONAL dma map error check not applicable",
    "0x51000000 <- 0x51000000 8192 coherent dma_alloc",
  ],
  [
    "of phys",
    "0000:00:04.0 nvme phy idx 1 P=0x51000000 D=51000000 L=1000 cln=0x1440000 DMA_TO_DEVICE dma map error not checked",
    "0x51000000 <- 0x51000000 4096 to-device dma_map_phys",
  ],
  [
    "of a device's registers",
    "0000:00:04.0 nvme resource idx 1 P=51000000 N=51000 D=51000000 L=1000 DMA_TO_DEVICE dma map error checked",
    "0x51000000 <- 0x51000000 4096 to-device dma_map_resource",
  ],
  [
    "of pages",
    "0000:00:04.0 nvme noncoherent idx 1 P=0x51000000 D=51000000 L=1000 cln=0x1440000 DMA_FROM_DEVICE dma map error check not applicable",
    "0x51000000 <- 0x51000000 4096 from-device dma_alloc_pages",
  ],
])("dma-api/dump, %s, is a mapping", async (_, line, mapping) => {
  const imported = await importedText({ dump: dump(line, own("52000000")) });
  expect(told(imported)[0]).toBe(`dma.mapped 0000:00:04.0 ${mapping}`);
  expect(imported.trace.about).toMatchObject({
    platform: "native",
    options: { inferred: "platform" },
  });
});

test("a device on no bus of PCI is known by its name, wherever it stands", async () => {
  const of = (names: string) => own("51000000").replace("0000:00:04.0 nvme", names);
  for (const names of ["3f300000.mmc mmc-bcm2835", "mmc-bcm2835 3f300000.mmc"])
    expect(told(await importedText({ dump: dump(of(names)) }))[0]).toMatch(
      /^dma.mapped 3f300000.mmc /,
    );
});

const DEVICE = "Device 0000:00:04.0 @0x1017f8000";
const COLUMNS = "IOVA_PFN\t\tPML5E\t\t\tPML4E\t\t\tPDPE\t\t\tPDE\t\t\tPTE";
const row = (pfn: string, ...entries: readonly string[]): string =>
  `0x${pfn.padStart(13, "0")} |\t${entries.map((entry) => `0x${entry.padStart(16, "0")}`).join("\t")}`;
const ROW = row("fe3c1", "0", "1017f9003", "1017fa003", "1017fb003", "2bca003");

test("domain_translation_struct has an entry a row, of pages of three sizes, for each device and process", async () => {
  const imported = await importedText({
    tables: dump(
      DEVICE,
      COLUMNS,
      ROW,
      row("fe200", "0", "1017f9003", "1017fa003", "2c00883", "0"),
      "",
      "Device 0000:00:05.0 with pasid 2 @0x1017f9000",
      COLUMNS,
      row("40000", "0", "1017f9003", "40000083", "0", "0"),
      row("1000000000000", "1017f9003", "1017f9003", "1017fa003", "1017fb003", "8000000002bcb067"),
      row("fe3c1", "0", "1017f9003"),
      row("fe3c1", "0", "1017f9003", "0", "0", "0"),
      "0x1 | nothing",
    ),
  });
  expect(told(imported)).toEqual([
    "iommu.mapped 0000:00:04.0 0xfe3c1000 <- 0x2bca000 4096",
    "iommu.mapped 0000:00:04.0 0xfe200000 <- 0x2c00000 2097152",
    "iommu.mapped 0000:00:05.0@pasid2 0x40000000 <- 0x40000000 1073741824",
    "iommu.mapped 0000:00:05.0@pasid2 0x1000000000000000 <- 0x2bcb000 4096",
  ]);
  expect(imported.trace.about.platform).toBe("native-vtd");
  expect(imported.sources[0]!.counts).toMatchObject([{ name: "entry", kept: 4, skipped: 3 }]);
});

const behind = (more: Partial<Record<"P" | "D" | "type", string>> = {}): string =>
  `0000:00:04.0 nvme ${more.type ?? "single"} idx 12 P=${more.P ?? "2bca000"} N=2bca D=${more.D ?? "fe3c1000"} L=1000 DMA_TO_DEVICE dma map error checked`;
const tables = dump(DEVICE, COLUMNS, ROW);

test("an entry leads a mapping of the same moment to its page; where it leads elsewhere, the moments differ", async () => {
  const both = await importedText({ dump: dump(behind(), behind({ P: "2bcb000" })), tables });
  expect(told(both).map((one) => one.split(" ")[0])).toEqual(["iommu.mapped", "dma.mapped"]);
  expect(both.events[1]!.event).toMatchObject({ cause: 1, reached: 0x2bca000 });
  expect(skipped(both)[0]).toMatch(
    /dump:2:1: its entry leads elsewhere: the two files are of two moments/,
  );
  // What the IOMMU made one range of has the address of another of its pages.
  const list = await importedText({ dump: dump(behind({ type: "sg", P: "2bcb000" })), tables });
  expect(told(list)[1]).toBe("dma.mapped 0000:00:04.0 0xfe3c1000 <- ? 4096 to-device dma_map_sg");
});

const record = (at: number, name: string, body: string): string =>
  `drv-50 [000] ..... ${at}.000090: ${name}: ${body}`;
const call = (at: number, name: string, address: string): string =>
  record(
    at,
    name,
    `0000:00:04.0 dir=TO_DEVICE dma_addr=${address} size=4096${name.includes("un") ? "" : ` phys_addr=${address}`} attrs=`,
  );

test("what the run never makes was there before it, and its end is its own", async () => {
  const imported = await importedText({
    trace: dump(call(5, "dma_unmap_page", "51000000"), call(6, "dma_map_page", "52000000")),
    dump: dump(own("51000000"), own("52000000"), own("53000000")),
  });
  expect(told(imported)).toEqual([
    "dma.mapped 0000:00:04.0 0x51000000 <- 0x51000000 4096 to-device dma_map_page",
    "dma.mapped 0000:00:04.0 0x53000000 <- 0x53000000 4096 to-device dma_map_page",
    "dma.unmapped 0000:00:04.0 0x51000000 <- 0x51000000 4096",
    "dma.mapped 0000:00:04.0 0x52000000 <- 0x52000000 4096 to-device dma_map_page",
  ]);
  expect(imported.events[2]!.event.cause).toBe(1);
  expect(imported.sources[1]!.counts).toMatchObject([{ name: "mapping", kept: 3, skipped: 0 }]);
  expect(foundIn(imported)).toEqual([]);
});

test("where the run gives back each before it makes it again, the moment was its beginning", async () => {
  const imported = await importedText({
    trace: dump(
      call(5, "dma_unmap_page", "51000000"),
      call(6, "dma_map_page", "51000000"),
      call(7, "dma_unmap_page", "51000000"),
    ),
    dump: dump(own("51000000")),
  });
  expect(told(imported).map((one) => one.split(" ")[0])).toEqual([
    "dma.mapped",
    "dma.unmapped",
    "dma.mapped",
    "dma.unmapped",
  ]);
});

test("an entry of a page that the run maps is the run's", async () => {
  const entry =
    "IOMMU: iova=0x00000000fe3c1000 - 0x00000000fe3c2000 paddr=0x0000000002bcc000 size=4096";
  for (const line of [record(5, "map", entry), call(5, "dma_map_page", "fe3c1000")]) {
    const { events } = await importedText({ trace: dump(line), tables });
    expect(events).toHaveLength(1);
    expect(events[0]!.event.place).not.toBe("domain_translation_struct");
  }
});

test("beside kprobes, and a trace from a pipe, nothing tells which were made while it ran", async () => {
  const imported = await importedText({
    trace: dump(
      record(5, "dma_map_page_attrs", '(dma_map_page_attrs+0x0/0x2d0) dev="0000:00:04.0" page=0x1'),
      call(6, "dma_map_page", "52000000"),
    ),
    dump: dump(own("51000000")),
  });
  expect(told(imported)).toHaveLength(1);
  expect(skipped(imported).join()).toMatch(/kprobes do not tell/);
});

test("nobody is accused by what was in force at one moment", async () => {
  // A driver that comes and goes, and what it maps when it is back.
  const imported = await importedText({
    "dmesg.txt": dump(
      "[    1.000000] nvme 0000:00:04.0: Adding to iommu group 1",
      "[    2.000000] pci 0000:00:04.0: Removing from iommu group 1",
    ),
    dump: dump(own("51000000")),
  });
  expect(foundIn(imported)).toEqual([]);
});

test("a file of which no line tells anything is no trace", async () => {
  const none = own("51000000").replace("TO_DEVICE", "NONE");
  await expect(importedText({ dump: dump(none) })).rejects.toThrow(
    /dump: taken for dma-api-dump, .* not a line of 1 became an event \(the first: .*dump:1:1: DMA_NONE is no direction/,
  );
  await expect(importedText({ tables: dump(DEVICE, COLUMNS) })).rejects.toThrow(
    /it has a header alone/,
  );
});

test("more than a machine has of one moment is counted, in good time", async () => {
  const lines = Array.from({ length: 300 }, () => own("51000000"));
  const many = await importedText({ dump: dump(...lines) });
  expect(many.events).toHaveLength(256);
  expect(skipped(many)[0]).toMatch(/:257:1: more at one address than are kept/);
  const wide = own("52000000").replace("L=1000", "L=400000000");
  const large = await importedText({ dump: dump(own("51000000"), wide, wide) });
  expect(skipped(large)[0]).toMatch(/more than is kept of one moment/);
});
