// segments.ts - the pieces of a request as its driver gets them: blk_rq_map_sg of linux 2.6.12.
//
// Pages in a row become one segment, which has a single bus address; segments run across bios.

import { offset, type Phys } from "../address.ts";
import type { Kernel } from "../platform/kernel.ts";
import { onPciBus, reachedBy } from "../platform/pci-bus.ts";
import type { Vec } from "./bio.ts";
import type { Joining } from "./joining.ts";
import type { Limits } from "./limits.ts";
import type { Request } from "./request.ts";

/** An element of the list: bytes from an offset in a page on. */
export interface Segment extends Vec {
  readonly length: number;
}

/** The list of a request; every decision to merge or split is an event. */
export function segmentsOf(
  kernel: Kernel,
  joining: Joining,
  limits: Limits,
  { bios }: Pick<Request, "bios">,
): Segment[] {
  const segments: Segment[] = [];
  let before: Vec | null = null;
  for (const { vecs } of bios)
    for (const vec of vecs) {
      const last = segments.at(-1);
      const size = (last?.length ?? 0) + vec.length;
      const joins: boolean =
        before !== null &&
        limits.clusters &&
        size <= limits.segmentSize &&
        joining.inARow(before, vec) &&
        joining.withinBoundary(limits, before, vec);
      if (before !== null) tell(kernel, before, vec, joins, size);
      if (joins) segments[segments.length - 1] = { ...last!, length: size };
      else segments.push(vec);
      before = vec;
    }
  return segments;
}

function tell(kernel: Kernel, before: Vec, vec: Vec, isMerged: boolean, size: number): void {
  const phys: Phys = offset(vec.page, vec.offset);
  // The bus address that follows the segment; behind an IOMMU or a window each page is translated by itself.
  const end = kernel.machineOf(offset(before.page, before.offset))!;
  const next = offset(onPciBus(kernel, end), before.length);
  const isDirect = kernel.platform.dma.code.name === "direct";
  kernel.machine.emit({
    kind: isMerged ? "bio.merged" : "bio.split",
    actor: "kernel",
    place: "blk_rq_map_sg",
    phys,
    machine: kernel.machineOf(phys)!,
    bus: next,
    ...(isDirect && { reached: reachedBy(kernel, next) }),
    size,
  });
}
