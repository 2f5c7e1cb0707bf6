// limits.ts - what a driver says of its controller to the block layer: the limits of its queue.
//
// blk_queue_* of drivers/block/ll_rw_blk.c (linux 2.6.12): what is too little for one page is raised, with a message.

import type { Kernel } from "../platform/kernel.ts";

const PAGE = 4096;
/** MAX_SECTORS, MAX_PHYS_SEGMENTS, MAX_HW_SEGMENTS and MAX_SEGMENT_SIZE. */
const [SECTORS, SEGMENTS, SEGMENT] = [255, 128, 65536];
const SHORT = 65536;

export interface Limits {
  readonly maxSectors: number;
  readonly physSegments: number;
  readonly hwSegments: number;
  readonly segmentSize: number;
  /** No segment crosses from one window of this mask to the next. */
  readonly boundary: bigint;
  /** Pages from this one on are bounced. */
  readonly bouncePfn: number;
  /** Whether pages in a row are one segment at all. */
  readonly clusters: boolean;
}

/** Those of a new queue: blk_init_queue. */
export const newLimits = (bouncePfn: number): Limits => ({
  maxSectors: SECTORS,
  physSegments: SEGMENTS,
  hwSegments: SEGMENTS,
  segmentSize: SEGMENT,
  boundary: 0xffffffffn,
  bouncePfn,
  clusters: true,
});

/** The limits with some of them set anew. */
export function withLimits(kernel: Kernel, before: Limits, set: Partial<Limits>): Limits {
  const raised = <N extends number | bigint>(place: string, value: N, least: N): N => {
    if (value >= least) return value;
    // Of a mask the message has its digits in hexadecimal.
    const text = least.toString(typeof least === "bigint" ? 16 : 10);
    kernel.log("default", `${place}: set to minimum ${text}`, place);
    return least;
  };
  let after = { ...before, ...set };
  if (set.maxSectors !== undefined) {
    const maxSectors = raised<number>("blk_queue_max_sectors", set.maxSectors % SHORT, PAGE / 512);
    after = { ...after, maxSectors };
  }
  if (set.physSegments !== undefined) {
    const physSegments = raised<number>("blk_queue_max_phys_segments", set.physSegments % SHORT, 1);
    after = { ...after, physSegments };
  }
  if (set.hwSegments !== undefined) {
    const hwSegments = raised<number>("blk_queue_max_hw_segments", set.hwSegments % SHORT, 1);
    after = { ...after, hwSegments };
  }
  if (set.segmentSize !== undefined) {
    const segmentSize = raised<number>("blk_queue_max_segment_size", set.segmentSize, PAGE);
    after = { ...after, segmentSize };
  }
  if (set.boundary === undefined) return after;
  const wide = set.boundary % 2n ** BigInt(kernel.platform.wordBits);
  const boundary = raised("blk_queue_segment_boundary", wide, BigInt(PAGE - 1));
  return { ...after, boundary };
}
