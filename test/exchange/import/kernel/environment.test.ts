// environment.test.ts - the platform of a run, as far as its files show it.

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { importedText } from "../captured.ts";

const registers = gunzipSync(
  readFileSync("traces/captures/linux-6.1.xen-dom0/mmiotrace.txt.gz"),
).toString();
const mapped = (given: string, own: string): string =>
  `# tracer: nop\n  dd-1  [000] .....     6.5: dma_map_page: 0000:00:04.0 dir=TO_DEVICE dma_addr=${given} size=4096 phys_addr=${own} attrs=\n`;

const report = (text: string): string => `  drv-50 [000] 10.000050: ${text}\n`;

test.each([
  ["registers alone", { "mmiotrace.txt": registers }, "unknown", false],
  [
    "registers, and a kernel that names Xen",
    { "mmiotrace.txt": registers, "dmesg.txt": "[    0.000000] Hypervisor detected: Xen PV\n" },
    "xen-dom0",
    false,
  ],
  [
    "registers, and a kernel on bare hardware",
    {
      "mmiotrace.txt": registers,
      "dmesg.txt": "[    0.000000] Booting paravirtualized kernel on bare hardware\n",
    },
    "native",
    true,
  ],
  ["a device alone", { "qemu.log": "1@2.3:dma_blk_io dbs=0x1\n" }, "unknown", false],
  ["a buffer given by its own address", { "ftrace.txt": mapped("1000", "1000") }, "native", true],
  [
    "a buffer given by another address, without a word of who changed it",
    { "ftrace.txt": mapped("31000", "1000") },
    "unknown",
    false,
  ],
  // trace-cmd report -R; Qualcomm's trees name the device.
  [
    "an entry field by field, and its buffer",
    {
      "report.txt": `${report("map: iova=0xffff0000 paddr=0x51000000 size=0x1000")}${report(
        "dma_map_page: device=0000:00:04.0 phys_addr=0x51000040 dma_addr=0xffff0040 size=0x3c dir=1 attrs=0x0",
      )}`,
    },
    "native-iommu",
    true,
  ],
  [
    "an entry of a device that is named",
    {
      "ftrace.txt": report(
        "unmap: IOMMU: dev=15000000.mmc iova=0x00000000ffff0000 size=4096 unmapped_size=4096",
      ),
    },
    "native-iommu",
    true,
  ],
  [
    "a buffer field by field, given by its own address",
    {
      "report.txt": report(
        "dma_map_page: device=0000:00:04.0 phys_addr=0x51000040 dma_addr=0x51000040 size=0x3c dir=1 attrs=0x0",
      ),
    },
    "native",
    true,
  ],
])("%s", async (_, files, platform, physIsMachine) => {
  const { trace } = await importedText(files as { readonly [name: string]: string });
  expect(trace.about).toMatchObject({ platform, physIsMachine });
});

const XEN = "[    0.000000] Hypervisor detected: Xen PV\n";
/** Bytes that a file is read by. */
const CHUNK = 2 ** 18;

test.each([0, 1, 20, XEN.length - 1, XEN.length])(
  "a sign of the machine is seen where a chunk ends %i bytes behind its beginning",
  async (within) => {
    const line = "[    0.000000] pad\n";
    const before = CHUNK - within;
    const padding = line.repeat(Math.floor(before / line.length) - 1);
    const rest = `[    0.000000] ${"x".repeat(before - padding.length - 16)}\n`;
    const log = `${padding}${rest}${XEN}${padding}${padding}`;
    expect(log.indexOf(XEN)).toBe(before);
    const { trace } = await importedText({ "mmiotrace.txt": registers, "dmesg.txt": log });
    expect(trace.about.platform).toBe("xen-dom0");
  },
);

test.each([
  ["that gave a buffer its own address", mapped("1000", "1000"), "native"],
  ["without a buffer yet", "# tracer: nop\n", "unknown"],
])("a file that still grows, of a kernel %s", async (_, content, platform) => {
  const follow = new AbortController();
  follow.abort();
  const { trace } = await importedText({ "ftrace.txt": content }, { follow: follow.signal });
  expect(trace.about.platform).toBe(platform);
});

/** Handles of three buffers, each with a bit that is no part of its address. */
const marked = (bit: bigint): string =>
  `# tracer: nop\n${[0x10000000n, 0x20000000n, 0x30000000n]
    .map((own, i) => {
      const given = (own | bit).toString(16);
      const text = `dma_addr=${given} size=4096 phys_addr=${own.toString(16)}`;
      return `  dd-1  [000] .....     6.${i}: dma_map_page: 0000:00:04.0 dir=TO_DEVICE ${text} attrs=\n`;
    })
    .join("")}`;

test("where memory is encrypted, the bit that says so is no part of a handle's address", async () => {
  const { trace, events } = await importedText({
    "ftrace.txt": marked(1n << 47n),
    "dmesg.txt": "[    0.500000] Memory Encryption Features active: AMD SME\n",
  });
  expect(trace.about).toMatchObject({ platform: "native", options: { encryptionBit: 47 } });
  expect(trace.about.options.busOffsets).toBeUndefined();
  const reached = events.flatMap(({ event }) =>
    event.kind === "dma.mapped" ? [[event.machine, event.reached]] : [],
  );
  expect(reached).toEqual([0x10000000, 0x20000000, 0x30000000].map((at) => [at, at]));
});

test("where nothing speaks of encryption, no bit is taken off", async () => {
  const { trace } = await importedText({ "ftrace.txt": marked(1n << 47n) });
  expect(trace.about.options.encryptionBit).toBeUndefined();
});
