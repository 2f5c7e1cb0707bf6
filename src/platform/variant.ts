// variant.ts - a platform with other memory: how much RAM, whose frames, which layout of its IOMMU.

import { asWord, distance, mfn, PAGE_SIZE, pfn, physOf } from "../address.ts";
import { UserError, unknownName } from "../fault.ts";
import { xenEras } from "./dma/swiotlb-eras.ts";
import type { Code, Frames, Platform } from "./platform.ts";

/** What differs from the named platform, as the command line has it; what is left out stays. */
export interface Variant {
  readonly ram?: string | undefined;
  readonly foreign?: string | undefined;
  readonly layout?: string | undefined;
  readonly era?: string | undefined;
}

/** The least and the most RAM: page allocators begin at 16 MB, and assigning frames takes memory of this program. */
const [LEAST, MOST] = [32 * 2 ** 20, 32 * 2 ** 30];
const TWO_GB = 2 ** 31;
/** Whose addresses a G5's DART gives: those of the reference's recordings, or its own; the first is the usual one. */
const layouts: readonly string[] = ["reference", "dart"];
/** 36 bits of machine address, as PAE and the G5 have. */
const LAST_FRAME = 2 ** 24 - 1;

/** The platform with these changes; a UserError says which values are possible. */
export function varied(platform: Platform, { ram, foreign, layout, era }: Variant): Platform {
  let variant = platform;
  if (ram !== undefined) {
    const pages = ramPages(ram);
    variant = { ...variant, ram: { ...variant.ram, pages }, options: { ...variant.options, ram } };
  }
  if (foreign !== undefined) {
    if (variant.dealt === null)
      throw new UserError(
        `${platform.name} has no other domains; leave out --foreign, or take xen-i386`,
      );
    variant = { ...variant, options: { ...variant.options, foreign } };
  }
  if (layout !== undefined) {
    if (platform.dma.code.name !== "upwards")
      throw new UserError(`${platform.name} has no DART; leave out --layout, or take ppc64-g5`);
    if (!layouts.includes(layout)) throw unknownName("layout", layout, layouts);
    const dma = { ...variant.dma, code: layout === "dart" ? dartOf(variant) : variant.dma.code };
    variant = { ...variant, dma, options: { ...variant.options, layout } };
  }
  if (era !== undefined) variant = ofEra(variant, era);
  const others = foreign === undefined ? null : rangesOf(foreign);
  return variant === platform
    ? platform
    : { ...variant, ...variant.dealt?.(variant.ram.pages, others) };
}

/** The DART of a G5 with so much RAM: what is above 2 GB lies above 4 GB. */
function dartOf({ ram }: Platform): Code {
  const bytes = ram.pages * PAGE_SIZE;
  // Where the kernel's pages begin above, the first 2 GB are there, and its firmware's.
  const low = ram.first > pfn(0) ? TWO_GB : Math.min(bytes, TWO_GB);
  const high = ram.first > pfn(0) ? bytes : bytes - low;
  const above = [[asWord(physOf(ram.first)) || 2 * TWO_GB, high]] as const;
  return {
    name: "dart",
    ram: [[0, low], ...(high > 0 ? above : [])],
    reserved: [[0, 2 ** 24]],
    isForced: true,
    merges: true,
    marksEnd: false,
    tableBytes: 2 ** 21,
    flushReads: 0,
    flushesUnmap: false,
  };
}

/** Whether the platform's swiotlb is Xen's, which changed from month to month. */
export const hasEras = ({ dma: { code } }: Platform): boolean =>
  code?.name === "swiotlb" && code.era.isXen;

/** With the code of another date, where a platform's has one. */
function ofEra(platform: Platform, name: string): Platform {
  const { code } = platform.dma;
  if (code?.name !== "swiotlb" || !hasEras(platform))
    throw new UserError(
      `${platform.name} has code of one date; leave out --era, or take xen-i386-swiotlb`,
    );
  const era = xenEras.find((one) => one.name === name);
  if (era === undefined)
    throw unknownName(
      "era",
      name,
      xenEras.map((one) => one.name),
    );
  // 2 MB, in what this era counts.
  const option = era.sizeIn === "pages" ? "512" : "2";
  const dma = { ...platform.dma, code: { ...code, era, option } };
  return { ...platform, dma, options: { ...platform.options, era: name } };
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
