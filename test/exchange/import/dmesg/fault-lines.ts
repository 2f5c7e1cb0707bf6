// fault-lines.ts - what each driver of an IOMMU prints for one refused access, in the words of its source.
//
// drivers/iommu/ of Linux up to 6.18. Its sprd-iommu.c, hyperv-iommu.c and s390-iommu.c print no fault: Spreadtrum's raises no
// interrupt, Hyper-V's remaps interrupts alone, and s390 tells it in arch/s390/pci/. Xen's are beside Linux's.

export interface Told {
  /** Whose words they are. */
  readonly source: string;
  readonly lines: readonly string[];
  /** The device, or "?", and the address, or "?". */
  readonly fault: string;
}

const told = (source: string, fault: string, ...lines: string[]): Told => ({
  source,
  lines,
  fault,
});

const v3 = "arm-smmu-v3 9050000.iommu: ";
const v2 = "arm-smmu 15000000.iommu: ";
const rk = "rk_iommu fd7e0f00.iommu: ";

/** By Linux alone. */
export const linuxFaults: readonly Told[] = [
  told(
    "intel/dmar.c, dmar_fault_do_one, before 4.7",
    "0000:07:00.0 0x2c441000",
    "dmar: DRHD: handling fault status reg 2",
    "dmar: DMAR:[DMA Read] Request device [07:00.0] fault addr 2c441000 ",
    "DMAR:[fault reason 06] PTE Read access is not set",
  ),
  told(
    "intel/dmar.c, dmar_fault_do_one, 4.7 to 5.12",
    "0000:07:00.0 0x2c441000",
    "DMAR: DRHD: handling fault status reg 3",
    "DMAR: [DMA Write] Request device [07:00.0] PASID ffffffff fault addr 2c441000 [fault reason 05] PTE Write access is not set",
  ),
  told(
    "intel/dmar.c, dmar_fault_do_one, since 5.13; intel/iommu.c, dmar_fault_dump_ptes",
    "0000:6a:01.0 0x7f3a10402000",
    "DMAR: [DMA Write PASID 0x5] Request device [6a:01.0] fault addr 0x7f3a10402000 [fault reason 0x71] SM: Present bit in first-level paging entry is clear",
    "DMAR: Dump dmar4 table entries for IOVA 0x7f3a10402000",
    "DMAR: scalable mode root entry: hi 0x0000000000000000, low 0x0000000112a5f001",
    "DMAR: context entry: hi 0x0000000000000000, low 0x0000000112a60401",
    "DMAR: pasid dir entry: 0x0000000112a64001",
    "DMAR: pasid table entry[0]: 0x0000000113801087",
    "DMAR: pte level: 5, pte value: 0x0000000115204067",
    "DMAR: page table not present at level 4",
  ),
  told(
    "intel/dmar.c, an interrupt message",
    "0000:f0:1f.0 ?",
    "DMAR: [INTR-REMAP] Request device [f0:1f.0] fault index 0x8080 [fault reason 0x25] Blocked a compatibility format interrupt request",
  ),
  told(
    "amd/iommu.c, amd_iommu_report_page_fault, of a device that is known",
    "0000:07:00.0 0x2c441540",
    "nvme 0000:07:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0021 address=0x2c441540 flags=0x0070]",
  ),
  told(
    "amd/iommu.c, amd_iommu_report_page_fault",
    "0000:07:00.0 0x2c441580",
    "AMD-Vi: Event logged [IO_PAGE_FAULT device=0000:07:00.0 domain=0x0021 address=0x2c441580 flags=0x0020]",
  ),
  told(
    "amd/iommu.c, iommu_print_event",
    "0000:03:00.0 0x1000",
    "AMD-Vi: Event logged [ILLEGAL_DEV_TABLE_ENTRY device=0000:03:00.0 pasid=0x00000 address=0x1000 flags=0x0a00]",
    "AMD-Vi: DTE[0]: 6190000000000003",
    "AMD-Vi: DTE[1]: 0000100103fc0009",
  ),
  told(
    "arm/arm-smmu-v3/arm-smmu-v3.c until 6.13",
    "? 0xfe3c1040",
    `${v3}event 0x10 received:`,
    `${v3}\t0x0000003800000010`,
    `${v3}\t0x0000020000000000`,
    `${v3}\t0x00000000fe3c1040`,
    `${v3}\t0x0000000000000000`,
  ),
  told(
    "arm/arm-smmu-v3/arm-smmu-v3.c, arm_smmu_dump_event, since 6.14",
    "0000:07:00.0 0xfe3c1040",
    `${v3}event 0x10 received:`,
    `${v3}\t0x0000003800000010`,
    `${v3}\t0x0000020000000000`,
    `${v3}\t0x00000000fe3c1040`,
    `${v3}\t0x0000000000000000`,
    `${v3}event: F_TRANSLATION client: 0000:07:00.0 sid: 0x38 ssid: 0x0 iova: 0xfe3c1040 ipa: 0x0`,
    `${v3}unpriv data write s1 "Input address caused fault" stag: 0x0`,
  ),
  told(
    "arm/arm-smmu-v3/arm-smmu-v3.c, a stream of no device",
    "? ?",
    `${v3}event 0x02 received:`,
    `${v3}\t0x0000090000000002`,
    `${v3}\t0x0000000000000000`,
    `${v3}\t0x0000000000000000`,
    `${v3}\t0x0000000000000000`,
    `${v3}event: C_BAD_STREAMID client: (unassigned sid) sid: 0x900 ssid: 0x0`,
  ),
  told(
    "arm/arm-smmu-v3/arm-smmu-v3.c, arm_smmu_handle_ppr",
    "? 0xfe3c1000",
    `${v3}unexpected PRI request received:`,
    `${v3}\tsid 0x00000038.0x00000: [1] unprivileged read access at iova 0x00000000fe3c1000`,
  ),
  told(
    "arm/arm-smmu/arm-smmu.c, arm_smmu_context_fault, until 6.11",
    "? 0xfe3c1000",
    `${v2}Unhandled context fault: fsr=0x402, iova=0xfe3c1000, fsynr=0x13, cbfrsynra=0x1880, cb=5`,
  ),
  told(
    "arm/arm-smmu/arm-smmu.c, arm_smmu_print_context_fault_info, since 6.12",
    "? 0xfe3c1000",
    `${v2}Unhandled context fault: fsr=0x402, iova=0xfe3c1000, fsynr=0x13, cbfrsynra=0x1880, cb=5`,
    `${v2}FSR    = 00000402 [Format=2 TF], SID=0x1880`,
    `${v2}FSYNR0 = 00000013 [S1CBNDX=0 WNR PLVL=3]`,
  ),
  told(
    "arm/arm-smmu/arm-smmu.c, arm_smmu_global_fault",
    "? ?",
    `${v2}Blocked unknown Stream ID 0x4c3; boot with "arm-smmu.disable_bypass=0" to allow, but this may have security implications`,
    `${v2}\tGFSR 0x80000002, GFSYNR0 0x00000002, GFSYNR1 0x000004c3, GFSYNR2 0x00000000`,
  ),
  told(
    "arm/arm-smmu/arm-smmu-qcom-debug.c",
    "? 0xa58c00d8",
    `${v2}Unhandled context fault: fsr=0x40000402, iova=0xa58c00d8, fsynr=0x360003, cbfrsynra=0x40, cb=5`,
    `${v2}FSR    = 40000402 [TF SS ], SID=0x40`,
    `${v2}soft iova-to-phys=0x0000000000000000`,
    `${v2}SOFTWARE TABLE WALK FAILED! Looks like 15000000.iommu accessed an unmapped address!`,
    `${v2}hard iova-to-phys (ATOS) failed`,
  ),
  told(
    "arm/arm-smmu/arm-smmu.c of Qualcomm's kernels, print_fault_regs",
    "a600000.dwc3 0xefe60800",
    `${v2}Unhandled arm-smmu context fault from a600000.dwc3!`,
    `${v2}FAR    = 0x00000000efe60800`,
    `${v2}PAR    = 0x0000000000000000`,
    `${v2}FSR    = 0x40000402 [TF R SS ]`,
    `${v2}FSYNR0    = 0x5f0003`,
    `${v2}context bank#    = 0x1b`,
  ),
  told(
    "gpu/drm/msm/adreno/adreno_gpu.c, adreno_fault_handler",
    "? 0x126bd040",
    "*** gpu fault: ttbr0=000000011007b000 iova=00000000126bd040 dir=WRITE type=TRANSLATION source=1030001 (0,0,0,0)",
  ),
  told(
    "gpu/drm/msm/msm_iommu.c, msm_fault_handler",
    "? 0x1234000",
    "msm: *** fault: iova=         1234000, flags=0",
  ),
  told(
    "remoteproc/remoteproc_core.c, rproc_iommu_fault; omap-iommu.c",
    "? 0x8a000000",
    "omap-rproc 40800000.dsp: iommu fault: da 0x8a000000 flags 0x0",
    "omap-iommu 40d01000.mmu: 40d01000.mmu: errs:0x00000002 da:0x8a000000 pgd:0xc0a7a280 *pgd:0x00000000",
  ),
  told(
    "arm/arm-smmu/qcom_iommu.c, qcom_iommu_fault",
    "? 0x2c441000",
    "qcom-iommu-ctx 1f15000.iommu-ctx: Unhandled context fault: fsr=0x402, iova=0x000000002c441000, fsynr=0x13, cb=21",
  ),
  told(
    "apple-dart.c, apple_dart_t8020_irq",
    "? 0x2c441000",
    "apple-dart 907000000.iommu: translation fault: status:0x80000004 stream:1 code:0x4 (no PTE for IOVA) at 0x2c441000",
  ),
  told(
    "rockchip-iommu.c, rk_iommu_irq",
    "? 0xfff80000",
    `${rk}Page fault at 0x00000000fff80000 of type write`,
    `${rk}iova = 0x00000000fff80000: dte_index: 0x3ff pte_index: 0x380 page_offset: 0x000`,
    `${rk}mmu_dte_addr: 0x00000000022c0000 dte@0x00000000022c0ffc: 0x000000 valid: 0`,
  ),
  told(
    "rockchip-iommu.c, a bus error",
    "? 0xfff80000",
    `${rk}BUS_ERROR occurred at 0x00000000fff80000`,
  ),
  told(
    "vsi-iommu.c, vsi_iommu_irq",
    "? ?",
    "vsi_iommu fdca0000.iommu: unexpected int_status=00000001",
  ),
  told(
    "mtk_iommu.c, mtk_iommu_isr",
    "? 0x1fb400000",
    "mtk-iommu 14016000.iommu: fault type=0x280 iova=0x1fb400000 pa=0x0 master=0x500041f(larb=0 port=0) layer=1 read",
  ),
  told(
    "mtk_iommu_v1.c, mtk_iommu_isr",
    "? 0x2c441000",
    "mtk-iommu-v1 10205000.mmsys_iommu: fault type=0x5 iova=0x2c441000 pa=0x0 larb=0 port=0",
  ),
  told(
    "riscv/iommu.c, riscv_iommu_fault",
    "0000:00:07.0 0x2c441000",
    "riscv,iommu 3010000.iommu: Fault 13 devid: 0x38 iotval: 2c441000 iotval2: 0",
  ),
  told(
    "virtio-iommu.c, viommu_fault_handler",
    "0000:00:07.0 0x2c441000",
    "virtio_iommu virtio0: page fault from EP 56 at 0x2c441000 [W]",
  ),
  told(
    "virtio-iommu.c, without an address",
    "0000:00:07.0 ?",
    "virtio_iommu virtio0: domain fault from EP 56",
  ),
  told(
    "exynos-iommu.c, show_fault_information, since 6.0",
    "14450000.mixer 0x20400000",
    "exynos-sysmmu 14650000.sysmmu: 14450000.mixer: [WRITE] ACCESS PROTECTION FAULT occurred at 0x20400000",
  ),
  told(
    "exynos-iommu.c, show_fault_information, 4.10 to 5.19",
    "14450000.mixer 0x20400000",
    "exynos-sysmmu 14650000.sysmmu: 14450000.mixer: PAGE FAULT occurred at 0x20400000",
  ),
  told(
    "exynos-iommu.c, show_fault_information, before",
    "14450000.mixer 0x20400000",
    "PAGE FAULT occurred at 0x20400000 by 14450000.mixer(Page table base: 0x6d860000)",
    "\tLv1 entry: 0x6d86c001",
  ),
  told(
    "sun50i-iommu.c, sun50i_iommu_report_fault",
    "? 0xfff80000",
    "sun50i-iommu 30f0000.iommu: Page fault for 0x00000000fff80000 (master 0, dir wr)",
    "sun50i-iommu 30f0000.iommu: Page fault while iommu not attached to any domain?",
  ),
  told(
    "omap-iommu.c, iommu_fault_handler",
    "? 0x8a000000",
    "omap-iommu 40d01000.mmu: 40d01000.mmu: errs:0x00000002 da:0x8a000000 pgd:0xc0a7a280 *pgd:0x00000000",
  ),
  told(
    "ipmmu-vmsa.c, ipmmu_domain_irq",
    "? 0xffffe000",
    "ipmmu-vmsa fd990000.iommu: Page Table Walk Abort @0xffffe000",
    "ipmmu-vmsa fd990000.iommu: Unhandled fault: status 0x0000000a iova 0xffffe000",
  ),
  told(
    "memory/tegra/mc.c, tegra30_mc_handle_irq",
    "? 0xfe000000",
    "tegra-mc 70019000.memory-controller: display0a: read @0xfe000000: EMEM address decode error (SMMU translation error [--S])",
    "tegra-mc 70019000.memory-controller: display0a: read @0xfe000000: Page fault (SMMU translation error [--S])",
  ),
  told(
    "msm_iommu.c, msm_iommu_fault_handler",
    "? 0x2c441000",
    "msm_iommu: Unexpected IOMMU page fault!",
    "msm_iommu: base = f0078000",
    "msm_iommu: Fault occurred in context 0.",
    "msm_iommu: Interesting registers:",
    "msm_iommu: FAR    = 2c441000    PAR    = 00000000",
    "msm_iommu: FSR    = 00000002 [TF ]",
  ),
  told(
    "msm_iommu.c of Qualcomm's kernels",
    "? 0x2c441000",
    "msm_iommu_v1: Unexpected IOMMU page fault!",
    "msm_iommu_v1: name = jpeg_iommu",
    "msm_iommu_v1: context = jpeg_enc0 (0)",
    "msm_iommu_v1: Interesting registers:",
    "msm_iommu_v1: FAR    = 000000002c441000",
  ),
  told(
    "fsl_pamu.c, pamu_av_isr",
    "? 0x2c441000",
    "fsl-pamu: pamu_av_isr: access violation interrupt",
    "fsl-pamu: pamu_av_isr: POES1=00000000",
    "fsl-pamu: pamu_av_isr: POES2=00000000",
    "fsl-pamu: pamu_av_isr: AVS1=00210001",
    "fsl-pamu: pamu_av_isr: AVS2=00000000",
    "fsl-pamu: pamu_av_isr: AVA=000000002c441000",
    "fsl-pamu: pamu_av_isr: UDAD=00000000",
    "fsl-pamu: pamu_av_isr: POEA=0000000000000000",
  ),
  told(
    "arch/s390/pci/pci_event.c, __zpci_event_error",
    "061a:00:00.0 ?",
    "zpci: 061a:00:00.0: Event 0x2 reports an error for PCI function 0x61a",
  ),
];

/** By Xen, on its console. */
export const xenFaults: readonly Told[] = [
  told(
    "xen/drivers/passthrough/vtd/iommu.c, iommu_page_fault_do_one",
    "0000:07:00.0 0x2c0000000",
    "[VT-D]DMAR:[DMA Write] Request device [0000:07:00.0] fault addr 2c0000000",
    "[VT-D]DMAR: reason 05 - PTE Write access is not set",
  ),
  told(
    "xen/drivers/passthrough/amd/iommu_init.c, parse_event_log_entry",
    "0000:07:00.0 0x2c0000140",
    "AMD-Vi: IO_PAGE_FAULT: 0000:07:00.0 d0 addr 00000002c0000140 flags 0x8 I",
  ),
  told(
    "xen/drivers/passthrough/amd/iommu_init.c, of a domain without a number",
    "0000:07:00.0 0x2c0000140",
    "AMD-Vi: IO_PAGE_FAULT: 0000:07:00.0 d[IO] addr 00000002c0000140 flags 0x8 I",
  ),
  told(
    "xen/drivers/passthrough/arm/smmu.c, arm_smmu_context_fault",
    "? 0x2c441000",
    "smmu: /axi/smmu@fd800000: Unhandled context fault: iova=0x2c441000, fsynr=0x11, cb=0",
  ),
];
