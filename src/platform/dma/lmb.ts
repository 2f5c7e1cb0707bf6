// lmb.ts - the first allocator of a ppc64 kernel: logical memory blocks, given out from the top.
//
// arch/ppc64/kernel/lmb.c of linux 2.6.12: lmb_add_region and lmb_alloc_base.

/** A base and so many bytes. */
export type Region = readonly [base: number, size: number];

export class Lmb {
  readonly #memory: Region[] = [];
  readonly #reserved: Region[] = [];

  constructor(memory: readonly Region[], reserved: readonly Region[]) {
    for (const region of memory) add(this.#memory, region);
    for (const region of reserved) add(this.#reserved, region);
  }

  get end(): number {
    const [base, size] = this.#memory.at(-1)!;
    return base + size;
  }

  /** The highest place below a limit, if there is one, that is free; 0 for none. */
  take(size: number, align: number, limit: number | null): number {
    for (const [base, bytes] of this.#memory.toReversed()) {
      if (limit !== null && base >= limit) continue;
      const end = limit === null ? base + bytes : Math.min(base + bytes, limit);
      let at = down(end - size, align);
      while (base <= at) {
        const overlap = this.#reserved.find(
          ([other, long]) => at < other + long && other < at + size,
        );
        if (overlap === undefined) break;
        at = down(overlap[0] - size, align);
      }
      if (at === 0 || base > at) continue;
      add(this.#reserved, [at, size]);
      return at;
    }
    return 0;
  }
}

const down = (at: number, align: number): number => Math.floor(at / align) * align;

/** Joins a region to one that it touches, or puts it where it belongs by its base. */
function add(regions: Region[], [base, size]: Region): void {
  const touched = regions.findIndex(
    ([other, bytes]) => base + size === other || other + bytes === base,
  );
  if (touched < 0) {
    regions.push([base, size]);
    regions.sort(([a], [b]) => a - b);
    return;
  }
  const [other, bytes] = regions[touched]!;
  regions[touched] = [Math.min(base, other), size + bytes];
  const [first, second] = [regions[touched]!, regions[touched + 1]];
  if (second === undefined || first[0] + first[1] !== second[0]) return;
  regions.splice(touched, 2, [first[0], first[1] + second[1]]);
}
