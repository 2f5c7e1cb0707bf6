// pool-test-in-phys.ts - the swiotlb takes another domain's frame for a slot of its own.
//
// The first version asked M2P for the pseudo-physical page of a handle and looked for that in its pool (xen
// f31042c4c4). That is right for every frame of its own; a frame of another domain has a number of that domain's there.
// Two days later the test was moved to bus addresses (xen f3d1875ab6, 18 August 2005).

import { intel440bx } from "../chipset/440bx.ts";
import { gart } from "../hooks/gart.ts";
import type { CodeOf } from "../platform/platform.ts";
import { varied } from "../platform/variant.ts";
import { xenI386swiotlb } from "../platform/xen-i386.ts";
import { platformFor } from "../workload/workload.ts";
import { type Scenario, scriptOf } from "./scenario.ts";

/** Page 0x600 has a frame of another domain, which calls it 0x1000: here that is the pool's first page. */
const machine = {
  p2m: [
    ["0x100", "0x20010", 1],
    ["0x101", "0x30020", 1],
    ["0x600", "0x60000", 1],
  ],
  m2p: [["0x60000", "0x1000"]],
  total_pages: "0x100000",
  region_mfn: "0x18000",
  swiotlb: "512",
};

const workload = scriptOf(
  "pool-test-in-phys",
  machine,
  // Two pages whose frames do not follow each other: what is bounced leaves its place in the pool's first slots.
  { op: "map_single", id: 1, pfn: "0x100", offset: 0, size: 8192, dir: "from" },
  { op: "unmap_single", id: 1 },
  { op: "map_single", id: 2, pfn: "0x600", offset: 0, size: 4096, dir: "from" },
  { op: "unmap_single", id: 2 },
);

export const poolTestInPhys: Scenario = {
  name: "pool-test-in-phys",
  row: 17,
  tells:
    "a frame of another domain is taken for a slot, and what an earlier buffer left there is copied to it",
  real: "xen f31042c4c4 of 16 August 2005, mended by f3d1875ab6",
  check: "copy-astray",
  verdict: null,
  platform: platformFor(varied(xenI386swiotlb, { era: "2005-08-16" }), workload),
  hooks: gart,
  chipset: intel440bx,
  workload,
  fix: {
    platform: (platform) => {
      const code = platform.dma.code as CodeOf<"swiotlb">;
      const era = { ...code.era, poolTest: "bus range" } as const;
      return { ...platform, dma: { ...platform.dma, code: { ...code, era } } };
    },
  },
};
