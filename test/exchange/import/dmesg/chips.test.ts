// chips.test.ts - every IOMMU driver tells its faults in its own words: each is one fault, with what it tells of it.

import { expect, test } from "vitest";
import { linuxFaults, xenFaults } from "./fault-lines.ts";
import { logged, timed } from "./logged.ts";

test.each(linuxFaults)("$source", async ({ lines, fault }) => {
  const { faults, skipped } = await logged(...timed(...lines));
  expect({ faults, skipped }).toEqual({ faults: [fault], skipped: 0 });
});

test.each(xenFaults)("$source", async ({ lines, fault }) => {
  const { faults, skipped } = await logged(...lines.map((line) => `(XEN) ${line}`));
  expect({ faults, skipped }).toEqual({ faults: [fault], skipped: 0 });
});

test.each([
  [
    "an error of the function that is no access of it",
    "zpci: 061a:00:00.0: Event 0x3a reports an error for PCI function 0x61a",
  ],
  ["an interrupt that tells no fault", "rk_iommu fd7e0f00.iommu: unexpected int_status: 0x000004"],
  [
    "a mapping that is there already",
    "rk_iommu: iova: 0x00000000fff80000 already mapped to 0x22c0000 cannot remap to phys: 0x22d0000 prot: 0x3",
  ],
])("%s is none", async (_, line) => {
  expect((await logged(...timed(line))).faults).toEqual([]);
});

test("an overflow of a RISC-V IOMMU's fault queue loses faults", async () => {
  const { faults, lost } = await logged(
    ...timed("riscv,iommu 3010000.iommu: Queue #1 error; memory fault:0 overflow:1"),
  );
  expect({ faults, lost }).toEqual({ faults: [], lost: 1 });
});

test("each context of an MSM IOMMU that has a fault tells one", async () => {
  const { faults } = await logged(
    ...timed(
      "msm_iommu: Unexpected IOMMU page fault!",
      "msm_iommu: base = f0078000",
      ...["2c441000", "2c552000"].flatMap((address, context) => [
        `msm_iommu: Fault occurred in context ${context}.`,
        "msm_iommu: Interesting registers:",
        `msm_iommu: FAR    = ${address}    PAR    = 00000000`,
      ]),
    ),
  );
  expect(faults).toEqual(["? 0x2c441000", "? 0x2c552000"]);
});

test("two accesses that an IPMMU refuses at different addresses are two faults", async () => {
  const { faults } = await logged(
    ...timed(
      "ipmmu-vmsa fd990000.iommu: Page Table Walk Abort @0xffffe000",
      "ipmmu-vmsa fd990000.iommu: Unhandled fault: status 0x00000002 iova 0xffffa000",
    ),
  );
  expect(faults).toEqual(["? 0xffffe000", "? 0xffffa000"]);
});

const endpoint = "virtio_iommu virtio0: page fault from EP 56 at 0x2c441000 [W]";
test.each([
  ["the log speaks of", "pci 0000:00:07.0: [1af4:1041] type 00 class 0x020000", "0000:00:07.0"],
  ["the log speaks of others but not of", "pci 0000:00:06.0: [1af4:1041] type 00", "?"],
])("a number of an IOMMU names the PCI device that %s", async (_, line, device) => {
  const { faults } = await logged(...timed(line, endpoint));
  expect(faults).toEqual([`${device} 0x2c441000`]);
});

test("an Arm stream's number names a device only where the log speaks of it", async () => {
  const { lines } = linuxFaults.find(({ source }) => source.includes("until 6.13"))!;
  const { faults } = await logged(...timed("nvme 0000:00:07.0: enabling device", ...lines));
  expect(faults).toEqual(["0000:00:07.0 0xfe3c1040"]);
});
