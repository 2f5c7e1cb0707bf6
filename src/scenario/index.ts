// index.ts - the list of scenarios, in the order of the table of real bugs that they retell.

import { boundTwice } from "./bound-twice.ts";
import { cursorPages } from "./cursor-pages.ts";
import { freedWithoutUnbind } from "./freed-without-unbind.ts";
import { iommuHandle } from "./iommu-handle.ts";
import { ioremapRefused } from "./ioremap-refused.ts";
import type { Scenario } from "./scenario.ts";
import { staleGartTlb } from "./stale-gart-tlb.ts";
import { tableInCache } from "./table-in-cache.ts";
import { virtToPhys } from "./virt-to-phys.ts";
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
];
