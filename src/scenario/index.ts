// index.ts - the list of scenarios, in the order of the table of real bugs that they retell.

import type { Scenario } from "./scenario.ts";
import { staleGartTlb } from "./stale-gart-tlb.ts";
import { virtToPhys } from "./virt-to-phys.ts";

export const scenarios: readonly Scenario[] = [virtToPhys, staleGartTlb];
