// variant.ts - a platform with other memory: how much RAM, whose frames, which layout of its IOMMU.

import { distance, mfn, PAGE_SIZE } from "../address.ts";
import { UserError, unknownName } from "../fault.ts";
import { iommuLayouts } from "./iommu.ts";
import type { Frames, Platform } from "./platform.ts";

/** What differs from the named platform, as the command line has it; what is left out stays. */
export interface Variant {
  readonly ram?: string | undefined;
  readonly foreign?: string | undefined;
  readonly layout?: string | undefined;
}

/** The least and the most RAM: page allocators begin at 16 MB, and assigning frames takes memory of this program. */
const [LEAST, MOST] = [32 * 2 ** 20, 32 * 2 ** 30];
/** 36 bits of machine address, as PAE and the G5 have. */
const LAST_FRAME = 2 ** 24 - 1;

/** The platform with these changes; a UserError says which values are possible. */
export function varied(platform: Platform, { ram, foreign, layout }: Variant): Platform {
  let made = platform;
  if (ram !== undefined) {
    const pages = ramPages(ram);
    made = { ...made, ram: { ...made.ram, pages }, options: { ...made.options, ram } };
  }
  if (foreign !== undefined) {
    if (made.dealt === null)
      throw new UserError(
        `${platform.name} has no other domains; leave out --foreign, or take xen-i386`,
      );
    made = { ...made, options: { ...made.options, foreign } };
  }
  if (layout !== undefined) {
    if (platform.iommu === null)
      throw new UserError(`${platform.name} has no IOMMU; leave out --layout, or take ppc64-g5`);
    const iommu = iommuLayouts[layout];
    if (iommu === undefined) throw unknownName("layout", layout, Object.keys(iommuLayouts));
    made = { ...made, iommu, options: { ...made.options, layout } };
  }
  const others = foreign === undefined ? null : rangesOf(foreign);
  return made === platform ? platform : { ...made, ...made.dealt?.(made.ram.pages, others) };
}

/** "256M" or "2G" in pages. */
function ramPages(text: string): number {
  const [, digits, unit] = /^(\d{1,12})([MG])$/.exec(text) ?? [];
  if (digits === undefined)
    throw new UserError(`'${text}' is no size of RAM; write it as 256M or 2G`);
  const bytes = Number(digits) * (unit === "G" ? 2 ** 30 : 2 ** 20);
  if (bytes < LEAST || bytes > MOST)
    throw new UserError(`no simulated machine has ${text} of RAM; it can have 32M to 32G`);
  return bytes / PAGE_SIZE;
}

/** "0x1000-0x3ffff,0x50000-0x7ffff": the machine frames of one other domain each; "none" where there are no others. */
function rangesOf(text: string): Frames[] {
  if (text === "none") return [];
  const ranges = text.split(",").map((range) => {
    const [, low, high] = /^(0x[\da-f]{1,8})-(0x[\da-f]{1,8})$/.exec(range) ?? [];
    const [first, last] = [Number(low), Number(high)];
    if (low === undefined || first > last || last > LAST_FRAME)
      throw new UserError(
        `'${range}' is no range of machine frames; write 0x1000-0x3ffff, or none, up to 0xffffff`,
      );
    return { first: mfn(first), end: mfn(last + 1) };
  });
  const sorted = ranges.toSorted((a, b) => distance(b.first, a.first));
  if (sorted.some(({ first }, i) => i > 0 && first < sorted[i - 1]!.end))
    throw new UserError(`two domains would have the same frame in '${text}'`);
  return ranges;
}
