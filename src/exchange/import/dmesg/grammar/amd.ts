// amd.ts - AMD-Vi, as Linux (drivers/iommu/amd/iommu.c) and Xen (drivers/passthrough/amd/iommu_init.c) tell its events.
//
// Events about the driver's own commands refuse no device anything.

import type { Grammar } from "./grammar.ts";

/** Xen until 4.1 left a letter out. */
const REFUSED =
  "IO_PAGE_FAU?LT|ILLEGAL_DEV_TABLE_ENTRY|DEV_TAB(?:LE)?_(?:HARDWARE|HW)_ERROR|" +
  "PAGE_TAB(?:LE)?_(?:HARDWARE|HW)_ERROR|INVALID_DEV(?:ICE)?_REQ(?:UEST)?|INVALID_PPR_REQ(?:UEST)?|RMP_PAGE_FAULT|RMP_HW_ERROR";

/** From 4.9 to 4.17 the words in front of the event were a message of their own (printk without KERN_CONT). */
const linux: Grammar = {
  fault: "iommu",
  begins: new RegExp(
    String.raw`^(?:(?:\S+ (?<client>\S+): )?(?:(?:AMD-Vi|AMD IOMMU): )*Event logged \[(?:${REFUSED})|(?:${REFUSED})(?= device=[^\s\]]+ [^\]]*\]))(?:.*?device=(?<device>[^\s\],]+)(?=[\s\],]))?(?:.*?(?:address|gpa)=(?<address>(?:0x)?[0-9a-f]+)[ ,\]])?`,
    "i",
  ),
  goesOn: /^AMD-Vi: DTE\[\d\]: /,
};

/** A device that no domain has been made for; the second line names it. */
const unattached: Grammar = {
  fault: "iommu",
  begins: /^(?:\S+ \S+: )?AMD-Vi: Event logged \[Device not attached to domain properly\]/,
  goesOn: /^(?:AMD-Vi: )?\s*(?<reason>device=(?<device>\S+) domain=.*)/,
  waits: true,
  takes: (fault) => {
    fault.waits = false;
    return true;
  },
};

const xen: Grammar = {
  fault: "iommu",
  begins: new RegExp(
    String.raw`^AMD(?:-Vi|_IOV): (?:${REFUSED}): (?:(?<device>[0-9a-f:.]+) d\S{1,16} addr (?<address>[0-9a-f]+) |domain[ =:]+\d+, device(?: id)?[ =:]+(?:0x(?<id>[0-9a-f]+)|(?<client>[0-9a-f:.]+)), (?:fault )?address[ =:]+(?<number>0x[0-9a-f]+)(?![^\s,]))?`,
    "i",
  ),
};

export const amd: readonly Grammar[] = [linux, unattached, xen];
