// coherent-alignment.ts - coherent memory is aligned to its size, on the bus as for the CPU.
//
// Documentation/DMA-API promises it, and rings of many devices drop the low bits of their base. Xen looked at
// the pseudo-physical address alone until 2024 (linux 9f40ec84a797, put right by 85fcb57c983f in 2025).

import { busPageOf, hex, isAligned, PAGE_SIZE } from "../address.ts";
import { pagesOf } from "../machine/state.ts";
import type { Check } from "./check.ts";

export const coherentAlignment: Check = {
  name: "coherent-alignment",
  holds: "the handle of coherent memory is aligned to its size",
  counts: true,
  watch: (_, report) => ({
    after: {
      "dma.mapped": ({ direction, handle, bus, size }, { state }) => {
        if (direction !== "coherent") return;
        // Behind an IOMMU the handle is whatever bus address was free.
        if (state.iommu.has(busPageOf(bus))) return;
        const unit = PAGE_SIZE * 2 ** Math.ceil(Math.log2(pagesOf(size)));
        if (isAligned(bus, unit)) {
          report.held();
          return;
        }
        report.finding(
          [{ family: "dma", number: handle }],
          `${size} bytes at ${hex(bus)}:b are not aligned to ${hex(unit)}`,
        );
      },
    },
  }),
};
