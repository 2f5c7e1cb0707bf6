// index.ts - the list of checks.

import { bioMerge } from "./bio-merge.ts";
import type { Check } from "./check.ts";
import { coherentAlignment } from "./coherent-alignment.ts";
import { copyAstray } from "./copy-astray.ts";
import { dataLost } from "./data-lost.ts";
import { deviceAstray } from "./device-astray.ts";
import { deviceFault } from "./device-fault.ts";
import { dmaAccess } from "./dma-access.ts";
import { dmaLeak } from "./dma-leak.ts";
import { dmaRelease } from "./dma-release.ts";
import { entryAstray } from "./entry-astray.ts";
import { entryFormat } from "./entry-format.ts";
import { entryInUse } from "./entry-in-use.ts";
import { entryLeft } from "./entry-left.ts";
import { entryOutside } from "./entry-outside.ts";
import { entryOverwritten } from "./entry-overwritten.ts";
import { entryUnflushed } from "./entry-unflushed.ts";
import { freedWhileMapped } from "./freed-while-mapped.ts";
import { gartTlbStale } from "./gart-tlb-stale.ts";
import { hookSpace } from "./hook-space.ts";
import { iommuTlbStale } from "./iommu-tlb-stale.ts";
import { kernelFault } from "./kernel-fault.ts";
import { mappingAstray } from "./mapping-astray.ts";
import { memoryCount } from "./memory-count.ts";
import { numberAstray } from "./number-astray.ts";
import { p2mInverse } from "./p2m-inverse.ts";
import { pageExposed } from "./page-exposed.ts";
import { remapAstray } from "./remap-astray.ts";
import { tableBase } from "./table-base.ts";
import { writePosted } from "./write-posted.ts";
import { wrongFree } from "./wrong-free.ts";

export const checks: readonly Check[] = [
  entryFormat,
  entryAstray,
  entryOutside,
  entryOverwritten,
  entryLeft,
  entryUnflushed,
  writePosted,
  remapAstray,
  hookSpace,
  tableBase,
  deviceAstray,
  gartTlbStale,
  freedWhileMapped,
  wrongFree,
  memoryCount,
  pageExposed,
  dmaAccess,
  dmaRelease,
  dmaLeak,
  p2mInverse,
  iommuTlbStale,
  bioMerge,
  entryInUse,
  mappingAstray,
  copyAstray,
  dataLost,
  coherentAlignment,
  numberAstray,
  deviceFault,
  kernelFault,
];
