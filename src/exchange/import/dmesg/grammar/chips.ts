// chips.ts - the IOMMUs of single chips, one file each in drivers/iommu/, and the one of virtual machines.

import { busHexOf } from "../../source/numbers.ts";
import type { Grammar } from "./grammar.ts";

const iommu = (begins: RegExp, goesOn?: RegExp): Grammar => ({
  fault: "iommu",
  begins,
  ...(goesOn === undefined ? {} : { goesOn, sameReporter: true }),
});

const byRequester = (begins: RegExp): Grammar => ({ ...iommu(begins), numbersPci: true });

/** Several lines for one access, each with its address: the second is no other (drivers/iommu/ipmmu-vmsa.c). */
const ipmmu: Grammar = {
  fault: "iommu",
  begins:
    /: (?:Multiple TLB hits|Page Table Walk Abort) @(?:(?<address>0x[0-9a-f]+)$)?|: Unhandled fault: status 0x[0-9a-f]+(?: iova (?<number>0x[0-9a-f]+)\s*$)?/i,
  goesOn: /: (?<what>Page Table Walk Abort|Unhandled fault).*[@ ](?<where>0x[0-9a-f]+)\s*$/i,
  sameReporter: true,
  takes: (fault, { what, where }) => {
    const address = busHexOf(where!);
    fault.address ??= address;
    return !fault.says.includes(what!) && address === fault.address;
  },
};

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

/**
 * No address in the first line: the registers are printed behind it, of each context that has a fault
 * (drivers/iommu/msm_iommu.c; vendors' msm_iommu-v0.c and -v1.c).
 */
const msm: Grammar = {
  fault: "iommu",
  begins: /: (?:Unexpected IOMMU page fault!|Fault occurred in context \d)/,
  goesOn:
    /: (?:(?:base|name|context)\s*= |Power is OFF|(?<context>Fault occurred in context)|Interesting registers|FAR\s*= (?<address>[0-9a-f]{8}(?= )|[0-9a-f]{16}$)|fsr=0x[0-9a-f]+, iova=(?<number>0x[0-9a-f]+),|FSR|FSYNR|PAR|TTBR|SCTLR|ACTLR|PRRR|NMRR)/,
  sameReporter: true,
  waits: true,
  takes: (fault, { context, address, number }) => {
    const isNext = context !== undefined && (fault.told || / in context \d/.test(fault.first));
    if (isNext) return false;
    if (context !== undefined) fault.told = true;
    if (address !== undefined || number !== undefined) fault.waits = false;
    return true;
  },
};

/** What a remote processor was refused is told by its driver as well (drivers/remoteproc/remoteproc_core.c). */
const omap: Grammar = {
  fault: "iommu",
  begins:
    /: errs:0x[0-9a-f]+(?: da:(?<address>0x[0-9a-f]+) )?|: iommu fault: da (?:(?<number>0x[0-9a-f]+) flags)?/i,
  goesOn: /: errs:0x[0-9a-f]+ da:(?<where>0x[0-9a-f]+) /i,
  takes: (fault, { where }) => {
    if (fault.told || busHexOf(where!) !== fault.address || / errs:/.test(fault.first))
      return false;
    fault.told = true;
    return true;
  },
};

/** Each line begins with the function that prints it (drivers/iommu/fsl_pamu.c). */
const pamu: Grammar = {
  fault: "iommu",
  begins: /pamu: (?:\w+: )?access violation interrupt/,
  goesOn: /pamu: (?:\w+: )?(?:POES\d=|AVS\d=|AVA=(?<address>[0-9a-f]{16})|UDAD=|POEA=|PAACE\[)/,
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
    /: Page fault at (?<address>0x[0-9a-f]+) of type|: BUS_ERROR occurred at (?:(?<number>0x(?:[0-9a-f]{8}|[0-9a-f]{16}))$)?/i,
    /: (?:iova = 0x|mmu_dte_addr: |Page fault while iommu not attached)/,
  ),
  // mtk_iommu.c, mtk_iommu_v1.c
  iommu(/: (?:iommu )?fault type=0x[0-9a-f]+(?: iova=(?<address>0x[0-9a-f]+) )?/i),
  // riscv/iommu.c
  byRequester(/: Fault \d+ devid: (?<requester>0x[0-9a-f]+)(?: iotval: (?<address>[0-9a-f]+) )?/i),
  // virtio-iommu.c: "domain", "page" and "unknown", and reasons that were proposed later
  byRequester(
    /^virtio[_-]iommu \S+: [a-z][a-z ]*? fault from EP (?<endpoint>\d+)(?: PASID \d+)?(?: at (?<address>0x[0-9a-f]+) )?/,
  ),
  // exynos-iommu.c; until 4.9 the device's name stood behind the address
  iommu(
    /(?:^|: )(?:(?<named>[^\s:]+): )?(?:\[(?:READ|WRITE)\] )?[A-Z][A-Z -]* (?:FAULT|ERROR) occurred at (?<address>0x[0-9a-f]+)(?:$|\(| (?:by (?<device>[^\s(]+)\()?)/,
  ),
  // sun50i-iommu.c
  iommu(
    /: Page fault for (?<address>0x[0-9a-f]+) \(master/i,
    /: Page fault while iommu not attached/,
  ),
  omap,
  // drivers/gpu/drm/msm/adreno/adreno_gpu.c and msm_iommu.c, which the SMMU's driver hands its faults to
  iommu(
    /^(?:\S+: )?\*\*\* (?:gpu )?fault: (?:ttbr0=[0-9a-f]{16} )?iova= *(?:(?<address>[0-9a-f]{1,16})(?:, flags| dir))?/,
  ),
  // vsi-iommu.c: what it prints of a fault is the status alone
  iommu(/^vsi[_-]iommu \S+: unexpected int_status=[0-9a-f]+/),
  // arch/s390/pci/pci_event.c: errors of DMA and of interrupts by their codes (qemu, s390-pci-bus.h, ERR_EVENT_*)
  iommu(
    /^zpci: (?<client>\S+): Event 0x(?:[1-9ab]|1[0-3]) reports an error for PCI function 0x[0-9a-f]+/,
  ),
  ipmmu,
  tegra,
  msm,
  pamu,
];
