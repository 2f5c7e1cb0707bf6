// cut.test.ts - of what came in a gap, or behind the end of the kernel's trace, nothing is known, and nobody is accused.

import { describe, expect, test } from "vitest";
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

describe("beside a card that sends packets", () => {
  const buffer = (at: number) => (0x100000 + (at % 7000) * 64).toString(16);
  const called = (what: string, of: number, more = "") =>
    `dma_${what}_page: 0000:00:05.0 dir=TO_DEVICE dma_addr=${buffer(of)} size=64 ${more}attrs=`;
  const mapped = (of: number) => called("map", of, `phys_addr=${buffer(of)} `);
  const ended = (of: number) => called("unmap", of);
  /** What the device sends 100 us later. */
  const sent = (at: number, of = at) =>
    `1@1795344071.${at + 100}:e1000e_tx_descr 0x${buffer(of)} : 8b000040 0`;
  const trace = (...called: readonly (readonly [number, string])[]) =>
    `# tracer: nop\n${called.map(([at, text]) => ` drv-50 [000] ..... 6.${at}: ${text}\n`).join("")}`;
  const packets = Array.from({ length: 60 }, (_, i) => 100_000 + i * 1000);
  const calls = packets.flatMap((at) => [
    [at, mapped(at)] as const,
    [at + 200, ended(at)] as const,
  ]);
  const first = trace(...calls);
  const log = (...more: readonly string[]) =>
    `${[...packets.map((at) => sent(at)), ...more].join("\n")}\n`;

  // What is left behind a trace that is read while it is made (trace_pipe) the kernel dumps when it dies.
  test("a dump in the kernel's log is a trace of it, and its end the end of one", async () => {
    const said = (text: string) => `[    6.900000] ${text}\n`;
    const dumped = (at: number, text: string) =>
      said(`     drv-50        0..... ${6_000_000 + at}us : ${text}`);
    const RULE = said("---------------------------------");
    const { events, trace } = await importedText({
      "trace.txt": first,
      "dmesg.txt": [
        said("Dumping ftrace buffer:") + RULE,
        dumped(170_000, mapped(170_000)),
        dumped(171_000, mapped(171_000)),
        dumped(172_000, ended(171_000)),
        RULE + said("the end"),
      ].join(""),
      "qemu.log": log(
        ...[sent(165_000, 100_000), sent(170_000), sent(171_000), sent(180_000, 171_000)],
      ),
    });
    const at = events.findIndex(({ event }) => event.kind === "events.lost");
    expect(events.slice(at).map(({ event }) => event.kind)).toEqual([
      "events.lost",
      "device.read",
      "dma.mapped",
      "device.read",
      "dma.mapped",
      "device.read",
      "dma.unmapped",
      "events.lost",
      "device.read",
      "message.logged",
      "message.logged",
    ]);
    expect(judgedOf(trace).judgement.findings).toBe(0);
  });

  test("what comes between two traces is no access after unmap", async () => {
    const { trace: both } = await importedText({
      "trace.txt": first,
      "later.txt": trace([170_000, mapped(170_000)], [171_000, ended(170_000)]),
      "qemu.log": log(sent(165_000, 159_000), sent(170_000)),
    });
    expect(judgedOf(both).judgement.findings).toBe(0);
  });

  test("an access after unmap between the records of one is found", async () => {
    const { trace: both } = await importedText({
      "trace.txt": trace(...calls, [170_000, mapped(170_000)], [171_000, ended(170_000)]),
      "qemu.log": log(sent(165_000, 159_000), sent(170_000)),
    });
    expect(judgedOf(both).judgement.findings).toBe(1);
  });

  // The clocks are related to 100 us: the log's time of an access can be so much before or behind its own.
  const findings = async (more: readonly (readonly [number, string])[], access: string) => {
    const { trace: both } = await importedText({
      "trace.txt": trace(...calls, ...more, [180_000, mapped(180_000)]),
      "qemu.log": log(access),
    });
    return judgedOf(both).judgement.findings;
  };

  test("an access that can be as young as the next mapping of its buffer is no access after unmap", async () => {
    const [of, later] = [160_000, 170_000];
    const received = (text: string) => text.replace("TO_DEVICE", "FROM_DEVICE");
    const twice = [of, later].flatMap((at) => [
      [at, received(mapped(of))] as const,
      [at + 200, received(ended(of))] as const,
    ]);
    const touched = (at: number) =>
      `1@1795344071.${at}:pci_nvme_map_addr addr 0x${buffer(of)} len 64`;
    expect(await findings(twice, touched(later - 50))).toBe(0);
    expect(await findings(twice, touched(later - 300))).toBe(1);
  });

  test("an access that can be as old as the entry of its buffer does not lead nowhere", async () => {
    const at = 170_000;
    const page = buffer(at).slice(0, -3);
    const entry = (what: string) =>
      `${what}: IOMMU: iova=0x${`${page}000`.padStart(16, "0")} - 0x1 `;
    const cleared = [
      [at - 10, `${entry("map")}paddr=0x0000000051000000 size=4096`],
      [at, called("map", at, `phys_addr=51000${buffer(at).slice(-3)} `)],
      [at + 600, `${entry("unmap")}size=4096 unmapped_size=4096`],
      [at + 2000, ended(at)],
    ] as const;
    expect(await findings(cleared, sent(at + 550, at))).toBe(0);
    expect(await findings(cleared, sent(at + 1400, at))).toBe(1);
  });
});
