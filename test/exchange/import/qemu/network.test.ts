// network.test.ts - what QEMU's e1000e touches goes through what the kernel mapped for it, and is placed in time.

import { expect, test } from "vitest";
import type { Event } from "../../../../src/event/vocabulary.ts";
import { captureCountsOf, importedText } from "../captured.ts";

const CARD = "0000:00:05.0";
let micros = 0;
const guest = (event: string): string =>
  `      ksoftirqd/0-15      [000] ..s1.    6.${String(++micros).padStart(6, "0")}: ${event}`;
const map = (dir: string, bus: string, size: number): string =>
  guest(`dma_map_page: ${CARD} dir=${dir} dma_addr=${bus} size=${size} phys_addr=${bus} attrs=`);
const unmap = (dir: string, bus: string, size: number): string =>
  guest(`dma_unmap_page: ${CARD} dir=${dir} dma_addr=${bus} size=${size} attrs=`);
const device = (event: string): string => `30847@1795344071.${++micros}:${event}`;
const register = (offset: number, value: number): string =>
  device(
    `e1000e_core_write Write to register 0x${offset.toString(16)}, 4 byte(s), value: 0x${value.toString(16)}`,
  );

const rings = [
  guest(
    `dma_alloc: ${CARD} dir=BIDIRECTIONAL dma_addr=61aa000 size=4096 virt_addr=ffff8880061aa000 flags= attrs=`,
  ),
];
const told = [
  register(0x2800, 0x61aa000),
  register(0x2804, 0),
  register(0x2808, 0x1000),
  device("e1000e_rx_descr Next RX descriptor: ring #0, PA: 0x61aa000, length: 16"),
  device("e1000e_rx_desc_buff_write buffer #0, addr: 0x61fc040, offset: 0, from: 0x7f, length: 64"),
  device("e1000e_tx_descr 0x8fbd802 : 8b00005a 0"),
  device("e1000e_tx_descr 0x8fbd000 : 22000000 0"),
  device("e1000e_rx_descr Next RX descriptor: ring #0, PA: 0x61aa010, length: 16"),
  device("e1000e_rx_desc_buff_write buffer #0, addr: 0x61fc040, offset: 0, from: 0x7f, length: 9"),
];
const files = (kernel: readonly string[], log: readonly string[]) => ({
  "ftrace.txt": `# tracer: nop\n#\n${kernel.join("\n")}\n`,
  "qemu.log": `${log.join("\n")}\n`,
});

test("a buffer given back untouched is not that which the card sends from there later", async () => {
  const kernel = [
    ...[...rings, map("FROM_DEVICE", "8fbd7c0", 1522), unmap("FROM_DEVICE", "8fbd7c0", 1522)],
    ...[map("TO_DEVICE", "8fbd802", 90), unmap("TO_DEVICE", "8fbd802", 90)],
  ];
  const sent = device("e1000e_tx_descr 0x8fbd802 : 8b00005a 0");
  const { events } = await importedText(files(kernel, [...told.slice(0, 3), sent]));
  const { cause } = events.find(({ event }) => event.kind === "device.read")!.event;
  expect(events[cause! - 1]!.event).toMatchObject({ kind: "dma.mapped", direction: "to-device" });
});

test("descriptors and buffers of a network card go through their mappings, before these end", async () => {
  // The same buffer is mapped twice: what the card wrote first belongs to the first of them.
  const kernel = [
    ...rings,
    map("FROM_DEVICE", "61fc040", 1522),
    map("TO_DEVICE", "8fbd802", 90),
    unmap("FROM_DEVICE", "61fc040", 1522),
    map("FROM_DEVICE", "61fc040", 1522),
    unmap("TO_DEVICE", "8fbd802", 90),
    unmap("FROM_DEVICE", "61fc040", 1522),
  ];
  const { events, trace, sources } = await importedText(files(kernel, told), { strict: true });
  expect(captureCountsOf(trace)).toMatchObject({
    dma: { deviceAccesses: { total: 5, inLiveMapping: 5 } },
    misuses: {},
  });
  const through = events.flatMap(({ event }) => {
    const cause = event.cause == null ? null : events[event.cause - 1]!.event;
    return event.actor === "device" && cause?.kind === "dma.mapped"
      ? [`${event.kind} ${cause.direction} ${cause.bus} ${(event as { size: number }).size}`]
      : [];
  });
  expect(through).toEqual([
    `device.read coherent ${0x61aa000} 16`,
    `device.wrote from-device ${0x61fc040} 64`,
    `device.read to-device ${0x8fbd802} 90`,
    `device.read coherent ${0x61aa000} 16`,
    `device.wrote from-device ${0x61fc040} 9`,
  ]);
  const ring = events.find(({ event }) => event.kind === "descriptor.written")!.event;
  expect(ring).toMatchObject({ device: 5 * 8, bus: 0x61aa000, size: 4096, cause: 1 });
  // A context descriptor has no buffer, and is kept as it was said.
  const kept = (event: Event) => event.kind === "call.entered" && event.place === "e1000e_tx_descr";
  expect(events.filter(({ event }) => kept(event))).toHaveLength(1);
  for (const { read, kept } of sources[1]!.counts) expect(kept).toBe(read);
});

test("a buffer that may have ended before the card wrote into it is in doubt", async () => {
  const kernel = [
    ...rings,
    map("FROM_DEVICE", "61fc040", 1522),
    unmap("FROM_DEVICE", "61fc040", 1522),
    unmap("FROM_DEVICE", "61aa000", 4096),
  ];
  const log = [...told.slice(0, 3), told[4]!, told[4]!];
  const { trace } = await importedText(files(kernel, log));
  expect(captureCountsOf(trace)?.misuses).toEqual({});
});

test("without a word of what was mapped no access is called a misuse", async () => {
  const { trace } = await importedText({ "qemu.log": `${told.join("\n")}\n` });
  expect(captureCountsOf(trace)).toMatchObject({
    dma: { deviceAccesses: { total: 5, inLiveMapping: null } },
    misuses: {},
  });
});

test("a line of a known event that tells no address is skipped and says where", async () => {
  const line = device("pci_nvme_map_addr addr nowhere len 4096");
  const { sources } = await importedText({ "qemu.log": `${told[0]}\n${line}\n` });
  expect(sources[0]!.counts).toContainEqual(
    expect.objectContaining({
      name: "pci_nvme_map_addr",
      kept: 0,
      skipped: 1,
      why: expect.stringMatching(/qemu.log:2:\d+: no number 'addr' below 2\^53$/),
    }),
  );
});
