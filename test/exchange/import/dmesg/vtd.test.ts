// vtd.test.ts - every wording of a VT-d fault is one fault with its device and address.

import { expect, test } from "vitest";
import { logged, timed } from "./logged.ts";

test.each([
  ["DMAR:[DMA Read] Request device [07:00.0] fault addr 2c441000 ", "0000:07:00.0 0x2c441000"],
  [
    "dmar: DMAR:[DMA Write] Request device [00:02.0] fault addr 1ff00000 ",
    "0000:00:02.0 0x1ff00000",
  ],
  [
    "DMAR: DMAR:[DMA Read] Request device [00:1f.2] fault addr fff00000 ",
    "0000:00:1f.2 0xfff00000",
  ],
  [
    "DMAR: [DMA Read] Request device [07:00.0] fault addr 2c441000 [fault reason 06] PTE Read access is not set",
    "0000:07:00.0 0x2c441000",
  ],
  [
    "DMAR: [DMA Write] Request device [07:00.0] PASID ffffffff fault addr 2C441000 [fault reason 05] PTE Write access is not set",
    "0000:07:00.0 0x2c441000",
  ],
  [
    "DMAR: [DMA Write NO_PASID] Request device [0x6a:0x01.0] fault addr 0x7f3a10402000 [fault reason 0x71] SM: Present bit",
    "0000:6a:01.0 0x7f3a10402000",
  ],
  [
    "DMAR: [DMA Read PASID 0x5] Request device [0001:6a:01.0] fault addr 0xffffa000 [fault reason 0x79] SM",
    "0001:6a:01.0 0xffffa000",
  ],
  // An interrupt message is a write that has an index and no address.
  [
    "DMAR: [INTR-REMAP] Request device [f0:1f.0] fault index 0x8080 [fault reason 0x25] Blocked a compatibility format interrupt request",
    "0000:f0:1f.0 ?",
  ],
  // What is cut off is unknown, and never a shorter number.
  ["DMAR: [DMA Read NO_PASID] Request device [07:00.0] fault addr 0x2c44", "0000:07:00.0 ?"],
  ["DMAR: [DMA Read NO_PASID] Request dev", "? ?"],
  [
    "(XEN) [VT-D]DMAR:[DMA Write] Request device [0000:07:00.0] fault addr 2c0000000",
    "0000:07:00.0 0x2c0000000",
  ],
  [
    "(XEN) [VT-D]DMAR:[DMA Write] Request device [0000:07:00.0] fault addr 2c0000000, iommu reg = ffff82c000201000",
    "0000:07:00.0 0x2c0000000",
  ],
  // A debug build of Xen names the file and the line (dprintk); until 3.4 it had other words.
  [
    "(XEN) [VT-D]iommu.c:831: DMAR:[DMA Read] Request device [07:00.0] fault addr ff000000, iommu reg = fff82c3fff57000",
    "0000:07:00.0 0xff000000",
  ],
  [
    "(XEN) [VT-D]iommu.c:676: iommu_fault:DMA Read: 0:1d.1 addr 7d2ce000 REASON 6 iommu->reg = ffff828bfff54000",
    "0000:00:1d.1 0x7d2ce000",
  ],
  [
    "(XEN) [VT-D]iommu.c:831: INTR-REMAP: Request device [00:1f.0] fault index 0, iommu reg = fff82c3fff57000",
    "0000:00:1f.0 ?",
  ],
])("%s", async (line, fault) => {
  const lines = line.startsWith("(XEN)") ? [line] : timed(line);
  expect((await logged(...lines)).faults).toEqual([fault]);
});

test("the tables that are printed for a fault belong to it and are none", async () => {
  const { faults, events } = await logged(
    ...timed(
      "DMAR: DRHD: handling fault status reg 2",
      "DMAR: [DMA Write NO_PASID] Request device [6a:01.0] fault addr 0xffffa000 [fault reason 0x71] SM",
      "DMAR: Dump dmar4 table entries for IOVA 0xffffa000",
      "DMAR: scalable mode root entry: hi 0x0000000000000000, low 0x0000000112a5f001",
      "DMAR: pasid table entry[0]: 0x0000000113801087",
      "DMAR: pte level: 5, pte value: 0x0000000115204067",
      "DMAR: page table not present at level 4",
    ),
  );
  expect(faults).toEqual(["0000:6a:01.0 0xffffa000"]);
  expect(events.map(({ cause }) => cause ?? null)).toEqual([null, null, 2, 2, 2, 2, 2]);
});

test("the reason on a line of its own is told with its fault", async () => {
  const { faults, events } = await logged(
    "[   12.100000] DMAR:[DMA Read] Request device [07:00.0] fault addr 2c441000 ",
    "DMAR:[fault reason 06] PTE Read access is not set",
  );
  expect(faults).toHaveLength(1);
  expect(events[1]).toMatchObject({ kind: "message.logged", cause: 1 });
  const xen = await logged(
    "(XEN) [VT-D]DMAR:[DMA Write] Request device [0000:07:00.0] fault addr 2c0000000",
    "(XEN) [VT-D]DMAR: reason 05 - PTE Write access is not set",
    "(XEN) print_vtd_entries: iommu #1 dev 0000:07:00.0 gmfn 2c0000",
    "(XEN)     root_entry[07] = 13b9d6001",
  );
  expect(xen.faults).toEqual(["0000:07:00.0 0x2c0000000"]);
});

test("a repeated fault is told each time, and what the kernel suppressed is lost", async () => {
  const line =
    "DMAR: [DMA Read] Request device [07:00.0] fault addr 2c441000 [fault reason 06] PTE Read";
  const { faults, lost } = await logged(
    ...timed(line, line, "dmar_fault: 58 callbacks suppressed", line),
  );
  expect(faults).toHaveLength(3);
  expect(lost).toBe(58);
});

test.each([
  ["amd_iommu_report_page_fault: 7 callbacks suppressed", 7],
  ["** 45 printk messages dropped **", 45],
  ["printk: 12 messages suppressed.", 12],
  // include/linux/ratelimit.h, ratelimit_state_exit; a task's name can have blanks.
  ["systemd: 18 output lines suppressed due to ratelimiting", 18],
  ["my task: 4 output lines suppressed due to ratelimiting", 4],
])("%s", async (line, count) => {
  expect((await logged(...timed(line))).lost).toBe(count);
});

test.each([
  ["dmar0: Invalid page request: 07000001 2c441003", "0000:07:00.0 0x2c441000"],
  ["DMAR: dmar1: Invalid page request: 1206a080101 7f3a2c441003", "0000:6a:01.0 0x7f3a2c441000"],
  ["DMAR: IOMMU: dmar0: Page request without PASID: 07000000 2c441002", "0000:07:00.0 0x2c441000"],
  ["dmar0: Invalid page request: 07", "? ?"],
])("a page request that is refused is a fault: %s", async (line, fault) => {
  expect((await logged(...timed(line))).faults).toEqual([fault]);
});
