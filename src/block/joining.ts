// joining.ts - which pages are one segment: BIOVEC_PHYS_MERGEABLE and its like, and the counting of a bio's segments.
//
// linux/bio.h and blk_recount_segments of linux 2.6.12. Xen's asm-i386/io.h asks both spaces, since one page structure
// stands for a segment (xen 2594f8caad and its tree).

import { asWord, PAGE_SIZE, type Phys } from "../address.ts";
import type { Kernel } from "../platform/kernel.ts";
import type { Bio, Vec } from "./bio.ts";
import type { Limits } from "./limits.ts";

export class Joining {
  readonly #kernel: Kernel;
  /** BIO_VMERGE_BOUNDARY: 0 where nobody merges behind the block layer. */
  readonly #boundary: bigint;
  readonly #word: bigint;

  constructor(kernel: Kernel, boundary: number) {
    this.#kernel = kernel;
    this.#word = 2n ** BigInt(kernel.platform.wordBits);
    // With 0 all bits are asked.
    this.#boundary = boundary === 0 ? this.#word - 1n : BigInt(boundary - 1);
  }

  /** bvec_to_phys: an unsigned long, the machine's address where the kernel asks both spaces. */
  addressOf({ page, offset }: Pick<Vec, "page" | "offset">): bigint {
    const { mergeable } = this.#kernel.platform.dma;
    const at = mergeable === "phys" ? page : this.#kernel.machineOf(page)!;
    return (BigInt(asWord(at)) + BigInt(offset)) % this.#word;
  }

  pfnOf(page: Phys): number {
    return asWord(page) / PAGE_SIZE;
  }

  /** BIOVEC_PHYS_MERGEABLE. */
  inARow(before: Vec, after: Vec): boolean {
    if (this.#endOf(before) !== this.addressOf(after)) return false;
    if (this.#kernel.platform.dma.mergeable === "phys") return true;
    const pseudo = ({ page, offset }: Vec) => asWord(page) + offset;
    return pseudo(before) + before.length === pseudo(after);
  }

  /** BIOVEC_VIRT_MERGEABLE: one ends and the other begins where an IOMMU can put them in a row. */
  onOneBoundary(before: Vec, after: Vec): boolean {
    return ((this.#endOf(before) | this.addressOf(after)) & this.#boundary) === 0n;
  }

  /** BIOVEC_SEG_BOUNDARY: of the two alone, whatever stands before them. */
  withinBoundary({ boundary }: Limits, before: Vec, after: Vec): boolean {
    const mask = boundary % this.#word;
    const last = (this.#endOf(after) + this.#word - 1n) % this.#word;
    return (this.addressOf(before) | mask) === (last | mask);
  }

  #endOf(vec: Vec): bigint {
    return (this.addressOf(vec) + BigInt(vec.length)) % this.#word;
  }
}

/** blk_recount_segments: a page above the bounce limit is alone, and so is the one behind it. */
export function countSegments(joining: Joining, limits: Limits, bio: Bio): void {
  // A bio without room for pages has nothing to count.
  if (bio.maxVecs === 0) return;
  let [phys, hw, size, hwSize, wasHigh] = [0, 0, 0, 0, true];
  let before: Vec | null = null;
  const newHardware = (vec: Vec): void => {
    if (hwSize > bio.front) bio.front = hwSize;
    hwSize = vec.length;
    hw++;
  };
  for (const vec of bio.vecs) {
    const isHigh = joining.pfnOf(vec.page) >= limits.bouncePfn;
    if (isHigh || wasHigh || before === null) newHardware(vec);
    else {
      const fits =
        limits.clusters &&
        size + vec.length <= limits.segmentSize &&
        joining.inARow(before, vec) &&
        joining.withinBoundary(limits, before, vec);
      if (fits) {
        size += vec.length;
        hwSize += vec.length;
        before = vec;
        continue;
      }
      if (joining.onOneBoundary(before, vec)) hwSize += vec.length;
      else newHardware(vec);
    }
    phys++;
    [before, size, wasHigh] = [vec, vec.length, isHigh];
  }
  if (hwSize > bio.back) bio.back = hwSize;
  if (hw === 1 && hwSize > bio.front) bio.front = hwSize;
  [bio.physSegments, bio.hwSegments, bio.isCounted] = [phys, hw, true];
}

/** bio_phys_segments and bio_hw_segments: counted where they were not. */
export function counted(joining: Joining, limits: Limits, bio: Bio): Bio {
  if (!bio.isCounted) countSegments(joining, limits, bio);
  return bio;
}

/** blk_phys_contig_segment: whether the end of one bio and the beginning of another are one segment. */
export function touchesInMemory(joining: Joining, limits: Limits, bio: Bio, next: Bio): boolean {
  const [end, start] = [bio.vecs.at(-1)!, next.vecs[0]!];
  return (
    limits.clusters &&
    joining.inARow(end, start) &&
    bio.size + next.size <= limits.segmentSize &&
    joining.withinBoundary(limits, end, start)
  );
}

/** blk_hw_contig_segment. */
export function touchesOnTheBus(joining: Joining, limits: Limits, bio: Bio, next: Bio): boolean {
  counted(joining, limits, bio);
  counted(joining, limits, next);
  return (
    joining.onOneBoundary(bio.vecs.at(-1)!, next.vecs[0]!) &&
    bio.size + next.size <= limits.segmentSize
  );
}
