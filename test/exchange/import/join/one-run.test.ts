// one-run.test.ts - files of two boots, machines or runs are refused by what contradicts.

import { expect, test } from "vitest";
import { importedText } from "../captured.ts";
import { timed } from "../dmesg/logged.ts";

const text = (lines: readonly string[]): string => `${lines.join("\n")}\n`;
const log = (...lines: readonly string[]): string =>
  text(timed("Linux version 6.12.0 (debian) #1 SMP", ...lines));

test.each([
  [
    "kernels",
    text(timed("Linux version 6.12.0 (debian) #1 SMP")),
    text(timed("Linux version 6.1.0 (debian) #1 SMP")),
  ],
  [
    "command lines",
    log("Command line: root=/dev/sda quiet"),
    log("Command line: root=/dev/sdb quiet"),
  ],
  [
    "times of day",
    log("rtc_cmos 00:03: setting system clock to 2026-11-28T03:37:16 UTC (1795837036)"),
    log("rtc_cmos 00:03: setting system clock to 2026-11-28T04:37:16 UTC (1795840636)"),
  ],
])("logs of two %s are two boots", async (_, here, there) => {
  await expect(importedText({ "a.txt": here, "b.txt": there })).rejects.toThrow(
    /b\.txt:[12]: '.*', and '.*' at .*a\.txt:[12]: these are two boots; import each on its own/,
  );
});

test("a log and its copy from the console, cut at the terminal's edge, are of one boot", async () => {
  const line = "Command line: root=/dev/sda quiet iommu.strict=1";
  const { events } = await importedText({ "a.txt": log(line), "b.txt": log(line.slice(0, 30)) });
  expect(events).toHaveLength(4);
});

const map = (device: string) =>
  text([
    "# tracer: nop",
    `dd-1 [000] ..... 11.000000: dma_map_page: ${device} dir=TO_DEVICE dma_addr=61000 size=512 phys_addr=61000 attrs=`,
  ]);
const found = (device: string) => `pci ${device}: [8086:10d3] type 00 class 0x020000`;

test("a device that a whole log does not find is of another machine", async () => {
  const files = { "trace.txt": map("0000:00:06.0"), "dmesg.txt": log(found("0000:00:05.0")) };
  await expect(importedText(files)).rejects.toThrow(
    /trace\.txt:2: a buffer is mapped for 0000:00:06\.0, and .*dmesg\.txt, which tells of each PCI device/,
  );
});

test.each([
  ["finds it", log(found("0000:00:06.0")), "0000:00:06.0"],
  ["has lost its beginning", text(timed(found("0000:00:05.0"))), "0000:00:06.0"],
  [
    "has lost messages",
    log(found("0000:00:05.0"), "** 12 printk messages dropped **"),
    "0000:00:06.0",
  ],
  ["ends before", log(found("0000:00:05.0")).replaceAll("[   12.", "[    1."), "0000:00:06.0"],
  ["is of a machine with other buses", log(found("0000:00:05.0")), "fe340000.mmc"],
])("a log that %s contradicts nothing", async (_, dmesg, device) => {
  const { events } = await importedText({ "trace.txt": map(device), "dmesg.txt": dmesg });
  expect(events.filter(({ event }) => event.kind === "dma.mapped")).toHaveLength(1);
});

test("a log of a device behind another kind of IOMMU than the kernel's is of another machine", async () => {
  const amd = "amdvi_translation_result devid: 00:05.0 gpa 0xffffe000 hpa 0x51000000\n";
  const vtd = "vtd_dmar_translate dev 00:05.00 iova 0xffffe000 -> gpa 0x51000000 mask 0xfff\n";
  const dmesg = log("DMAR: IOMMU enabled");
  await expect(importedText({ "dmesg.txt": dmesg, "qemu.log": amd })).rejects.toThrow(
    /qemu\.log:1: the machine's IOMMU is AMD-Vi, and by .*dmesg\.txt:2 it is VT-d: they are of two machines/,
  );
  const { events } = await importedText({ "dmesg.txt": dmesg, "qemu.log": vtd });
  expect(events).toHaveLength(3);
});
