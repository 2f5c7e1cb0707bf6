// bio-merged-by-pfn.ts - pages of a block request are one segment because their pfns follow each other.
//
// "A fairly clean way of hooking block-I/O buffer merging" is BIOVEC_PHYS_MERGEABLE, which Xen overrides
// (asm-xen/asm-i386/io.h, March 2005). Without it the disk goes on into the next machine frame: here one of dom2.

import { pfn } from "../address.ts";
import { intel440bx } from "../chipset/440bx.ts";
import { gart } from "../hooks/gart.ts";
import { xenI386 } from "../platform/xen-i386.ts";
import { type Scenario, workloadOf } from "./scenario.ts";

export const bioMergedByPfn: Scenario = {
  name: "bio-merged-by-pfn",
  row: 16,
  tells: "the disk reads and writes a stranger's frame behind the buffer's first page",
  real: "what Xen overrides BIOVEC_PHYS_MERGEABLE for; linux 9f40ec84a797 and 85fcb57c983f are its heirs",
  check: "bio-merge",
  verdict: "foreign-frame",
  // The kernel's first page to give is the one whose frame, 0x4ffff, lies just below those of dom2.
  platform: { ...xenI386, ram: { ...xenI386.ram, bump: pfn(0xe176) } },
  hooks: gart,
  chipset: intel440bx,
  workload: workloadOf(
    "bio-merged-by-pfn",
    { op: "buffer", buffer: 0, pages: 2 },
    { op: "cpu_write", buffer: 0 },
    { op: "disk_write", buffer: 0, block: 0 },
    { op: "disk_read", buffer: 0, block: 100 },
    { op: "cpu_read", buffer: 0 },
  ),
  flaw: {
    platform: (platform) => ({ ...platform, dma: { ...platform.dma, mergeable: "phys" } }),
  },
};
