// index.ts - the list of scenarios, in the order of the table of real bugs that they retell.

import { alignmentInPfn } from "./alignment-in-pfn.ts";
import { bioMergedByPfn } from "./bio-merged-by-pfn.ts";
import { boundTwice } from "./bound-twice.ts";
import { cursorPages } from "./cursor-pages.ts";
import { dartUnmapUnflushed } from "./dart-unmap-unflushed.ts";
import { dmaOffsetIgnored } from "./dma-offset-ignored.ts";
import { freedWithoutUnbind } from "./freed-without-unbind.ts";
import { iommuHandle } from "./iommu-handle.ts";
import { ioremapRefused } from "./ioremap-refused.ts";
import { mapSingleTwoPages } from "./map-single-two-pages.ts";
import { narrowDevice } from "./narrow-device.ts";
import { poolTestInPhys } from "./pool-test-in-phys.ts";
import type { Scenario } from "./scenario.ts";
import { silentBounce } from "./silent-bounce.ts";
import { staleGartTlb } from "./stale-gart-tlb.ts";
import { tableInCache } from "./table-in-cache.ts";
import { virtToPhys } from "./virt-to-phys.ts";
import { vmallocAsLinear } from "./vmalloc-as-linear.ts";
import { wrongReverse } from "./wrong-reverse.ts";

export const scenarios: readonly Scenario[] = [
  virtToPhys,
  iommuHandle,
  staleGartTlb,
  tableInCache,
  boundTwice,
  wrongReverse,
  freedWithoutUnbind,
  ioremapRefused,
  cursorPages,
  dartUnmapUnflushed,
  bioMergedByPfn,
  poolTestInPhys,
  mapSingleTwoPages,
  dmaOffsetIgnored,
  vmallocAsLinear,
  silentBounce,
  narrowDevice,
  alignmentInPfn,
];
