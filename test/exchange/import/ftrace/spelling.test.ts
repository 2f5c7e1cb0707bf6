// spelling.test.ts - events whose fields are printed one by one mean what the kernel's own text of them means.

import { expect, test } from "vitest";
import { asPrinted } from "../../../../src/exchange/import/ftrace/spelling.ts";

const LIST = "ARRAY[00, 20, 22, 06, 00, 00, 00, 00, 00, 30, 24, 06, 01, 00, 00, 00]";

test.each([
  [
    "perf and libtraceevent that cannot follow the print format",
    "dma_map_sg",
    `[FAILED TO PARSE] device=0000:00:04.0 full_nents=200 full_ents=1 truncated=1 phys_addrs=${LIST} dma_addrs=ARRAY[00, 00, f8, ff, 00, 00, 00, 00] lengths=ARRAY[00, 20, 00, 00] dir=2 attrs=0x100`,
    "0000:00:04.0 dir=FROM_DEVICE nents=128/200 ents=1/1 dma_addrs={0xfff80000} sizes={0x2000} phys_addrs={0x6222000,0x106243000} attrs=NO_WARN",
  ],
  [
    "a machine of the other byte order",
    "dma_unmap_sg",
    "[FAILED TO PARSE] device=0000:00:04.0 addrs=ARRAY[00, 00, 00, 00, 06, 22, 20, 00] dir=1 attrs=0x0",
    "0000:00:04.0 dir=TO_DEVICE phys_addrs={0x6222000} attrs=",
  ],
  [
    "a list of such a machine, whose lengths are in that order too",
    "dma_map_sg",
    "[FAILED TO PARSE] device=0000:00:04.0 full_nents=1 full_ents=1 truncated=0 phys_addrs=ARRAY[00, 00, 00, 00, 06, 22, 20, 00] dma_addrs=ARRAY[00, 00, 00, 00, ff, f8, 00, 00] lengths=ARRAY[00, 00, 20, 00] dir=1 attrs=0x0",
    "0000:00:04.0 dir=TO_DEVICE nents=1/1 ents=1/1 dma_addrs={0xfff80000} sizes={0x2000} phys_addrs={0x6222000} attrs=",
  ],
  [
    "the option fields",
    "dma_map_page",
    "device=0000:00:04.0 phys_addr=0x3ea89000 (1051234304) dma_addr=0xfff7a000 (4294418432) size=0x1000 (4096) dir=0x1 (1) attrs=0x28 (40)",
    "0000:00:04.0 dir=TO_DEVICE dma_addr=fff7a000 size=4096 phys_addr=3ea89000 attrs=SKIP_CPU_SYNC",
  ],
  [
    "the option fields, of memory that a guest shares",
    "dma_map_phys",
    "device=0000:00:04.0 phys_addr=0x3ea89000 (1051234304) dma_addr=0xfff7a000 (4294418432) size=0x1000 (4096) dir=0x1 (1) attrs=0x2400 (9216)",
    "0000:00:04.0 dir=TO_DEVICE dma_addr=fff7a000 size=4096 phys_addr=3ea89000 attrs=MMIO|CC_SHARED",
  ],
  [
    "the option fields, of an entry",
    "unmap",
    "iova=0xfffa0000 (4294574080) size=0x10000 (65536) unmapped_size=0x10000 (65536)",
    "IOMMU: iova=0x00000000fffa0000 - 0x00000000fffb0000 size=65536 unmapped_size=65536",
  ],
  [
    "report -R, whose addresses are hexadecimal without a sign of it",
    "dma_free",
    "device=0000:00:04.0 virt_addr=(nil) dma_addr=10 size=24 dir=0 attrs=0x0",
    "0000:00:04.0 dir=BIDIRECTIONAL dma_addr=10 size=24 virt_addr=0 attrs=",
  ],
  [
    "report -R, of an entry",
    "map",
    "iova=0x00000000fff80000 paddr=0x0000000006222000 size=4096",
    "IOMMU: iova=0x00000000fff80000 - 0x00000000fff81000 paddr=0x0000000006222000 size=4096",
  ],
  [
    "the option fields, of a request",
    "block_rq_issue",
    "dev=0xfe00000 (266338304) sector=0x1c8f770 (29947760) nr_sector=0x8 (8) bytes=0x1000 (4096) ioprio=0x4004 (16388) rwbs=RA comm=dd cmd=",
    "254,0 RA 4096 () 29947760 + 8",
  ],
  [
    "report -R, of a request's end",
    "block_rq_complete",
    "dev=8388624 sector=18446744073709551615 nr_sector=0 error=0 ioprio=16388 rwbs=FF cmd=",
    "8,16 FF () 18446744073709551615 + 0",
  ],
  [
    "the option fields, of a bounce",
    "swiotlb_bounced",
    "dev_name=0000:00:04.0 dma_mask=0xffffffff (4294967295) dev_addr=0x105493000 (4383649792) size=0x1000 (4096) force=0x0 (0)",
    "dev_name: 0000:00:04.0 dma_mask=ffffffff dev_addr=105493000 size=4096",
  ],
  [
    "a fault of the tracepoint",
    "io_page_fault",
    "device=0000:07:00.0 driver=amd iova=0x9a000000 (2583691264) flags=0x5 (5)",
    "IOMMU:amd 0000:07:00.0 iova=0x000000009a000000 flags=0x0005",
  ],
  [
    "the kernel's own text, left as it is",
    "dma_map_page",
    "0000:07:00.0 dir=TO_DEVICE dma_addr=1000 size=1 phys_addr=1000 attrs=",
    "0000:07:00.0 dir=TO_DEVICE dma_addr=1000 size=1 phys_addr=1000 attrs=",
  ],
])("by %s", (_, name, body, printed) => {
  expect(asPrinted(name, body)).toBe(printed);
});
