// one-kernel.test.ts - traces of one kernel are joined, and those that cannot be one kernel's are refused by what contradicts.

import { expect, test } from "vitest";
import { judgedOf } from "../../../../src/replay/judged.ts";
import { importedText } from "../captured.ts";
import { timed } from "../dmesg/logged.ts";
import { writtenDat } from "../ftrace/written-dat.ts";

const DEVICE = "0000:07:00.0";
interface Line {
  readonly at: number;
  readonly task?: string;
  readonly cpu?: number;
}
const record = (body: string, { at, task = "drv-50", cpu = 0 }: Line) =>
  ` ${task} [${`${cpu}`.padStart(3, "0")}] ..... ${at.toFixed(6)}: ${body}`;
const map = (bus: string, phys: string, line: Line) =>
  record(
    `dma_map_page: ${DEVICE} dir=TO_DEVICE dma_addr=${bus} size=4096 phys_addr=${phys} attrs=`,
    line,
  );
const unmap = (bus: string, line: Line) =>
  record(`dma_unmap_page: ${DEVICE} dir=TO_DEVICE dma_addr=${bus} size=4096 attrs=`, line);
const trace = (...lines: readonly string[]) => `# tracer: nop\n${lines.join("\n")}\n`;
const refused = (files: { readonly [name: string]: string | Buffer }) =>
  importedText(files).then(
    () => "imported",
    (error: Error) => error.message.replaceAll(/\/\S*\//g, ""),
  );

test("one address of a device is not mapped to two pages at a time", async () => {
  const a = trace(map("ffff0000", "51000000", { at: 1 }), unmap("ffff0000", { at: 3 }));
  const b = trace(map("ffff0000", "62000000", { at: 2 }), unmap("ffff0000", { at: 4 }));
  expect(await refused({ a, b })).toBe(
    "a:2: 0xffff0000:b of 0000:07:00.0 is mapped until line 3, and b:2 maps it to other memory meanwhile: they are of two runs, or their clocks differ; import each on its own",
  );
});

test("a trace that has no ends beside one that has them contradicts nothing", async () => {
  const a = trace(map("ffff0000", "51000000", { at: 1 }), map("ffff0000", "53000000", { at: 5 }));
  const b = trace(unmap("ffff0000", { at: 2 }), unmap("ffff0000", { at: 6 }));
  const { trace: told } = await importedText({ a, b });
  expect(judgedOf(told).judgement.word).not.toBe("wrong");
});

test("a command is not given by a name that is under way", async () => {
  const given = (slba: number, at: number) =>
    record(
      `nvme_setup_cmd: nvme0: qid=1, cmdid=5, nsid=1, flags=0x0, meta=0x0, cmd=(nvme_cmd_read slba=${slba}, len=7, ctrl=0x0, dsmgmt=0, reftag=0)`,
      { at },
    );
  const done = (at: number) =>
    record("nvme_complete_rq: nvme0: qid=1, cmdid=5, res=0x0, retries=0", { at });
  const files = { a: trace(given(8, 1), done(3)), b: trace(given(16, 2), done(4)) };
  expect(await refused(files)).toMatch(
    /^a:2: command nvme0 1 5 is under way until line 3, and b:2 /,
  );
});

test("what two buffers recorded of one call is one event", async () => {
  const lines = (late: number) => [
    map("51000000", "51000000", { at: 1 + late }),
    unmap("51000000", { at: 1.5 + late }),
  ];
  const { trace: told, sources } = await importedText({
    a: trace(...lines(0)),
    b: trace(...lines(0.000002), map("52000000", "52000000", { at: 2 })),
  });
  expect([...told.events()].map(({ event }) => event.kind)).toEqual([
    "dma.mapped",
    "dma.unmapped",
    "dma.mapped",
  ]);
  expect(sources.flatMap(({ counts }) => counts).reduce((sum, { kept }) => sum + kept, 0)).toBe(5);
  expect(judgedOf(told).judgement.word).toBe("right");
});

test("what three buffers recorded of one call is one event", async () => {
  const call = (late: number) => trace(map("51000000", "51000000", { at: 1 + late }));
  const { events } = await importedText({ a: call(0), b: call(0.000002), c: call(0.000004) });
  expect(events.map(({ event }) => event.kind)).toEqual(["dma.mapped"]);
});

test("a task's calls that two traces have in turns, none of them in both, are of two runs", async () => {
  const turns = (name: number) =>
    trace(
      ...Array.from({ length: 20 }, (_, i) => {
        const [page, at] = [(0x51000 + 2 * i + name).toString(16), 1 + i + name / 2];
        return `${map(`${page}000`, `${page}000`, { at })}\n${unmap(`${page}000`, { at: at + 0.1 })}`;
      }),
    );
  expect(await refused({ a: turns(0), b: turns(1) })).toMatch(
    /^a:2 and b:40: both traces have 'dma_map_page' of one task on one CPU in turns, 39 of them, and none is told in both/,
  );
  const other = turns(1).replaceAll("[000]", "[001]");
  expect(await refused({ a: turns(0), b: other })).toBe("imported");
});

test("a thread that a kernel keeps has one number", async () => {
  const by = (task: string, at: number) => trace(map(`5${at}000000`, `5${at}000000`, { at, task }));
  expect(await refused({ a: by("ksoftirqd/0-14", 1), b: by("ksoftirqd/0-16", 2) })).toBe(
    "b:2: ksoftirqd/0 is thread 16, and at a:2 it is 14: a kernel keeps such a thread, so these are two boots; import each on its own",
  );
  expect(await refused({ a: by("ksoftirqd/0-14", 1), b: by("ksoftirqd/0-14", 2) })).toBe(
    "imported",
  );
});

test("behind a time without a trace nothing is known of what was mapped", async () => {
  const a = trace(map("51000000", "51000000", { at: 1 }), unmap("51000000", { at: 2 }));
  const { trace: told } = await importedText({ a, b: trace(unmap("51000000", { at: 60 })) });
  const events = [...told.events()].map(({ event }) => event.kind);
  expect(events).toEqual(["dma.mapped", "dma.unmapped", "events.lost", "dma.unmapped"]);
  expect(judgedOf(told).judgement.word).not.toBe("wrong");
});

const entry = (bus: string, phys: string, line: Line) =>
  record(`map: IOMMU: iova=0x00000000${bus} - 0x1 paddr=0x00000000${phys} size=4096`, line);
const many = (move: number, from = 0, line: Partial<Line> = {}) =>
  Array.from({ length: 20 }, (_, i) => {
    const [own, bus] = [0x51000 + i, 0x51000 + move + i].map((page) => `${page.toString(16)}000`);
    const at = 13 + from + i / 10;
    const made = entry(bus!, own!, { ...line, at });
    return [...(move === 0 ? [] : [made]), map(bus!, own!, { ...line, at: at + 0.01 })].join("\n");
  });

test("a device is behind an IOMMU in both of two traces of one time, or in none", async () => {
  const [own, moved] = [trace(...many(0)), trace(...many(0x9f000, 0.05, { task: "drv-51" }))];
  expect(await refused({ own, moved })).toMatch(
    /^own:2: the handles of 0000:07:00\.0 are its buffers' own addresses, and from moved:3 on its IOMMU/,
  );
  const later = trace(...many(0x9f000, 50));
  expect(await refused({ own, later })).toBe("imported");
});

const FOUND = `pci ${DEVICE}: [8086:10d3] type 00 class 0x020000`;
const log = (...lines: readonly string[]) =>
  `${timed("Linux version 6.12.0 (debian) #1 SMP", FOUND, ...lines).join("\n")}\n`;
const late = `[   99.000000] ${FOUND}\n`;

test.each([
  [
    "that has an IOMMU, where the log has none",
    many(0x9f000),
    log(),
    /trace:3: an IOMMU leads the handles of 0000:07:00\.0 to memory, and dmesg, which finds/,
  ],
  [
    "with more memory",
    many(0),
    log("BIOS-e820: [mem 0x0000000000100000-0x000000003fffffff] usable"),
    /trace:\d+: a buffer at 0x5100.000:p, and by dmesg:3 memory ends at 0x3fffffff/,
  ],
  [
    "with more CPUs",
    many(0, 0, { cpu: 4 }),
    log("setup_percpu: NR_CPUS:8192 nr_cpumask_bits:4 nr_cpu_ids:4 nr_node_ids:1"),
    /trace:2: a record of CPU 4, and dmesg:3 says that the machine has 4 CPUs at most/,
  ],
  [
    "without Xen",
    many(0),
    log("Booting paravirtualized kernel on Xen PV"),
    /trace:2: the handles of .* own addresses, and dmesg:3 says that the kernel runs on Xen PV/,
  ],
  [
    "with Xen",
    [record("xen_mc_flush: flushing 1 hypercalls, 24 arg bytes, 0 callbacks", { at: 12.5 })],
    log("Booting paravirtualized kernel on bare hardware"),
    /trace:2: page tables are Xen's, and dmesg:3 says that the kernel runs on bare hardware/,
  ],
])("a trace of a machine %s is not the log's", async (_, lines, dmesg, says) => {
  expect(await refused({ trace: trace(...lines), dmesg: dmesg + late })).toMatch(says);
});

test.each([
  ["adds the device to a group", many(0x9f000), log(`pci ${DEVICE}: Adding to iommu group 3`)],
  [
    "speaks of memory that is added",
    many(0),
    log(
      "BIOS-e820: [mem 0x0000000000100000-0x000000003fffffff] usable",
      "ACPI: SRAT: Node 0 PXM 0 [mem 0x100000000-0x7fffffffff] hotplug",
    ),
  ],
  ["runs on Xen's PVH", many(0), log("Booting paravirtualized kernel on Xen PVH")],
])("a log that %s contradicts nothing", async (_, lines, dmesg) => {
  expect(await refused({ trace: trace(...lines), dmesg: dmesg + late })).toBe("imported");
});

test("the release of a recording's kernel is its log's, and another recording's", async () => {
  const text = (release: string) =>
    `# os release : ${release}\n${map("51000000", "51000000", { at: 1 })}\n`;
  const [a, b] = [text("6.12.0"), text("6.1.0")];
  expect(await refused({ a, b })).toMatch(/^b:1: its kernel is 6\.1\.0, that of a is 6\.12\.0: /);
  expect(await refused({ b, dmesg: log() })).toMatch(
    /^b: its kernel is 6\.1\.0, and dmesg:1 is of 6\.12\.0: they are of two boots/,
  );
  expect(await refused({ a, dmesg: log() })).toBe("imported");
});

test("a trace.dat names the release of its kernel", async () => {
  const cpus = [[{ at: 10_000_000_000n, items: [{ iova: 0x10000 }] }]];
  const uname = (release: string) =>
    writtenDat({
      version: "7",
      options: [[5, Buffer.from(`Linux box ${release} x86_64\0`)]],
      buffers: [{ cpus }],
    });
  expect(await refused({ dat: uname("6.1.0"), dmesg: log() })).toMatch(/its kernel is 6\.1\.0/);
  expect(await refused({ dat: uname("6.12.0"), dmesg: log() })).toBe("imported");
});
