// chips.test.ts - the IOMMU drivers of single chips tell their faults each in its own words.

import { expect, test } from "vitest";
import { logged, timed } from "./logged.ts";

test.each([
  [
    "apple-dart 907000000.iommu: translation fault: status:0x80000004 stream:1 code:0x4 (no PTE for IOVA) at 0x2c441000",
    "? 0x2c441000",
  ],
  [
    "mtk-iommu 10205000.iommu: fault type=0x5 iova=0x2c441000 pa=0x0 larb=0 port=0 layer=0 read",
    "? 0x2c441000",
  ],
  ["riscv,iommu 3010000.iommu: Fault 13 devid: 0x38 iotval: 2c441000 iotval2: 0", "? 0x2c441000"],
  ["virtio_iommu virtio0: page fault from EP 56 at 0x2c441000 [W]", "? 0x2c441000"],
  ["virtio_iommu virtio0: domain fault from EP 56", "? ?"],
  [
    "exynos-sysmmu 14650000.sysmmu: 14450000.mixer: PAGE FAULT occurred at 0x20400000",
    "14450000.mixer 0x20400000",
  ],
  [
    "exynos-sysmmu 14650000.sysmmu: 14450000.mixer: [WRITE] ACCESS PROTECTION FAULT occurred at 0x20400000",
    "14450000.mixer 0x20400000",
  ],
  [
    "sun50i-iommu 30f0000.iommu: Page fault for 0x00000000fff80000 (master 0, dir wr)",
    "? 0xfff80000",
  ],
  [
    "omap-iommu 40d01000.mmu: 40d01000.mmu: errs:0x00000002 da:0x8a000000 pgd:0xc0a7a280 *pgd:0x00000000",
    "? 0x8a000000",
  ],
  ["ipmmu-vmsa fd990000.iommu: Unhandled fault: status 0x00000002 iova 0xffffe000", "? 0xffffe000"],
  [
    "qcom-iommu-ctx 1f15000.iommu-ctx: Unhandled context fault: fsr=0x402, iova=0x000000002c441000, fsynr=0x13, cb=21",
    "? 0x2c441000",
  ],
])("%s", async (line, fault) => {
  expect((await logged(...timed(line))).faults).toEqual([fault]);
});

test.each([
  [
    "rk_iommu: three lines",
    [
      "rk_iommu fd7e0f00.iommu: Page fault at 0x00000000fff80000 of type write",
      "rk_iommu fd7e0f00.iommu: iova = 0x00000000fff80000: dte_index: 0x3ff pte_index: 0x380 page_offset: 0x000",
      "rk_iommu fd7e0f00.iommu: mmu_dte_addr: 0x00000000022c0000 dte@0x00000000022c0ffc: 0x000000 valid: 0",
    ],
    "? 0xfff80000",
  ],
  [
    "tegra: the same access told twice",
    [
      "tegra-mc 70019000.memory-controller: display0a: read @0xfe000000: EMEM address decode error (SMMU translation error [--S])",
      "tegra-mc 70019000.memory-controller: display0a: read @0xfe000000: Page fault (SMMU translation error [--S])",
    ],
    "? 0xfe000000",
  ],
  [
    "msm: the address among the registers",
    [
      "msm_iommu: Unexpected IOMMU page fault!",
      "msm_iommu: base = f0078000",
      "msm_iommu: Fault occurred in context 0.",
      "msm_iommu: FAR    = 2c441000    PAR    = 00000000",
    ],
    "? 0x2c441000",
  ],
  [
    "pamu: the address among the registers",
    [
      "fsl-pamu: access violation interrupt",
      "fsl-pamu: POES1=00000000",
      "fsl-pamu: AVA=000000002c441000",
    ],
    "? 0x2c441000",
  ],
])("%s", async (_, lines, fault) => {
  const { faults, events } = await logged(...timed(...lines));
  expect(faults).toEqual([fault]);
  expect(events.slice(1).every(({ cause }) => cause === 1)).toBe(true);
});
