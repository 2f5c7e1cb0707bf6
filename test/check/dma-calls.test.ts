// dma-calls.test.ts - calls of the DMA interface are held against the mapping that they mean, as far as it is known.

import { expect, test } from "vitest";
import { checks } from "../../src/check/index.ts";
import { runChecks } from "../../src/check/run.ts";
import { State } from "../../src/machine/state.ts";
import { natureOf } from "../../src/replay/replay.ts";
import { importedText } from "../exchange/import/captured.ts";

const D = "0000:07:00.0";
const map = `dma_map_page: ${D} dir=FROM_DEVICE dma_addr=51000000 size=2048 phys_addr=51000000 attrs=`;
const unmap = `dma_unmap_page: ${D} dir=FROM_DEVICE dma_addr=51000000 size=2048 attrs=`;
const sync = (address: string, size: number, way = "FROM_DEVICE", to = "cpu") =>
  `dma_sync_single_for_${to}: ${D} dir=${way} dma_addr=${address} size=${size}`;
const syncList = (address: string, size: string) =>
  `dma_sync_sg_for_device: ${D} dir=FROM_DEVICE dma_addrs={${address}} sizes={${size}}`;
const LOST = "CPU:0 [LOST 123 EVENTS]";
const joins = `add_device_to_group: IOMMU: groupID=3 device=${D}`;
const leaves = `remove_device_from_group: IOMMU: groupID=3 device=${D}`;
const mapList = `dma_map_sg: ${D} dir=TO_DEVICE nents=1/1 ents=1/1 dma_addrs={0x51000000} sizes={0x1000} phys_addrs={0x51000000} attrs=`;
const mapPair = `dma_map_sg: ${D} dir=TO_DEVICE nents=2/2 ents=2/2 dma_addrs={0x51000000,0x53000000} sizes={0x1000,0x1000} phys_addrs={0x51000000,0x53000000} attrs=`;
const syncPair = (starts: string, sizes: string) =>
  `dma_sync_sg_for_device: ${D} dir=TO_DEVICE dma_addrs={${starts}} sizes={${sizes}}`;
const unmapList = `dma_unmap_sg: ${D} dir=TO_DEVICE phys_addrs={0x51000000} attrs=`;

const textOf = (lines: readonly string[]) =>
  `# tracer: nop\n${lines
    .map((line, i) =>
      line.startsWith("CPU:") ? line : ` drv-50 [000] .....    10.00${1000 + i * 10}: ${line}`,
    )
    .join("\n")}\n`;

/** "dma-leak #2" of each finding. */
async function found(lines: readonly string[], log?: readonly string[]): Promise<string[]> {
  const files = { "trace.txt": textOf(lines) };
  const { trace } = await importedText(
    log === undefined ? files : { ...files, "dmesg.txt": `${log.join("\n")}\n` },
  );
  const state = new State(natureOf(trace.about));
  return runChecks(trace.about, trace.events(), state, checks)
    .flatMap(({ findings }) => findings)
    .map(({ check, seq }) => `${check} #${seq}`);
}

test.each([
  ["within the mapping", [map, sync("51000100", 64)], []],
  ["past the end of it", [map, sync("51000700", 512)], ["dma-release #2"]],
  ["in another direction", [map, sync("51000000", 64, "TO_DEVICE")], ["dma-release #2"]],
  ["when it is over", [map, unmap, sync("51000000", 64)], ["dma-release #3"]],
  ["by a list", [map, syncList("0x51000000", "0x800")], []],
  ["by a list that is longer", [map, syncList("0x51000000", "0x900")], ["dma-release #2"]],
  ["from before the mapping", [map, sync("50ffff00", 512)], ["dma-release #2"]],
  // kernel/dma/debug.c, check_sync: sg_call_ents.
  ["with all entries of a list", [mapPair, syncPair("0x51000000,0x53000000", "0x1000,0x1000")], []],
  ["with fewer entries of a list", [mapPair, syncPair("0x51000000", "0x1000")], ["dma-release #3"]],
  [
    "with fewer entries than one of two lists that begin alike",
    [mapPair, mapPair, syncPair("0x51000000", "0x1000")],
    [],
  ],
  [
    "with fewer entries of a list, a gap between",
    [mapPair, LOST, syncPair("0x51000000", "0x1000")],
    [],
  ],
  ["of what was never seen mapped", [sync("51000000", 64)], []],
  ["of what was mapped before a gap", [map, LOST, sync("51000700", 512)], []],
])("a buffer is handed over %s", async (_, lines, findings) => {
  expect(await found(lines)).toEqual(findings);
});

test.each([
  ["never seen mapped, by a driver that was there before", [unmap], []],
  ["never mapped, by a driver that came in the trace", [joins, unmap], ["dma-release #2"]],
  ["after a gap that the map may lie in", [joins, LOST, unmap], []],
  ["twice, and a gap between", [map, unmap, LOST, unmap], []],
  ["twice behind a gap", [LOST, map, unmap, unmap], ["dma-release #4"]],
  // A page that is sent to two readers is mapped twice at a time, and the second map may lie in the gap.
  ["twice behind a gap, mapped before it", [map, LOST, unmap, unmap], []],
  [
    "in another direction, mapped behind a gap at the same handle",
    [map, LOST, map, unmap.replace("FROM_DEVICE", "TO_DEVICE")],
    ["dma-release #4"],
  ],
  [
    "in another direction than before a gap",
    [map, LOST, unmap.replace("FROM_DEVICE", "TO_DEVICE")],
    [],
  ],
  ["though it had failed", [unmap.replace("51000000", "ffffffffffffffff")], ["dma-release #1"]],
  ["as a list, twice", [mapList, unmapList, unmapList], ["dma-release #3"]],
  ["as a list that was never seen", [joins, unmapList], []],
  ["as a list, mapped as a single buffer", [map, unmapList], ["dma-release #2"]],
])("a mapping ends %s", async (_, lines, findings) => {
  expect(await found(lines)).toEqual(findings);
});

test.each([
  ["at the end of the trace", [map], []],
  ["when the device leaves its group", [map, leaves], ["dma-leak #1"]],
  ["no more when it does", [map, unmap, leaves], []],
  ["before a gap that its end may lie in", [map, LOST, leaves], []],
])("a mapping is left %s", async (_, lines, findings) => {
  expect(await found(lines)).toEqual(findings);
});

test.each([
  ["is at work", [`e1000e ${D} eth0: NIC Link is Down`], []],
  ["is gone", [`e1000e ${D} eth0: Link is Up`, `pci ${D}: Removing from bus`], ["dma-leak #1"]],
  ["is another one", [`e1000e ${D}: removed`, `vfio-pci ${D}: enabling`], ["dma-leak #1"]],
  [
    "is complained of by the kernel",
    [
      `DMA-API: e1000e ${D}: device driver has pending DMA allocations while released from device [count=1]`,
    ],
    ["dma-leak #1"],
  ],
])("a mapping is left while the driver, as the log tells, %s", async (_, log, findings) => {
  const timed = log.map((text, i) => `[   20.00000${i}] ${text}`);
  expect(await found([map], timed)).toEqual(findings);
});

test("a driver that comes while the trace runs has mapped nothing before", async () => {
  const log = [`[   10.001005] pci ${D}: [8086:10d3] type 00 class 0x020000`];
  expect(await found([map, unmap, unmap.replace("51000000", "52000000")], log)).toEqual([
    "dma-release #4",
  ]);
  expect(await found([map, unmap, unmap.replace("51000000", "52000000")])).toEqual([]);
});
