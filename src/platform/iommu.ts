// iommu.ts - which bus addresses an IOMMU gives out, page by page.
//
// Two layouts for the G5: the simple one of the reference recordings, and that of the DART itself
// (arch/ppc64/kernel/{u3_iommu,iommu}.c of linux 2.6.12).

import { type BusPage, busPage, distance, offset } from "../address.ts";

/** How many consecutive bus pages are wanted, and of how many their first must be a multiple. */
export interface Wanted {
  readonly pages: number;
  readonly align: number;
}

/** Gives out consecutive bus pages. */
export interface Handles {
  /** The first of them; null where there are none. */
  take(wanted: Wanted): BusPage | null;
  give(first: BusPage, pages: number): void;
}

export interface Iommu {
  /** A new allocator of bus pages, as at boot. */
  handles(): Handles;
  /** How many entries it has, where unused ones lead to a spare page; null where unused ones lead nowhere. */
  readonly spareEntries: number | null;
}

/** Bus pages in rising order from a first one; none is used twice. */
export const upwardsFrom = (page: BusPage): Iommu => ({
  handles: () => {
    let next = page;
    return {
      take: ({ pages }) => {
        const first = next;
        next = offset(next, pages);
        return first;
      },
      give: () => {},
    };
  },
  spareEntries: null,
});

/** From 0x80000000, as the reference recordings have it. */
export const upwards = upwardsFrom(busPage(0x80000));

const ENTRIES = 524288;
/** Three quarters of the entries: requests for more than 15 pages start above. */
const HALFPOINT = 393216;
const SMALL = 15;
/** iommu_alloc_coherent refuses orders from 13 up. */
const MOST = 2 ** 12;

/** iommu_range_alloc: first fit from a hint in one half, then in all of it, then in the other; never the last entry. */
class DartHandles implements Handles {
  readonly #used = new Set<number>([ENTRIES - 1]);
  #smallHint = 0;
  #largeHint = HALFPOINT;

  take({ pages, align }: Wanted): BusPage | null {
    if (align > MOST) return null;
    const isLarge = pages > SMALL;
    const [lower, upper] = [
      { from: 0, limit: HALFPOINT },
      { from: HALFPOINT, limit: ENTRIES },
    ];
    const [own, other] = isLarge ? [upper, lower] : [lower, upper];
    const hint = isLarge ? this.#largeHint : this.#smallHint;
    const first =
      this.#fit(pages, align, { ...own, from: hint }) ??
      this.#fit(pages, align, own) ??
      this.#fit(pages, align, other);
    if (first === null) return null;
    for (let i = 0; i < pages; i++) this.#used.add(first + i);
    if (isLarge) this.#largeHint = first + pages;
    else this.#smallHint = first + pages;
    return busPage(first);
  }

  give(page: BusPage, pages: number): void {
    const first = distance(busPage(0), page);
    for (let i = 0; i < pages; i++) this.#used.delete(first + i);
  }

  #fit(pages: number, align: number, { from, limit }: { from: number; limit: number }) {
    for (let first = Math.ceil(from / align) * align; first + pages < limit; first += align) {
      let free = 0;
      while (free < pages && !this.#used.has(first + free)) free++;
      if (free === pages) return first;
    }
    return null;
  }
}

/** The DART's table of 2 MB: 2 GB of bus addresses from 0 up. */
export const dart: Iommu = { handles: () => new DartHandles(), spareEntries: ENTRIES };

/** The layouts by name; the first is the default of a platform. */
export const iommuLayouts: { readonly [name: string]: Iommu } = { reference: upwards, dart };
