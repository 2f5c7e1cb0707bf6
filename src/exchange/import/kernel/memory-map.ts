// memory-map.ts - whose each physical address is, as the kernel lists it in /proc/iomem.
//
// What a device is refused is a bus address. Where that was never mapped for it, a driver may have handed over a
// physical address instead: then it matters what memory has that number.

interface Range {
  readonly first: bigint;
  readonly last: bigint;
  readonly name: string;
}

/** Ranges that are kept: a large machine lists some thousand. */
const MOST = 1 << 16;

export class MemoryMap {
  readonly #ranges: Range[] = [];

  /** Takes a range; those inside another come behind it. */
  add(first: bigint, last: bigint, name: string): void {
    if (this.#ranges.length < MOST) this.#ranges.push({ first, last, name });
  }

  /** What is at an address, from the outermost range to the innermost; null where the list has nothing there. */
  nameOf(address: bigint): string | null {
    const there = this.#ranges.filter(({ first, last }) => first <= address && address <= last);
    return there.length === 0 ? null : there.map(({ name }) => name).join(", ");
  }
}
