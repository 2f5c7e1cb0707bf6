// narrow-device.ts - an address is longer than the address lines that a device drives.
//
// An i915 with 39 lines reads a page above 512 GB at the address without its upper bits. Its driver's mask must
// say so, and the kernel then gives it pages from below.

import { pfn } from "../address.ts";
import { amd64s } from "../chipset/amd64.ts";
import { gart } from "../hooks/gart.ts";
import { nativeX86_64 } from "../platform/x86-64.ts";
import { type Scenario, workloadOf } from "./scenario.ts";

export const narrowDevice: Scenario = {
  name: "narrow-device",
  row: 34,
  tells: "a device of 39 address lines is given a page above 512 GB",
  real: "i915 of 39 bits, fault at 0x7effff9000; for 32 bits linux 66c669baa7d",
  check: "device-astray",
  verdict: "truncated",
  platform: nativeX86_64,
  hooks: gart,
  chipset: amd64s[0]!,
  workload: workloadOf(
    "narrow-device",
    { op: "device", device: 0, lines: 39, mask: 64 },
    { op: "buffer", buffer: 0, pages: 1 },
    { op: "cpu_write", buffer: 0 },
    { op: "dma_map", buffer: 0, direction: "to-device" },
    { op: "dma_read", buffer: 0 },
    { op: "dma_unmap", buffer: 0 },
  ),
  flaw: {
    platform: (platform) => ({
      ...platform,
      ram: { ...platform.ram, first: pfn(0x8140000), bump: pfn(0x8141000) },
    }),
  },
};
