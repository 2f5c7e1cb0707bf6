// dma-api.ts - what the kernel's own check of DMA-API calls complains of (kernel/dma/debug.c, lib/dma-debug.c).

import type { Grammar } from "./grammar.ts";

/** Until 5.0 the device stood in front of the name. */
export const dmaApi: readonly Grammar[] = [
  {
    fault: "dma-api",
    begins:
      /^(?:\S+ (?<named>\S+): )?DMA-API: (?:\S+ (?<device>\S+): )?(?:(?:device driver |cpu touching an active dma mapped cacheline|cacheline tracking EEXIST|mapping sg segment |exceeded \d+ overlapping).*?(?:(?:device address|start)=(?<address>0x[0-9a-f]+)\]|$))/i,
    goesOn:
      /^(?:\S+ \S+: )?DMA-API: Mapped at:|^(?:DMA-API: )?One of leaked entries details: .*?device address=(?<address>0x[0-9a-f]+)\]|^\s+[\w.]+\+0x[0-9a-f]+\/0x/i,
  },
];
