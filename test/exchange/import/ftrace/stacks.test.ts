// stacks.test.ts - a call with its stack happened in the function that made it, outside the DMA API.

import { expect, test } from "vitest";
import type { Of } from "../../../../src/event/vocabulary.ts";
import { importedText } from "../captured.ts";

const MAP =
  "dma_map_page: 0000:00:04.0 dir=TO_DEVICE dma_addr=fff80000 size=512 phys_addr=61000 attrs=";
const UNMAP = "dma_unmap_page: 0000:00:04.0 dir=TO_DEVICE dma_addr=fff80000 size=512 attrs=";

type Call = Of<"dma.mapped"> | Of<"dma.unmapped">;

/** "dma.mapped dma_map_page in nvme_prep_rq+0xdf" of each call. */
async function calls(...lines: readonly string[]): Promise<string[]> {
  const { events, sources } = await importedText({ "trace.txt": `${lines.join("\n")}\n` });
  expect(sources[0]!.counts.filter(({ skipped }) => skipped > 0)).toEqual([]);
  return events.flatMap(({ event }) =>
    event.kind === "dma.mapped" || event.kind === "dma.unmapped" ? [said(event)] : [],
  );
}
const said = ({ kind, call, place }: Call): string =>
  call == null ? `${kind} ${place}` : `${kind} ${call} in ${place}`;

test.each([
  [
    "tracefs",
    [
      "# tracer: nop",
      `dd-334 [001] ..... 70.122146: ${MAP}`,
      "dd-334 [001] ..... 70.122288: <stack trace>",
      " => trace_event_raw_event_dma_map",
      " => dma_map_page_attrs",
      " => nvme_prep_rq.part.0",
      " => nvme_queue_rqs",
    ],
    "nvme_prep_rq.part.0",
  ],
  [
    "tracefs with offsets",
    [
      "# tracer: nop",
      `dd-334 [001] ..... 70.122146: ${MAP}`,
      "dd-334 [001] ..... 70.122288: <stack trace>",
      " => do_trace_event_raw_event_dma_map+0x1a/0x90",
      " => dma_map_page_attrs+0x117/0x210",
      " => nvme_prep_rq.part.0+0xdf/0x4a0 [nvme]",
      " => nvme_queue_rqs+0x103/0x2c0 [nvme]",
    ],
    "nvme_prep_rq.part.0+0xdf",
  ],
  [
    "the latency format",
    [
      "# tracer: nop",
      `      dd-334       1.....  122288us : ${MAP}`,
      "      dd-334       1.....  122290us : <stack trace>",
      " => dma_map_page_attrs",
      " => e1000_xmit_frame",
    ],
    "e1000_xmit_frame",
  ],
  [
    "trace-cmd report",
    [
      "cpus=2",
      `dd-334 [001] 70.122146: ${MAP.replace(":", ":        ")}`,
      "dd-334 [001] 70.122288: kernel_stack:         <stack trace >",
      "=> trace_event_raw_event_dma_map (ffffffff8f13643e)",
      "=> dma_map_page_attrs (ffffffff8e9999c7)",
      "=> nvme_prep_rq.part.0 (ffffffffc026c42f)",
    ],
    "nvme_prep_rq.part.0",
  ],
  [
    "perf script",
    [
      `dd 334 [001] 70.122146: dma:${MAP}`,
      "\tffffffff8e9999c7 dma_map_page_attrs+0x117 ([kernel.kallsyms])",
      "\tffffffffc026c42f nvme_prep_rq.part.0+0xdf ([nvme])",
      "\t          47b6fd [unknown] (/bin/busybox)",
      "",
    ],
    "nvme_prep_rq.part.0+0xdf",
  ],
  [
    "perf script with the files of kernel and modules",
    [
      `dd 334 [001] 70.122146: dma:${MAP}`,
      "\tffffffff8e9999c7 dma_map_page_attrs+0x117 (/usr/lib/debug/boot/vmlinux-6.12)",
      "\tffffffffc026c42f nvme_prep_rq.part.0+0xdf (/lib/modules/6.12/kernel/drivers/nvme/host/nvme.ko)",
      "",
    ],
    "nvme_prep_rq.part.0+0xdf",
  ],
  [
    "perf script without the files",
    [
      `dd 334 [001] 70.122146: dma:${MAP}`,
      "\tffffffff8e9999c7 dma_map_page_attrs+0x117",
      "\tffffffffc026c42f nvme_prep_rq.part.0+0xdf",
      "\tffffffffc026c42f",
      "",
    ],
    "nvme_prep_rq.part.0+0xdf",
  ],
  [
    "perf script without the addresses",
    [
      `dd 334 [001] 70.122146: dma:${MAP}`,
      " dma_map_page_attrs ([kernel.kallsyms])",
      " nvme_prep_rq.part.0 ([nvme])",
      "",
    ],
    "nvme_prep_rq.part.0",
  ],
  [
    "perf script with lines of the source",
    [
      `dd 334 [001] 70.122146: dma:${MAP}`,
      "\tffffffff8e9999c7 dma_map_page_attrs+0x117 ([kernel.kallsyms])",
      "  mapping.c:160",
      "\tffffffffc026c42f nvme_prep_rq.part.0+0xdf ([nvme])",
      "  pci.c:900 (inlined)",
      "",
    ],
    "nvme_prep_rq.part.0+0xdf",
  ],
  [
    "tracefs beside the program's own, which is nobody of the kernel",
    [
      "# tracer: nop",
      `dd-334 [001] ..... 70.122146: ${MAP}`,
      "dd-334 [001] ..... 70.122287: <user stack trace>",
      " =>  <00007f2b1c2d3e4f>",
      " => main <000055d0a1b2c3d4>",
      "dd-334 [001] ..... 70.122288: <stack trace>",
      " => dma_map_page_attrs",
      " => nvme_queue_rqs",
    ],
    "nvme_queue_rqs",
  ],
])("by %s", async (_, lines, caller) => {
  expect(await calls(...lines)).toEqual([`dma.mapped dma_map_page in ${caller}`]);
});

test("records of another CPU may stand between a record and its stack", async () => {
  const other = MAP.replace("00:04.0", "00:05.0").replace("fff80000", "fff90000");
  expect(
    await calls(
      `dd-334 [001] ..... 70.122146: ${MAP}`,
      `<idle>-0 [000] ..s1. 70.122150: ${other}`,
      "dd-334 [001] ..... 70.122288: <stack trace>",
      " => dma_map_page_attrs",
      " => nvme_prep_rq",
      "<idle>-0 [000] ..s1. 70.122290: <stack trace>",
      " => dma_map_page_attrs",
      " => e1000_alloc_rx_buffers",
      `dd-334 [001] ..... 70.123146: ${UNMAP}`,
    ),
  ).toEqual([
    "dma.mapped dma_map_page in nvme_prep_rq",
    "dma.mapped dma_map_page in e1000_alloc_rx_buffers",
    "dma.unmapped dma_unmap_page",
  ]);
});

test("a stack of functions of the DMA API alone names nobody", async () => {
  expect(
    await calls(
      `dd-334 [001] ..... 70.122146: ${MAP}`,
      "dd-334 [001] ..... 70.122288: <stack trace>",
      " => trace_event_raw_event_dma_map",
      " => dma_map_page_attrs",
    ),
  ).toEqual(["dma.mapped dma_map_page"]);
});

test("an entry of the IOMMU is made by who asked for it, and its owner is still found", async () => {
  const { events } = await importedText({
    "trace.txt": [
      "vfio-7 [001] ..... 70.1: map: IOMMU: iova=0x00000000fff80000 - 0x00000000fff81000 paddr=0x0000000000061000 size=4096",
      "vfio-7 [001] ..... 70.2: <stack trace>",
      " => __iommu_map",
      " => iommu_map",
      " => vfio_iommu_map+0x5f/0x110 [vfio_iommu_type1]",
      "dd-334 [001] ..... 71.1: map: IOMMU: iova=0x00000000fff80000 - 0x00000000fff81000 paddr=0x0000000000061000 size=4096",
      "dd-334 [001] ..... 71.2: <stack trace>",
      " => iommu_map",
      " => __iommu_dma_map",
      " => dma_map_page_attrs",
      " => nvme_prep_rq+0xdf/0x100",
      `dd-334 [001] ..... 71.3: ${MAP}`,
      "",
    ].join("\n"),
  });
  const entries = events.flatMap(({ event }) => (event.kind === "iommu.mapped" ? [event] : []));
  expect(entries.map(({ place, device }) => [place, device ?? null])).toEqual([
    ["vfio_iommu_map+0x5f", null],
    ["nvme_prep_rq+0xdf", 0x20],
  ]);
});

test("a trace that the kernel dumped into its log has stacks as well", async () => {
  const rule = "-".repeat(33);
  const { events } = await importedText({
    "dmesg.txt": [
      "Dumping ftrace buffer:",
      rule,
      `      dd-334       1.....  122288us : ${MAP}`,
      "      dd-334       1.....  122290us : <stack trace>",
      " => dma_map_page_attrs",
      " => e1000_xmit_frame",
      rule,
    ]
      .map((line, i) => `[   12.10000${i}] ${line}\n`)
      .join(""),
  });
  expect(events.flatMap(({ event }) => (event.kind === "dma.mapped" ? [said(event)] : []))).toEqual(
    ["dma.mapped dma_map_page in e1000_xmit_frame"],
  );
});
