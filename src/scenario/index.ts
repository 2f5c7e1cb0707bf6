// index.ts - the list of scenarios, in the order of the table of real bugs that they retell.

import { above4GB } from "./above-4gb.ts";
import { alignmentInPfn } from "./alignment-in-pfn.ts";
import { baseTooHigh } from "./base-too-high.ts";
import { bioMergedByPfn } from "./bio-merged-by-pfn.ts";
import { boundTwice } from "./bound-twice.ts";
import { changedFrame } from "./changed-frame.ts";
import { conflated } from "./conflated.ts";
import { createdTwiceFreed } from "./created-twice-freed.ts";
import { cursorPages } from "./cursor-pages.ts";
import { dartUnmapUnflushed } from "./dart-unmap-unflushed.ts";
import { dmaOffsetIgnored } from "./dma-offset-ignored.ts";
import { entryOutside } from "./entry-outside.ts";
import { freedWithoutUnbind } from "./freed-without-unbind.ts";
import { halfConverted } from "./half-converted.ts";
import { hooksMissing } from "./hooks-missing.ts";
import { iommuHandle } from "./iommu-handle.ts";
import { ioremapRefused } from "./ioremap-refused.ts";
import { lastResort } from "./last-resort.ts";
import { lostInSuspend } from "./lost-in-suspend.ts";
import { mapSingleTwoPages } from "./map-single-two-pages.ts";
import { maskedEntry } from "./masked-entry.ts";
import { narrowDevice } from "./narrow-device.ts";
import { pageExposed } from "./page-exposed.ts";
import { pageInCache } from "./page-in-cache.ts";
import { poolTestInPhys } from "./pool-test-in-phys.ts";
import { postedWrite } from "./posted-write.ts";
import type { Scenario } from "./scenario.ts";
import { signExtended } from "./sign-extended.ts";
import { silentBounce } from "./silent-bounce.ts";
import { staleGartTlb } from "./stale-gart-tlb.ts";
import { tableInCache } from "./table-in-cache.ts";
import { tableScattered } from "./table-scattered.ts";
import { unmarkedList } from "./unmarked-list.ts";
import { unmaskedEntry } from "./unmasked-entry.ts";
import { virtToPhys } from "./virt-to-phys.ts";
import { vmallocAsLinear } from "./vmalloc-as-linear.ts";
import { wrongReverse } from "./wrong-reverse.ts";

export const scenarios: readonly Scenario[] = [
  virtToPhys,
  tableScattered,
  iommuHandle,
  above4GB,
  signExtended,
  staleGartTlb,
  dartUnmapUnflushed,
  tableInCache,
  pageInCache,
  postedWrite,
  boundTwice,
  changedFrame,
  maskedEntry,
  wrongReverse,
  freedWithoutUnbind,
  createdTwiceFreed,
  bioMergedByPfn,
  poolTestInPhys,
  mapSingleTwoPages,
  halfConverted,
  ioremapRefused,
  hooksMissing,
  conflated,
  unmaskedEntry,
  baseTooHigh,
  cursorPages,
  lostInSuspend,
  pageExposed,
  dmaOffsetIgnored,
  vmallocAsLinear,
  silentBounce,
  narrowDevice,
  alignmentInPfn,
  entryOutside,
  lastResort,
  unmarkedList,
];
