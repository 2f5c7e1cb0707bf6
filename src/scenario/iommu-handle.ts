// iommu-handle.ts - the table base register gets a DMA handle where the chipset wants a machine address.
//
// Paul Mackerras' objection to the patch of 16 March 2005: on a G5 the handle is an address of the DART, and
// the U3 walks its table past the DART (LKML, 17 March 2005, the mail that named bzflag).

import { u3 } from "../chipset/u3.ts";
import { dmaHandle } from "../hooks/dma-coherent.ts";
import { gart } from "../hooks/gart.ts";
import { ppc64G5 } from "../platform/ppc64-g5.ts";
import { bindFour, type Scenario } from "./scenario.ts";

export const iommuHandle: Scenario = {
  name: "iommu-handle",
  row: 3,
  tells: "the chipset is told a DMA handle where it wants a machine address",
  real: "the patch of 16 March 2005 on a PowerMac G5, as Paul Mackerras read it",
  check: "table-base",
  verdict: "foreign-frame",
  platform: ppc64G5,
  hooks: gart,
  chipset: u3,
  workload: bindFour("iommu-handle"),
  flaw: { hooks: dmaHandle },
};
