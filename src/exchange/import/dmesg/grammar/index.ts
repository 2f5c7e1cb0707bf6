// index.ts - all faults that the kernel and the hypervisor print.

import { amd } from "./amd.ts";
import { chips } from "./chips.ts";
import { hypervisorDeath, kernelDeath } from "./death.ts";
import { dmaApi } from "./dma-api.ts";
import type { Grammar } from "./grammar.ts";
import { notMapped } from "./not-mapped.ts";
import { smmu } from "./smmu.ts";
import { vtd } from "./vtd.ts";

export const spoken: { readonly [speaker in "kernel" | "hypervisor"]: readonly Grammar[] } = {
  kernel: [...vtd, ...amd, ...smmu, ...chips, ...dmaApi, ...notMapped, ...kernelDeath],
  hypervisor: [...vtd, ...amd, ...smmu, ...chips, ...hypervisorDeath],
};
