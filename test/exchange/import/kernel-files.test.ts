// kernel-files.test.ts - what lies beside a trace and is not needed is named and left, and refuses nothing.

import { expect, test } from "vitest";
import { importedText } from "./captured.ts";

const TRACE =
  "drv-50 [000] ..... 10.000090: dma_map_page: 0000:07:00.0 dir=TO_DEVICE dma_addr=51000000 size=4096 phys_addr=51000000 attrs=\n";

test.each([
  ["kallsyms", "ffffffff81000000 T _stext\nffffffffc0201000 t nvme_probe\t[nvme]\n"],
  ["kernel-bases", "# page_offset_base @0xffffffff825d85a8 = 0xffff888000000000\n"],
  ["m2p-dump", " --- Dumping M2P ---\n Max MFN: 1048576\n  mfn=0x1000 ==> pfn=0x20\n"],
])("%s", async (name, text) => {
  const { sources, events } = await importedText({ trace: TRACE, [name]: text });
  expect(sources.map(({ format }) => format)).toEqual(["ftrace", name]);
  expect(events).toHaveLength(1);
});
