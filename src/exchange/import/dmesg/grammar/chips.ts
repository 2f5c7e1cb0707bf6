// chips.ts - the IOMMUs of single chips, one file each in drivers/iommu/, and the one of virtual machines.

import type { Grammar } from "./grammar.ts";

const iommu = (begins: RegExp, goesOn?: RegExp): Grammar => ({
  fault: "iommu",
  begins,
  ...(goesOn === undefined ? {} : { goesOn, sameReporter: true }),
});

/** Two lines for one access: by the memory controller and by its SMMU (drivers/memory/tegra/mc.c). */
const tegra: Grammar = {
  fault: "iommu",
  begins:
    /(?:-mc |memory-controller|mc): (?:\S+): (?:secure ?)?(?:read|write) @(?<address>0x[0-9a-f]+): /i,
  goesOn: /: (?<who>\S+): (?:secure ?)?(?:read|write) @(?<where>0x[0-9a-f]+): (?<what>.*)/i,
  sameReporter: true,
  takes: (fault, { who, where, what }) => {
    const isSame = fault.first.includes(`${who}: `) && fault.first.includes(`@${where}: `);
    if (fault.told || !isSame || fault.first.endsWith(what!)) return false;
    fault.told = true;
    return true;
  },
};

/** No address in the first line: the registers are printed behind it (drivers/iommu/msm_iommu.c). */
const msm: Grammar = {
  fault: "iommu",
  begins: /: Unexpected IOMMU page fault!/,
  goesOn:
    /: (?:base = |Fault occurred in context|Interesting registers|FAR\s*= (?<address>[0-9a-f]{8})|FSR|FSYNR|PAR|TTBR|SCTLR|ACTLR|PRRR|NMRR)/,
  sameReporter: true,
  waits: true,
  takes: (fault, { address }) => {
    if (address !== undefined) fault.waits = false;
    return true;
  },
};

/** drivers/iommu/fsl_pamu.c */
const pamu: Grammar = {
  fault: "iommu",
  begins: /pamu: access violation interrupt/,
  goesOn: /pamu: (?:POES\d=|AVS\d=|AVA=(?<address>[0-9a-f]{16})|UDAD=|POEA=|PAACE\[)/,
  sameReporter: true,
  waits: true,
  takes: (fault, { address }) => {
    if (address !== undefined) fault.waits = false;
    return true;
  },
};

export const chips: readonly Grammar[] = [
  // apple-dart.c
  iommu(/: translation fault: ?status:(?:.* at (?<address>0x[0-9a-f]+)\s*$)?/i),
  // rockchip-iommu.c
  iommu(
    /: Page fault at (?<address>0x[0-9a-f]+) of type|: BUS_ERROR occurred at (?<number>0x[0-9a-f]+)/i,
    /: (?:iova = 0x|mmu_dte_addr: |Page fault while iommu not attached)/,
  ),
  // mtk_iommu.c, mtk_iommu_v1.c
  iommu(/: (?:iommu )?fault type=0x[0-9a-f]+(?: iova=(?<address>0x[0-9a-f]+) )?/i),
  // riscv/iommu.c
  iommu(/: Fault \d+ devid: 0x[0-9a-f]+(?: iotval: (?<address>[0-9a-f]+) )?/i),
  // virtio-iommu.c
  iommu(
    /^virtio_iommu \S+: (?:domain|page|unknown) fault from EP \d+(?: at (?<address>0x[0-9a-f]+) )?/i,
  ),
  // exynos-iommu.c
  iommu(
    /(?:^|: )(?:(?<named>[^\s:]+): )?(?:\[(?:READ|WRITE)\] )?[A-Z][A-Z -]* FAULT occurred at (?<address>0x[0-9a-f]+)(?:$| )/,
  ),
  // sun50i-iommu.c
  iommu(
    /: Page fault for (?<address>0x[0-9a-f]+) \(master/i,
    /: Page fault while iommu not attached/,
  ),
  // omap-iommu.c
  iommu(/: errs:0x[0-9a-f]+(?: da:(?<address>0x[0-9a-f]+) )?/i),
  // ipmmu-vmsa.c
  iommu(/: Unhandled fault: status 0x[0-9a-f]+(?: iova (?<address>0x[0-9a-f]+)\s*$)?/i),
  iommu(/: (?:Multiple TLB hits|Page Table Walk Abort) @(?<address>0x[0-9a-f]+)/i),
  tegra,
  msm,
  pamu,
];
