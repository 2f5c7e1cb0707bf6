// filling.ts - adding a page to a bio, while the queue's limits and the bio's own room allow it.
//
// bio_add_page of fs/bio.c of linux 2.6.12.

import type { Bio, Vec } from "./bio.ts";
import { countSegments, type Joining } from "./joining.ts";
import type { Limits } from "./limits.ts";

const SECTOR = 512;

/** bio_add_page: how many bytes it took, all or none. */
export function addPage(joining: Joining, limits: Limits, bio: Bio, vec: Vec): number {
  if (bio.vecs.length >= bio.maxVecs) return 0;
  if (Math.floor((bio.size + vec.length) / SECTOR) > limits.maxSectors) return 0;
  const isFull = () =>
    bio.physSegments >= limits.physSegments || bio.hwSegments >= limits.hwSegments;
  if (isFull()) {
    countSegments(joining, limits, bio);
    if (isFull()) return 0;
  }
  const before = bio.vecs.at(-1);
  if (before !== undefined && (joining.inARow(before, vec) || joining.onOneBoundary(before, vec)))
    bio.isCounted = false;
  bio.vecs.push(vec);
  bio.physSegments++;
  bio.hwSegments++;
  bio.size += vec.length;
  return vec.length;
}
