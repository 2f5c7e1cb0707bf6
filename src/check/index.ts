// index.ts - the list of checks.

import type { Check } from "./check.ts";
import { deviceAstray } from "./device-astray.ts";
import { dmaRelease } from "./dma-release.ts";
import { entryAstray } from "./entry-astray.ts";
import { entryOverwritten } from "./entry-overwritten.ts";
import { entryUnflushed } from "./entry-unflushed.ts";
import { freedWhileMapped } from "./freed-while-mapped.ts";
import { gartTlbStale } from "./gart-tlb-stale.ts";
import { p2mInverse } from "./p2m-inverse.ts";
import { remapAstray } from "./remap-astray.ts";
import { tableBase } from "./table-base.ts";
import { wrongFree } from "./wrong-free.ts";

export const checks: readonly Check[] = [
  entryAstray,
  entryOverwritten,
  entryUnflushed,
  remapAstray,
  tableBase,
  deviceAstray,
  gartTlbStale,
  freedWhileMapped,
  wrongFree,
  dmaRelease,
  p2mInverse,
];
