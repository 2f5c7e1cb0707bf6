// request.ts - a request: bios that follow each other on the disk, and the rules by which one joins it.
//
// ll_back_merge_fn, ll_front_merge_fn and ll_merge_requests_fn of drivers/block/ll_rw_blk.c (linux 2.6.12). The count
// of physical segments adds up the bios': only where two requests become one is a common segment taken off.

import type { Bio } from "./bio.ts";
import { sectorsOf } from "./bio.ts";
import { counted, type Joining, touchesInMemory, touchesOnTheBus } from "./joining.ts";
import type { Limits } from "./limits.ts";

export interface Request {
  sector: number;
  sectors: number;
  /** 0 read, 1 write. */
  readonly rw: 0 | 1;
  physSegments: number;
  hwSegments: number;
  readonly bios: Bio[];
  /** REQ_NOMERGE: the first merge that was refused, or a barrier. */
  isClosed: boolean;
}

/** What the rules ask of the queue. */
export interface Merging {
  readonly joining: Joining;
  readonly limits: Limits;
  /** A request that may take no more is no longer the one that was merged last. */
  readonly closed: (request: Request) => void;
}

export function newRequest({ joining, limits }: Merging, bio: Bio, isBarrier: boolean): Request {
  counted(joining, limits, bio);
  return {
    sector: bio.sector,
    sectors: sectorsOf(bio),
    rw: (bio.rw % 2) as 0 | 1,
    physSegments: bio.physSegments,
    hwSegments: bio.hwSegments,
    bios: [bio],
    isClosed: isBarrier,
  };
}

/** ll_back_merge_fn: whether the bio may stand behind the request's; the counts are those with it. */
export function mayFollow(merging: Merging, request: Request, bio: Bio): boolean {
  if (!hasRoom(merging, request, bio)) return false;
  const { joining, limits } = merging;
  const last = counted(joining, limits, request.bios.at(-1)!);
  counted(joining, limits, bio);
  const length = last.back + bio.front;
  if (!joining.onOneBoundary(last.vecs.at(-1)!, bio.vecs[0]!))
    return newHardware(merging, request, bio);
  if (!growing(merging, request, bio)) return false;
  if (request.hwSegments === 1) request.bios[0]!.front = length;
  if (bio.hwSegments === 1) bio.back = length;
  return true;
}

/** ll_front_merge_fn: the same before it. The length is taken before anybody counts. */
export function mayPrecede(merging: Merging, request: Request, bio: Bio): boolean {
  if (!hasRoom(merging, request, bio)) return false;
  const { joining, limits } = merging;
  const first = request.bios[0]!;
  const length = bio.back + first.front;
  counted(joining, limits, bio);
  counted(joining, limits, first);
  if (!joining.onOneBoundary(bio.vecs.at(-1)!, first.vecs[0]!))
    return newHardware(merging, request, bio);
  if (!growing(merging, request, bio)) return false;
  if (bio.hwSegments === 1) bio.front = length;
  if (request.hwSegments === 1) request.bios.at(-1)!.back = length;
  return true;
}

/** ll_merge_requests_fn: whether two requests may be one; the first one's counts are then those of both. */
export function mayBeOne({ joining, limits }: Merging, request: Request, next: Request): boolean {
  if (request.sectors + next.sectors > limits.maxSectors) return false;
  const [last, first] = [request.bios.at(-1)!, next.bios[0]!];
  let phys = request.physSegments + next.physSegments;
  if (touchesInMemory(joining, limits, last, first)) phys--;
  if (phys > limits.physSegments) return false;
  let hw = request.hwSegments + next.hwSegments;
  if (touchesOnTheBus(joining, limits, last, first)) {
    const length = last.back + first.front;
    if (request.hwSegments === 1) request.bios[0]!.front = length;
    if (next.hwSegments === 1) next.bios.at(-1)!.back = length;
    hw--;
  }
  if (hw > limits.hwSegments) return false;
  [request.physSegments, request.hwSegments] = [phys, hw];
  return true;
}

function hasRoom({ limits, closed }: Merging, request: Request, bio: Bio): boolean {
  if (request.sectors + sectorsOf(bio) <= limits.maxSectors) return true;
  closed(request);
  return false;
}

/** ll_new_mergeable: a hardware segment grows. */
function growing({ limits, closed }: Merging, request: Request, bio: Bio): boolean {
  if (request.physSegments + bio.physSegments > limits.physSegments) {
    closed(request);
    return false;
  }
  request.physSegments += bio.physSegments;
  return true;
}

/** ll_new_hw_segment: the bio's are new ones. */
function newHardware(merging: Merging, request: Request, bio: Bio): boolean {
  const { limits, closed } = merging;
  if (
    request.hwSegments + bio.hwSegments > limits.hwSegments ||
    request.physSegments + bio.physSegments > limits.physSegments
  ) {
    closed(request);
    return false;
  }
  request.hwSegments += bio.hwSegments;
  request.physSegments += bio.physSegments;
  return true;
}
