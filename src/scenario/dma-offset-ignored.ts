// dma-offset-ignored.ts - a machine address is a handle where PCI sees memory elsewhere.
//
// swiotlb-xen of 2020 gave devices machine addresses on the Raspberry Pi 4, the first board with Xen whose bus
// addresses are others; Stefano Stabellini's series put phys_to_dma() in. Here a window is shifted by 64 MB.

import { bus, machine } from "../address.ts";
import { intel440bx } from "../chipset/440bx.ts";
import { gart } from "../hooks/gart.ts";
import { xenI386 } from "../platform/xen-i386.ts";
import { type Scenario, workloadOf } from "./scenario.ts";

export const dmaOffsetIgnored: Scenario = {
  name: "dma-offset-ignored",
  row: 29,
  tells: "a device is told machine addresses where its bus begins elsewhere",
  real: "swiotlb-xen on the Raspberry Pi 4, mended by Stefano Stabellini's series of 2020",
  check: "mapping-astray",
  verdict: "foreign-frame",
  platform: {
    ...xenI386,
    dma: {
      ...xenI386.dma,
      window: { machine: machine(0x38000000), bus: bus(0x3c000000), size: 0x20000000 },
    },
  },
  hooks: gart,
  chipset: intel440bx,
  workload: workloadOf(
    "dma-offset-ignored",
    { op: "buffer", buffer: 0, pages: 2 },
    { op: "dma_map", buffer: 0, direction: "from-device", by: "sg" },
    { op: "dma_write", buffer: 0 },
    { op: "dma_unmap", buffer: 0 },
    { op: "cpu_read", buffer: 0 },
  ),
  flaw: {
    platform: (platform) => ({ ...platform, dma: { ...platform.dma, minds: false } }),
  },
};
