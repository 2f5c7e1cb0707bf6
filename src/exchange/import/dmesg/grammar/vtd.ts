// vtd.ts - VT-d, as Linux (drivers/iommu/intel/dmar.c, iommu.c) and Xen (drivers/passthrough/vtd) tell its faults.

import type { Grammar } from "./grammar.ts";

/** "[DMA Write] Request device [07:00.0] fault addr 2c441000", with a PASID in one of three places. */
const access: Grammar = {
  fault: "iommu",
  begins:
    // Since 4.7 a blank stands behind the colon and the reason behind the address; before, and in Xen, neither.
    /^(?:\[VT-D\](?:iommu\.c:\d+:(?:d\S{1,16})? )?|dmar: )?(?:DMAR: )?DMAR: ?\[DMA (?:Read|Write)(?:.*?device \[+(?<device>[^\]]*)\])?(?:.*?fault addr (?<address>(?:0x)?[0-9a-f]+)(?: \[|(?<=DMAR:\[DMA.*)(?:,| ?$)))?/i,
  goesOn:
    /^(?:\[VT-D\])?DMAR: ?(?:\[fault (?=reason)|(?=reason ))(?<reason>.*)|^DMAR: (?:Dump .* table entries for IOVA|.*(?:root|context|dir|table) entry|pte level|.*not present|.*NULL|.*does not exist|no iommu info)|^(?:\[VT-D\])?print_vtd_entries|^\s+(?:root_entry|context|ctxt_entry|l\d|L\d)/,
};

/** Xen until 3.4: "iommu_fault:DMA Read: 0:1d.1 addr 7d2ce000 REASON 6". A debug build names file and line, here and above. */
const early: Grammar = {
  fault: "iommu",
  begins:
    /^\[VT-D\](?:iommu\.c:\d+: )?iommu_fault:DMA (?:Read|Write)(?:: (?<device>[0-9a-f:.]+) addr (?<address>[0-9a-f]+) REASON)?/i,
  goesOn: /^print_vtd_entries|^\s+(?:root_entry|context|ctxt_entry|l\d)/,
};

/** An interrupt message is a write of the device as well; it has an index and no address. */
const interrupt: Grammar = {
  fault: "iommu",
  begins:
    /^(?:\[VT-D\](?:iommu\.c:\d+: )?)?(?:DMAR: ?)?\[?INTR-REMAP(?:\]|:) ?Request device(?: \[+(?<device>[^\]]*)\])?/i,
  goesOn: /^(?:\[VT-D\])?(?:DMAR: ?)?INTR-REMAP: ?(?:\[fault (?=reason)|(?=reason ))(?<reason>.*)/i,
};

/** A page that a device asks for and does not get: two words of the queue hold who, and where (prq.c, svm.c). */
const pageRequest: Grammar = {
  fault: "iommu",
  begins:
    /^(?:DMAR: )?(?:IOMMU: )?dmar\d+: (?:Invalid page request|Page request without PASID):(?: [0-9a-f]*(?<id>[0-9a-f]{4})[0-9a-f]{4} (?<page>[0-9a-f]+)[0-9a-f]{3}(?![0-9a-f]))?/i,
};

export const vtd: readonly Grammar[] = [access, early, interrupt, pageRequest];
