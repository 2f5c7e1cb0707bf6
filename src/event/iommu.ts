// iommu.ts - entries of an IOMMU and the DMA-mapping interface that asks for them.

import { hex } from "../address.ts";
import {
  busField,
  handed,
  machineField,
  maybe,
  named,
  sizeField,
  subject,
  virtField,
} from "./field.ts";
import { kind } from "./kind.ts";

/** How a buffer is mapped for a device. */
export const mappings = ["coherent", "to-device", "from-device", "bidirectional"] as const;

export const iommu = {
  "iommu.mapped": kind(
    { page: subject("iommu"), ...handed, bus: busField, machine: machineField, size: sizeField },
    (e) => `iommu[${hex(e.bus)}] <- ${hex(e.machine)}, ${e.size} bytes`,
  ),
  "iommu.unmapped": kind(
    { page: subject("iommu"), bus: busField, size: sizeField },
    (e) => `iommu[${hex(e.bus)}] cleared, ${e.size} bytes`,
  ),
  "dma.mapped": kind(
    {
      handle: subject("dma"),
      way: named(mappings),
      ...handed,
      bus: busField,
      virt: maybe(virtField),
      size: sizeField,
    },
    (e) => `dma ${e.way} ${e.size} bytes at ${hex(e.bus)}:b`,
  ),
  "dma.unmapped": kind(
    {
      handle: subject("dma"),
      way: named(mappings),
      ...handed,
      bus: busField,
      virt: maybe(virtField),
      size: sizeField,
    },
    (e) => `dma ${e.way} ${e.size} bytes at ${hex(e.bus)}:b ended`,
  ),
};
