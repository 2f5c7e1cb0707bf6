// bio.ts - a part of a transfer: pages of memory and where on the disk they go, with the count of its segments.
//
// fs/bio.c of linux 2.6.12: a page counts as a segment when it is added; only where a limit is reached is the bio
// counted for real, once.

import type { Phys } from "../address.ts";
import type { Limits } from "./limits.ts";

/** bvec_slabs: how many pages a bio has room for. */
const POOLS = [1, 4, 16, 64, 128, 256];
const SECTOR = 512;

/** struct bio_vec: bytes of a page. */
export interface Vec {
  readonly page: Phys;
  readonly offset: number;
  readonly length: number;
}

export interface Bio {
  readonly id: number;
  readonly sector: number;
  /** BIO_RW and the flags above it. */
  readonly rw: number;
  readonly maxVecs: number;
  readonly vecs: Vec[];
  size: number;
  physSegments: number;
  hwSegments: number;
  /** BIO_SEG_VALID: whether both were counted since the last page that could join. */
  isCounted: boolean;
  /** bi_hw_front_size and bi_hw_back_size. */
  front: number;
  back: number;
}

/** bio_alloc; null for more pages than any pool has. */
export function newBio(id: number, sector: number, rw: number, vecs: number): Bio | null {
  const maxVecs = vecs === 0 ? 0 : POOLS.find((size) => size >= vecs);
  if (maxVecs === undefined) return null;
  const counts = { size: 0, physSegments: 0, hwSegments: 0, isCounted: false, front: 0, back: 0 };
  return { id, sector, rw, maxVecs, vecs: [], ...counts };
}

export const sectorsOf = ({ size }: Bio): number => Math.floor(size / SECTOR);

/** bio_get_nr_vecs: how many pages a transfer can have, so it guesses. */
export const pagesFor = ({ maxSectors, physSegments, hwSegments }: Limits): number =>
  Math.min(Math.ceil((maxSectors * SECTOR) / 4096), physSegments, hwSegments);
