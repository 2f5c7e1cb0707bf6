// kernel.test.ts - what the kernel complains of in drivers and dies of itself is a fault; a warning is none.

import { expect, test } from "vitest";
import { importedText } from "../captured.ts";
import { logged, timed } from "./logged.ts";

const driver = "nic_drv 0000:07:00.0";

test.each([
  [
    `DMA-API: ${driver}: device driver frees DMA memory with wrong function [device address=0x00000000fe3c1000] [size=4096 bytes] [mapped as coherent] [unmapped as single]`,
    "dma-api 0000:07:00.0 0xfe3c1000",
  ],
  [
    `${driver}: DMA-API: device driver tries to free DMA memory it has not allocated [device address=0x00000000fe3c1000] [size=60 bytes]`,
    "dma-api 0000:07:00.0 0xfe3c1000",
  ],
  [
    `DMA-API: ${driver}: device driver failed to check map error[device address=0x00000000fe3d2000] [size=1514 bytes] [mapped as single]`,
    "dma-api 0000:07:00.0 0xfe3d2000",
  ],
  [
    `DMA-API: ${driver}: cacheline tracking EEXIST, overlapping mappings aren't supported`,
    "dma-api 0000:07:00.0 ?",
  ],
  ["DMA-API: exceeded 7 overlapping mappings of cacheline 0x0000000000123456", "dma-api ? ?"],
])("%s", async (line, fault) => {
  expect((await logged(...timed(line))).faults).toEqual([fault]);
});

const reached = "0x000000012a345000+4096";
test.each([
  [`nommu_map_single: overflow 12a345000+4096 of device mask ffffffff`, "? 0x12a345000"],
  [
    `${driver}: dma_direct_map_page: overflow ${reached} of device mask ffffffff bus mask 0`,
    "0000:07:00.0 0x12a345000",
  ],
  [`${driver}: overflow ${reached} of DMA mask ffffffff bus mask 0`, "0000:07:00.0 0x12a345000"],
  [
    `${driver}: DMA addr ${reached} overflow (mask ffffffff, bus limit 0).`,
    "0000:07:00.0 0x12a345000",
  ],
  [
    `${driver}: swiotlb addr ${reached} overflow (mask ffffffff, bus limit 0).`,
    "0000:07:00.0 0x12a345000",
  ],
  ["DMAR: ERROR: DMA PTE for vPFN 0xfff80 already set (to 7a5f003 not 7a60003)", "? 0xfff80000"],
])("what is not mapped for a device, by its address: %s", async (line, fault) => {
  expect((await logged(...timed(line))).faults).toEqual([`not-mapped ${fault}`]);
});

test.each([
  `${driver}: swiotlb buffer is full (sz: 4096 bytes), total 32768 (slots), used 32768 (slots)`,
  "DMA: Out of SW-IOMMU space for 4096 bytes at device 0000:07:00.0",
  "PCI-DMA: Out of IOMMU space for 65536 bytes",
])("without an address it is a message: %s", async (line) => {
  const { faults, events } = await logged(...timed(line));
  expect({ faults, kinds: events.map(({ kind }) => kind) }).toEqual({
    faults: [],
    kinds: ["message.logged"],
  });
});

test.each([
  [
    "a bad pointer",
    [
      "BUG: unable to handle page fault for address: ffffc90000a00000",
      "#PF: supervisor write access in kernel mode",
      "Oops: 0002 [#1] PREEMPT SMP NOPTI",
      "Call Trace:",
      "---[ end trace 0000000000000000 ]---",
      "Kernel panic - not syncing: Fatal exception in interrupt",
    ],
    1,
  ],
  ["BUG()", ["kernel BUG at mm/slub.c:305!", "invalid opcode: 0000 [#1] SMP"], 1],
  ["a trap alone", ["general protection fault: 0000 [#1] SMP"], 1],
  [
    "two, one behind the other",
    [
      "BUG: kernel NULL pointer dereference, address: 0000000000000008",
      "Oops: 0000 [#1] SMP",
      "BUG: kernel NULL pointer dereference, address: 0000000000000008",
      "Oops: 0000 [#2] SMP",
    ],
    2,
  ],
  [
    "arm64",
    [
      "Unable to handle kernel NULL pointer dereference at virtual address 0000000000000000",
      "Internal error: Oops: 0000000096000006 [#1] SMP",
    ],
    1,
  ],
  ["a panic", ["Kernel panic - not syncing: VFS: Unable to mount root fs"], 1],
  [
    "what the kernel survives",
    [
      "DMA-API: preallocated 65536 debug entries",
      "------------[ cut here ]------------",
      "WARNING: CPU: 1 PID: 310 at kernel/dma/debug.c:1058 check_unmap+0x4e1/0x8b0",
      "bash[812]: segfault at 8 ip 0000000000401136 sp 00007ffd4a error 4 in bash[401000+1000]",
      "DMAR: IOMMU not present",
      "INFO: task kworker:12 blocked for more than 120 seconds.",
      "BUG: KASAN: slab-use-after-free in e1000_clean+0x12/0x34",
      "BUG: sleeping function called from invalid context at mm/slab.h:421",
      "BUG: arch topology borken",
    ],
    0,
  ],
])("%s", async (_, lines, deaths) => {
  const { faults, events } = await logged(...timed(...lines));
  expect(faults).toEqual(Array.from({ length: deaths }, () => "oops"));
  expect(events).toHaveLength(lines.length);
});

test("the hypervisor's death is one", async () => {
  const { faults, events } = await logged("(XEN) Xen BUG at p2m.c:12", "(XEN) Panic on CPU 3:");
  expect(faults).toEqual(["oops"]);
  expect(events[0]!.actor).toBe("hypervisor");
});

// drivers/iommu/iommu.c, pr_debug, by /proc/dynamic_debug/control with and without its flags.
test("entries of an IOMMU that the kernel was asked to tell of are its own, and its faults meet them", async () => {
  const files = {
    "dmesg.txt": `${timed(
      "iommu: map: iova 0xffff0000 pa 0x0000000051000000 size 0x2000",
      "[50] iommu_map:2410: iommu: mapping: iova 0xffff0000 pa 0x0000000051000000 pgsize 0x1000 count 2",
      "[50] __iommu_unmap:2501: iommu: unmap this: iova 0xffff0000 size 0x2000",
      "iommu: unmapped: iova 0xffff0000 size 0x2000",
      "DMAR: [DMA Write NO_PASID] Request device [07:00.0] fault addr 0xffff1000 [fault reason 0x05] PTE",
    ).join("\n")}\n`,
  };
  const kinds = async (given: { readonly [name: string]: string }) =>
    (await importedText(given)).events.map(({ event }) => event.kind);
  const told = ["iommu.mapped", "message.logged", "iommu.unmapped", "message.logged"];
  expect(await kinds(files)).toEqual([...told, "fault.raised"]);
  // A trace has them as well.
  const traced =
    " drv-50 [000] ..... 12.05: map: IOMMU: iova=0xffff0000 - 0xffff2000 paddr=0x51000000 size=8192\n";
  expect(await kinds({ ...files, "trace.txt": traced })).toEqual([
    "iommu.mapped",
    ...told.map(() => "message.logged"),
    "fault.raised",
  ]);
});
