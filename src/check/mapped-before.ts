// mapped-before.ts - which mapping an address of a device belongs to, or belonged to before it was used again.

import {
  type Address,
  type Bus,
  busPageOf,
  distance,
  hex,
  misreadAsPhys,
  offset,
  onDeviceBus,
  type Phys,
  pfnOf,
  raw,
} from "../address.ts";
import type { Of } from "../event/vocabulary.ts";
import { Oldest } from "../machine/oldest.ts";

type Mapped = Of<"dma.mapped"> | Of<"iommu.mapped">;
type Unmapped = Of<"dma.unmapped"> | Of<"iommu.unmapped">;

interface Mapping {
  readonly event: Mapped;
  readonly seq: number;
  ended: { readonly event: Unmapped; readonly seq: number } | null;
}

interface Range<A extends Bus | Phys> {
  readonly start: A;
  readonly size: number;
  readonly of: Mapping;
}

/** A range of more pages is kept in a list of its own. */
const FEW = 16;
/** Pages and large ranges that are remembered, at most. */
const MOST_PAGES = 1 << 16;
const MOST_LARGE = 256;
/** Ranges of one page: devices have address spaces of their own. */
const MOST_IN_PAGE = 16;

/** Ranges of addresses, each with the mapping that they are of, found by an address in them. */
class Ranges<A extends Bus | Phys> {
  readonly #pageOf: (address: A) => number;
  readonly #pages = new Map<number, Range<A>[]>();
  readonly #first = new Oldest<number>(MOST_PAGES);
  readonly #large: Range<A>[] = [];

  constructor(pageOf: (address: A) => number) {
    this.#pageOf = pageOf;
  }

  add(range: Range<A>): void {
    const [first, last] = this.#pagesOf(range.start, range.size);
    if (last - first >= FEW) {
      if (this.#large.push(range) > MOST_LARGE) this.#large.shift();
      return;
    }
    for (let page = first; page <= last; page++) {
      const there = this.#pages.get(page);
      if (there !== undefined) {
        if (there.push(range) > MOST_IN_PAGE) there.shift();
        continue;
      }
      this.#pages.set(page, [range]);
      const gone = this.#first.push(page);
      if (gone !== undefined) this.#pages.delete(gone);
    }
  }

  /** The latest that holds an address and fits; one in force before any that has ended. */
  at(address: A, device: number | null): Mapping | null {
    const there = this.#near(address).filter(
      ({ start, size, of: { event } }) =>
        isWithin(start, size, address) &&
        (device === null || event.device == null || event.device === device),
    );
    const latest = (ranges: readonly Range<A>[]) =>
      ranges.reduce<Mapping | null>((a, { of: b }) => (a === null || b.seq > a.seq ? b : a), null);
    return latest(there.filter(({ of: { ended } }) => ended === null)) ?? latest(there);
  }

  /** All that begin there, the latest last, be they over or not. */
  begun(address: A, device: number | null): readonly Mapping[] {
    const found: Mapping[] = [];
    for (const ranges of [this.#large, this.#pages.get(this.#pageOf(address)) ?? []])
      for (const { start, of } of ranges)
        if (start === address && (of.event.device ?? null) === device) found.push(of);
    return found.length > 1 ? found.sort((a, b) => a.seq - b.seq) : found;
  }

  /** Those of a device that lie in a range as a whole. */
  within(from: A, size: number, device: number | null): readonly Mapping[] {
    const [first, last] = this.#pagesOf(from, size);
    const pages =
      last - first < this.#pages.size
        ? Array.from({ length: last - first + 1 }, (_, i) => first + i)
        : [...this.#pages.keys()].filter((page) => page >= first && page <= last);
    return [...this.#large, ...pages.flatMap((page) => this.#pages.get(page) ?? [])]
      .filter(({ start, size: bytes, of: { event } }) => {
        const at = distance<Address>(from, start);
        return at >= 0 && at + bytes <= size && (event.device ?? null) === device;
      })
      .map(({ of }) => of);
  }

  #near(address: A): readonly Range<A>[] {
    return [...this.#large, ...(this.#pages.get(this.#pageOf(address)) ?? [])];
  }

  #pagesOf(start: A, size: number): [number, number] {
    return [this.#pageOf(start), this.#pageOf(offset(start, Math.max(size, 1) - 1))];
  }
}

const isWithin = <A extends Bus | Phys>(start: A, size: number, address: A): boolean => {
  const at = distance<Address>(start, address);
  return at >= 0 && at < size;
};

// A page's number is plain, whichever space it is of.
const pageOnBus = (address: Bus): number => raw(busPageOf(address));
const pageOfMemory = (address: Phys): number => raw(pfnOf(address)); // see above

export class MappedBefore {
  readonly #calls = new Ranges(pageOnBus);
  readonly #entries = new Ranges(pageOnBus);
  /** The same mappings by the kernel-physical addresses of their buffers. */
  readonly #buffers = new Ranges(pageOfMemory);
  /** The seq of the last gap in the recording: what was mapped before may have ended in it. */
  #gap = 0;

  lost(seq: number): void {
    this.#gap = seq;
  }

  mapped(event: Mapped, seq: number): void {
    const { bus, phys, size } = event;
    const of: Mapping = { event, seq, ended: null };
    if (event.kind === "iommu.mapped") this.#entries.add({ start: bus, size, of });
    else this.#calls.add({ start: bus, size, of });
    if (event.kind === "dma.mapped" && phys != null) this.#buffers.add({ start: phys, size, of });
  }

  /** An end is of what begins there and came before it; a range of entries ends all that it covers. */
  unmapped(event: Unmapped, seq: number): void {
    const ranges = event.kind === "dma.unmapped" ? this.#calls : this.#entries;
    const { device = null, size, cause, bus: start } = event;
    const covered =
      event.kind === "iommu.unmapped" ? ranges.within(start, size, device).filter(isInForce) : [];
    for (const one of covered) one.ended = { event, seq };
    if (covered.length > 0) return;
    const begun = ranges.begun(start, device);
    const named = begun.find((one) => one.seq === cause);
    const ended =
      begun.length === 0 ? ranges.at(start, device) : (named ?? begun.findLast(isInForce));
    if (ended != null && isInForce(ended)) ended.ended = { event, seq };
  }

  /** What the address of a fault has to do with mappings, as a sentence; null where it has nothing. */
  saysOf({ bus, device = null }: Of<"fault.raised">): {
    readonly says: string;
    readonly isMisread: boolean;
  } | null {
    if (bus == null) return null;
    const address = onDeviceBus(bus);
    const mapping = this.#calls.at(address, device) ?? this.#entries.at(address, device);
    if (mapping !== null) return { says: this.#historyOf(mapping), isMisread: false };
    const buffer = this.#buffers.at(misreadAsPhys(address), device); // A candidate.
    if (buffer === null || !isInForce(buffer) || buffer.seq < this.#gap) return null;
    const says = `never mapped; it is the kernel's number of the buffer that is mapped at ${hex(buffer.event.bus)}:b`;
    return { says, isMisread: true };
  }

  #historyOf({ event, seq, ended }: Mapping): string {
    const made = `the ${event.size} bytes mapped${byWhom(event, seq)}`;
    if (ended !== null) return `after unmap: of ${made}, ended${byWhom(ended.event, ended.seq)}`;
    return seq < this.#gap ? `in ${made}, unless they ended where events were lost` : `in ${made}`;
  }
}

const isInForce = ({ ended }: Mapping): boolean => ended === null;

function byWhom({ place, at }: Mapped | Unmapped, seq: number): string {
  const by = place == null ? "" : ` by ${place}`;
  return `${by} at #${seq}${at == null ? "" : `, ${(at / 1e9).toFixed(6)} s`}`;
}
