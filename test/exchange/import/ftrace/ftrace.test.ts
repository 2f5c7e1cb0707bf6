// ftrace.test.ts - the forms in which kernels and trace-cmd print the same facts, and lines that are none.

import { describe, expect, test } from "vitest";
import { bdfOf } from "../../../../src/event/register.ts";
import type { Event } from "../../../../src/event/vocabulary.ts";
import { recordOf } from "../../../../src/exchange/import/ftrace/record.ts";
import { captureCountsOf, importedText } from "../captured.ts";

const HEADER = "# tracer: nop\n#\n";
let micros = 0;
const line = (event: string, flags = "d..1. ", task = "dd-183"): string =>
  `${task.padStart(16)}      [000] ${flags}    6.${String(++micros).padStart(6, "0")}: ${event}`;
const DEVICE = "0000:00:04.0";

/** The events of the lines of one ftrace file, and the lines that were skipped. */
async function eventsIn(...lines: string[]): Promise<{ events: Event[]; skipped: string[] }> {
  const { events, sources } = await importedText({
    "ftrace.txt": `${HEADER}${lines.join("\n")}\n`,
  });
  const skipped = sources[0]!.counts.flatMap(({ name, why, skipped }) =>
    skipped > 0 ? [`${name}: ${why!.replace(/^.*ftrace.txt:/, "")}`] : [],
  );
  return { events: events.map(({ event }) => event), skipped };
}

test.each([
  ["five flags", "    kworker/0:1H-38      [000] d.Z..     6.611366: map: body", 38, 6611366000],
  ["four flags", "           <...>-1987  [003] d..1   104.000001: map: body", 1987, 104000001000],
  [
    "no flags, as trace-cmd report prints",
    "  dd-194   [000]  8.753773: map:                  body",
    194,
    8753773000,
  ],
  ["a thread group", "  my [x] task-12-7    (      5) [001] ..... 1.5: map: body", 7, 1500000000],
  ["a task of numbers in brackets", "  a-5 [2] x-78  [001] d..1. 1.5: map: body", 78, 1500000000],
  ["a task that ends in a bracket", "  my task [1]-78  [001] d..1. 1.5: map: body", 78, 1500000000],
  ["nanoseconds", "  dd-194   [000]  8.753773123: map: body", 194, 8753773123],
  ["an idle task", "  <idle>-0       [002] d.h1.     6.603717: map: body", -3, 6603717000],
  ["a clock that counts", "  dd-194   [000] ..... 123456789: map: body", 194, null],
  ["a count close behind the flags", "  dd-194   [001] d.h1.176851453187: map: body", 194, null],
  ["a count, of -R", "  dd-194   [001]-0x0176851453187: map: body", 194, null],
  ["a count, of -l", "      dd-194     1.....           4: map: body", 194, null],
  ["a count close behind them, of -l", "      dd-194     1.....176851453187: map: body", 194, null],
  [
    "flags as a number, of -l -R",
    "b:       dd-194     1-0x0    8.753773: map: body",
    194,
    8753773000,
  ],
  [
    "the option verbose, and no letter in its stamp",
    "  drv    50 0 0 00000000 [00012345] 10.002ms (+0.000ms): map: body",
    50,
    10002000,
  ],
  ["perf's columns, without the CPU", "  my drv 50/51 10.000090: iommu:map: body", 51, 10000090000],
  [
    "perf's period, without the CPU",
    "drv    50  10.000090123:      1 iommu:map: body",
    50,
    10000090123,
  ],
  ["perf's columns, without the thread", "[003]    10.000090: iommu:map: body", -4, 10000090000],
  ["perf's columns, without a time", "my drv   50 [003] iommu:map: body", 50, null],
  ["perf's columns, thread and period alone", "  50 10.000090: 1 iommu:map: body", 50, 10000090000],
  [
    "the time since the record before, of --ts-diff",
    "  dd-194   [000] .....  8.753773:  (+25)    map:                  body",
    194,
    8753773000,
  ],
  [
    "that of --ts-diff -l, which runs back",
    "      dd-194     1.....    8.753773:  (+-25)   map: body",
    194,
    8753773000,
  ],
  [
    "no column but the CPU, as function_graph draws",
    " 3)               |  /* map: body */",
    -4,
    null,
  ],
  [
    "a task without its CPU, as function_graph draws",
    " 10.000090 |      dd-194     |               |  /* map: body */",
    194,
    10000090000,
  ],
  [
    "time, task and flags, as function_graph draws",
    " 10.000090 |   3)    my dd-194   |  d..1. |               |    /* map: body */",
    194,
    10000090000,
  ],
])("a record with %s is taken apart", (_, text, task, at) => {
  expect(recordOf(text)).toMatchObject({ task, at, name: "map", body: "body" });
});

test.each([
  "",
  "garbage",
  "a [0] b: c",
  "x-1 [000] .....",
  "x-1 [000] ..... 1.0: ",
  "x-1 [000] ..... : a: b",
  "drv 50 10.000090: a: b",
  // Neither who nor where.
  "10.000090: iommu:map: body",
  "drv 10.000090: iommu:map: body",
  "drv 50 some:text: body",
  " 3)   0.123 us    |    map: body();",
  " 10.000090 |               |  /* map: body */",
  "[   31.400017] dma 50 10.000090 iommu:map: body",
])("'%s' is no record", (text) => {
  expect(recordOf(text)).toBeNull();
});

describe("a mapped page", () => {
  const mapped = {
    kind: "dma.mapped",
    device: bdfOf(DEVICE),
    bus: 0x2000,
    phys: 0x2000,
    size: 4096,
  };
  test.each([
    [
      "of 6.12",
      `dma_map_page: ${DEVICE} dir=TO_DEVICE dma_addr=2000 size=4096 phys_addr=2000 attrs=`,
    ],
    [
      "of 2025",
      `dma_map_phys: ${DEVICE} dir=TO_DEVICE dma_addr=2000 size=4096 phys_addr=2000 attrs=MMIO`,
    ],
    [
      "with its fields in another order and one more",
      `dma_map_page: ${DEVICE} size=4096 attrs=X|Y phys_addr=2000 new=7 dma_addr=2000 dir=TO_DEVICE`,
    ],
  ])("%s is imported", async (_, body) => {
    const { events, skipped } = await eventsIn(line(body));
    expect(events).toMatchObject([{ ...mapped, direction: "to-device" }]);
    expect(skipped).toEqual([]);
  });

  test("by kprobes of the user's own is imported by the file that names their parts", async () => {
    const probe = (part: string, fields: object) => ({ part, of: "my_map", fields });
    const { events } = await importedText(
      {
        "ftrace.txt": [
          HEADER + line(`my_entry: (my_map+0x0/0x10) d="${DEVICE}" pa=0x2000 n=4096 dir=1`),
          line(`my_exit: (caller <- my_map) handle=0x2000`),
          "",
        ].join("\n"),
      },
      {
        probes: new Map([
          ["my_entry", probe("map", { dev: "d", phys: "pa", size: "n" }) as never],
          ["my_exit", probe("mapped", { dma: "handle" }) as never],
        ]),
      },
    );
    expect(events.map(({ event }) => event)).toMatchObject([
      { ...mapped, direction: "to-device", place: "my_map" },
    ]);
  });
});

test("coherent memory is imported by virt_addr of 6.13 and by phys_addr of 6.12.0", async () => {
  const bases = "kernel_bases: (do_sys_openat2+0x0/0xe0) page_offset_base=0xffff888000000000";
  const { events } = await eventsIn(
    line(bases),
    line(
      `dma_alloc: ${DEVICE} dir=BIDIRECTIONAL dma_addr=c032000 size=512 virt_addr=ffff88800c032000 flags=GFP_KERNEL attrs=`,
    ),
    line(
      `dma_alloc: ${DEVICE} dma_addr=c033000 size=512 phys_addr=c033000 flags=GFP_KERNEL attrs=`,
    ),
    line(`dma_alloc: ${DEVICE} dma_addr=c034000 size=512 virt_addr=ffffc90000051000 flags= attrs=`),
  );
  expect(events).toMatchObject([
    { direction: "coherent", phys: 0xc032000, virt: 0x8800c032000 },
    { phys: 0xc033000 },
    { bus: 0xc034000, phys: null },
  ]);
});

test("a list of segments that the IOMMU merges is one range, and its pages are what the IOMMU was given", async () => {
  const { events } = await eventsIn(
    line(
      "map: IOMMU: iova=0x00000000fffc0000 - 0x00000000fffc1000 paddr=0x0000000002bca000 size=4096",
    ),
    line(
      "map: IOMMU: iova=0x00000000fffc1000 - 0x00000000fffc2000 paddr=0x0000000002bcf000 size=4096",
    ),
    line(
      `dma_map_sg: ${DEVICE} dir=TO_DEVICE nents=2/2 ents=1/1 dma_addrs={0xfffc0000} sizes={0x2000} phys_addrs={0x2bca000,0x2bcf000} attrs=`,
    ),
  );
  expect(events).toMatchObject([
    { kind: "iommu.mapped", device: bdfOf(DEVICE), machine: 0x2bca000 },
    { kind: "iommu.mapped", bus: 0xfffc1000 },
    { kind: "dma.mapped", bus: 0xfffc0000, size: 0x2000, phys: null, reached: 0x2bca000 },
  ]);
});

test("a record that was glued to one without a body is imported", async () => {
  const glued = line(`dma_unmap_page: ${DEVICE} dir=TO_DEVICE dma_addr=2000 size=4096 attrs=`);
  const { events, skipped } = await eventsIn(
    line(`dma_map_page: ${DEVICE} dir=TO_DEVICE dma_addr=2000 size=4096 phys_addr=2000 attrs=`),
    `${line("qi_submit:")}     ${line("qi_submit:")}     ${glued}`,
  );
  expect(events).toMatchObject([{ kind: "dma.mapped" }, { kind: "dma.unmapped", cause: 1 }]);
  expect(skipped).toEqual(["qi_submit: 4:49: no importer knows this event"]);
});

test("lost events are an event, counted, and what came before is unknown since", async () => {
  const { events, trace, sources } = await importedText({
    "ftrace.txt": `${HEADER}${line("OP bs=1")}\nCPU:0 [LOST 1234 EVENTS]\n${line(
      `dma_map_page: ${DEVICE} dir=TO_DEVICE dma_addr=2000 size=4096 phys_addr=2000 attrs=`,
    )}\n`.replace("OP bs=1", "tracing_mark_write: OP bs=1"),
  });
  expect(events[1]!.event).toMatchObject({ kind: "events.lost", count: 1234, text: "CPU 0" });
  expect(captureCountsOf(trace)?.unknownSince).toBe(2);
  expect(sources[0]!.counts.find(({ name }) => name === "events")).toMatchObject({ lost: 1234 });
});

describe("a buffer that is given back twice", () => {
  const body = `${DEVICE} dir=TO_DEVICE dma_addr=2000 size=4096`;
  const calls = [
    `dma_map_page: ${body} phys_addr=2000 attrs=`,
    `dma_unmap_page: ${body} attrs=`,
    `dma_unmap_page: ${body} attrs=`,
  ];
  const ofPerf = calls.map((call, i) => `dd   183 [000]     6.10000${i}:      dma:${call}`);
  const kinds = async (lines: readonly string[]) =>
    (await eventsIn(...lines)).events.map(({ kind }) => kind);
  const twice = ["dma.mapped", "dma.unmapped", "dma.unmapped"];

  test("is one in ftrace's text, which tells of what is missing", async () => {
    expect(await kinds(calls.map((call) => line(call)))).toEqual(twice);
  });

  test("was mapped again in what perf lost, of which its text tells only where it is asked to", async () => {
    expect(await kinds(ofPerf)).toEqual(twice.toSpliced(2, 0, "events.lost"));
  });

  test("is one in text of perf that tells what was lost, and tells it elsewhere", async () => {
    const lost = "swapper     0 [001]     6.000000: PERF_RECORD_LOST lost 3";
    expect(await kinds([lost, ...ofPerf])).toEqual(["events.lost", ...twice]);
  });
});

test("what perf lost is lost events, and what else it tells between records is none", async () => {
  const head = "dd   183 [000]     6.1";
  const { events, sources } = await importedText({
    "perf.txt": [
      `${head}00001: PERF_RECORD_MMAP2 183/183: [0x55d1(0x1000) @ 0 08:01 123 0]: r-xp /bin/dd`,
      `${head}00002: dma:dma_map_page: ${DEVICE} dir=TO_DEVICE dma_addr=2000 size=4096 phys_addr=2000 attrs=`,
      `${head}00003: PERF_RECORD_LOST lost 17`,
      `${head}00004: PERF_RECORD_LOST_SAMPLES lost 3 (BPF)`,
      "",
    ].join("\n"),
  });
  expect(events.map(({ event }) => event)).toMatchObject([
    { kind: "dma.mapped" },
    { kind: "events.lost", count: 17 },
    { kind: "events.lost", count: 3 },
  ]);
  expect(sources[0]!.counts.find(({ name }) => name === "line")).toMatchObject({ skipped: 1 });
});

test("what trace-cmd stream lost of a CPU is lost events", async () => {
  const { events, skipped } = await eventsIn(
    line("tracing_mark_write: PHASE x"),
    "CPU 1: 1017 events lost",
  );
  expect(events[1]).toMatchObject({ kind: "events.lost", count: 1017, text: "CPU 1" });
  expect(skipped).toEqual([]);
});

test("a CPU whose records begin later has lost the ones before, of which nobody is accused", async () => {
  const coherent = (what: string, handle: string) =>
    `dma_${what}: ${DEVICE} dir=BIDIRECTIONAL dma_addr=${handle} size=4096 virt_addr=00000000d2a3b1c4 attrs=`;
  const lines = [
    line(coherent("alloc", "1000")),
    "##### CPU 1 buffer started ####",
    line(coherent("free", "2000")),
  ];
  const { events } = await eventsIn(...lines);
  expect(events).toMatchObject([
    { kind: "dma.mapped" },
    { kind: "events.lost", count: 0, text: "CPU 1: overwritten before its first record" },
    { kind: "dma.unmapped" },
  ]);
  const unbroken = await eventsIn(...lines.filter((text) => !text.startsWith("#")));
  expect(unbroken.events.at(-1)).toMatchObject({ kind: "fault.raised" });
});

test.each([
  "dd   183 [000]     6.100001: PERF_RECORD_MMAP2 183/183: [0x55d1(0x1000) @ 0 08:01 1 0]: r-xp /bin/dd",
  "          <idle>-0       [000] d..1.     6.100001: nvme_queue_rq <-blk_mq_dispatch_rq_list",
  "           <...>-963     [001] d..h.     6.100001: #1     inner/outer(us):   12/14    ts:1499801089.066141940",
])(
  "what stands for long before the first event keeps no trace from being known: %s",
  async (before) => {
    const map = `dma_map_page: ${DEVICE} dir=TO_DEVICE dma_addr=2000 size=4096 phys_addr=2000 attrs=`;
    const record = `dd-183      [000] .....     6.100002: ${map}`;
    const { events } = await importedText({
      "trace.txt": `${`${before}\n`.repeat(2000)}${record}\n`,
    });
    expect(events).toMatchObject([{ event: { kind: "dma.mapped" } }]);
  },
);

test("times past 2^53 nanoseconds are counted from the first: 104 days up, or a wall clock", async () => {
  for (const seconds of ["12345678", "1767608430"]) {
    const entry = (micros: string) =>
      `  dd-194 [000] ..... ${seconds}.${micros}: dma_map_page: ${DEVICE} dir=TO_DEVICE dma_addr=1000 size=64 phys_addr=1000 attrs=`;
    const { events } = await eventsIn(entry("290000"), entry("290105"));
    expect(events.map(({ at }) => at)).toEqual([0, 105_000]);
  }
});

test("what trace-cmd report says of files and plugins is no record and no loss", async () => {
  const { skipped } = await eventsIn(
    "version = 7",
    ...Array(30).fill("registering plugin: /usr/lib/traceevent/plugins/plugin_scsi.so"),
    "  a.dat: cpus=8",
    "b.dat: cpus=8",
    "  a.dat: CPU:1 [SUBBUFFER START] [8753773123:0x1000]",
    " TIME EXTEND: delta:12345 length:8",
    line(`dma_map_page: ${DEVICE} dir=TO_DEVICE dma_addr=1000 size=64 phys_addr=1000 attrs=`),
  );
  expect(skipped).toEqual([]);
});

test("markers are ops with their arguments, under the name that stands before them", async () => {
  const { events } = await eventsIn(
    line("tracing_mark_write: OP if=/dev/x bs=64k"),
    line("tracing_mark_write: OP ping count=3"),
    line("tracing_mark_write: PHASE end"),
  );
  expect(events).toMatchObject([
    { kind: "op.began", name: "op", arguments: { if: "/dev/x", bs: "64k" } },
    { kind: "op.ended" },
    { kind: "op.began", name: "ping", arguments: { count: "3" } },
    { kind: "op.ended" },
    { kind: "message.logged", text: "PHASE end" },
  ]);
});

test.each([
  ["in tracefs", "tracing_mark_write: OP ping count=3"],
  ["with the offset in its function", "tracing_mark_write+0x8a/0x170: OP ping count=3"],
  ["with the address of its function", "tracing_mark_write <ffffffff8149895a>: OP ping count=3"],
  ["with both", "tracing_mark_write+0x8a/0x170 <ffffffff8149895a>: OP ping count=3"],
  ["by trace-cmd", "print:                tracing_mark_write: OP ping count=3"],
  ["by its fields", "print:                ip=tracing_mark_write buf=OP ping count=3"],
])("a marker is told %s", async (_, mark) => {
  const { events, skipped } = await eventsIn(line(mark));
  expect(skipped).toEqual([]);
  expect(events[0]).toMatchObject({ kind: "op.began", name: "ping", arguments: { count: "3" } });
});

describe("what a device touched is", () => {
  const log = (...lines: string[]) => lines.map((text, i) => `1@9.00000${i}:${text}\n`).join("");
  const command = (access: string, what = "READ") => ({
    "ftrace.txt": [
      HEADER.trimEnd(),
      line(
        "nvme_setup_cmd: nvme0: qid=1, cmdid=7, nsid=1, flags=0x0, meta=0x0, cmd=(nvme_cmd_read slba=8, len=7, ctrl=0x0)",
      ),
      line(`dma_map_page: ${DEVICE} dir=FROM_DEVICE dma_addr=2000 size=4096 phys_addr=2000 attrs=`),
      line("nvme_complete_rq: nvme0: qid=1, cmdid=7, res=0x0, retries=0, flags=0x0, status=0x0"),
      line(`dma_unmap_page: ${DEVICE} dir=FROM_DEVICE dma_addr=2000 size=4096 attrs=`),
      "",
    ].join("\n"),
    "qemu.log": log(
      `pci_nvme_io_cmd cid 7 nsid 0x1 sqid 1 opc ${what === "READ" ? "0x2" : "0x1"} opname 'NVME_NVM_CMD_${what}'`,
      `pci_nvme_${what.toLowerCase()} cid 7 nsid 1 nlb 8 count 4096 lba 0x8`,
      `pci_nvme_map_addr ${access}`,
      "pci_nvme_enqueue_req_completion cid 7 cqid 1 dw0 0x0 dw1 0x0 status 0x0",
    ),
  });

  test.each([
    ["in a live mapping", command("addr 0x2000 len 4096"), {}],
    ["never mapped", command("addr 0x9000 len 4096"), { "never mapped": 1 }],
    ["past its end", command("addr 0x2800 len 4096"), { "past its end": 1 }],
    ["in the wrong direction", command("addr 0x2000 len 4096", "WRITE"), { "wrong direction": 1 }],
  ])("%s", async (_, files, misuses) => {
    const capture = captureCountsOf((await importedText(files)).trace)!;
    const found = Object.entries(capture.misuses).map(([misuse, { count }]) => [misuse, count]);
    expect(Object.fromEntries(found)).toEqual(misuses);
    expect(capture.dma.deviceAccesses).toEqual({
      total: 1,
      inLiveMapping: Object.keys(misuses).length ? 0 : 1,
    });
  });

  const touched = ["device.wrote", "device.read"];
  const causeOf = ({ trace, events }: Awaited<ReturnType<typeof importedText>>) => {
    const { cause } = events.findLast(({ event }) => touched.includes(event.kind))!.event;
    return trace.event(cause!)?.event.kind;
  };

  test("in doubt after its unmap, where nothing tells which of the two came first", async () => {
    const files = command("addr 0x2000 len 4096");
    const late = { ...files, "qemu.log": files["qemu.log"].replace("lba 0x8", "lba 0x10") };
    const imported = await importedText(late);
    expect(captureCountsOf(imported.trace)!.misuses).toEqual({});
    expect(causeOf(imported)).toBe("dma.mapped");
  });

  test("after its unmap, where a command that was given later was fetched before", async () => {
    const first = command("addr 0x2000 len 4096");
    const next = (text: string) =>
      text
        .replaceAll("id=7", "id=9")
        .replaceAll("cid 7", "cid 9")
        .replaceAll("slba=8", "slba=64")
        .replaceAll("lba 0x8", "lba 0x40");
    const records = first["ftrace.txt"].slice(HEADER.trimEnd().length + 1);
    const imported = await importedText({
      "ftrace.txt": first["ftrace.txt"] + next(records).replaceAll("=2000", "=5000"),
      "qemu.log": first["qemu.log"] + next(first["qemu.log"]),
    });
    expect(captureCountsOf(imported.trace)!.misuses).toMatchObject({ "after unmap": { count: 1 } });
    expect(causeOf(imported)).toBe("dma.unmapped");
  });
});
