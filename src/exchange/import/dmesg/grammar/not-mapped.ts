// not-mapped.ts - what the kernel does not map for a device: it cannot reach the address, or another page is there.

import type { Grammar } from "./grammar.ts";

/**
 * Of dma-direct, since 4.16 in three wordings, and of swiotlb (kernel/dma/direct.c, direct.h, swiotlb.c); of x86 before
 * (arch/x86/kernel/pci-nommu.c). That swiotlb or a GART is full is told without an address.
 */
const unreachable: Grammar = {
  fault: "not-mapped",
  begins:
    /^(?:\S+ (?<named>\S+): )?(?:(?:DMA|swiotlb) addr (?:(?<address>0x[0-9a-f]{8,16})\+\d+ overflow)?|(?:\w+: )?overflow (?<number>(?:0x)?[0-9a-f]{1,16})\+\d+ of (?:device|DMA) mask )/,
};

/** Of VT-d, by the page's number (drivers/iommu/intel/iommu.c, __domain_mapping). */
const taken: Grammar = {
  fault: "not-mapped",
  begins: /^(?:DMAR: )?ERROR: DMA PTE for vPFN 0x(?<page>[0-9a-f]{1,13}) already set/,
};

export const notMapped: readonly Grammar[] = [unreachable, taken];
