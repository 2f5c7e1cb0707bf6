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

/** A mapping, as far as sentences need it; of one that is over a later one of the same range takes the place. */
interface Mapping {
  readonly bus: Bus;
  readonly size: number;
  readonly device: number | null;
  phys: Phys | null;
  made: Moment;
  /** The seq of the one before it in its place; 0 for none. */
  before: number;
  ended: Moment | null;
}

/** Where an event of a mapping stands: all that is kept of it, for a page is mapped again and again. */
interface Moment {
  readonly seq: number;
  readonly place: string | null;
  readonly at: number | null;
}
const momentOf = ({ place = null, at = null }: Mapped | Unmapped, seq: number): Moment => ({
  seq,
  place,
  at,
});

/** A range of more pages is kept in a list of its own. */
const FEW = 16;
/** Pages and large ranges that are remembered, at most. */
const MOST_PAGES = 1 << 16;
const MOST_LARGE = 256;
/** Ranges of one page: devices have address spaces of their own. */
const MOST_IN_PAGE = 16;

/** Mappings by a range of addresses that each has, found by an address in it; in each list the latest is last. */
class Ranges<A extends Bus | Phys> {
  readonly #startOf: (mapping: Mapping) => A;
  protected readonly pageOf: (address: A) => number;
  protected readonly pages = new Map<number, Mapping[]>();
  readonly #first = new Oldest<number>(MOST_PAGES);
  protected readonly large: Mapping[] = [];

  constructor(startOf: (mapping: Mapping) => A, pageOf: (address: A) => number) {
    this.#startOf = startOf;
    this.pageOf = pageOf;
  }

  add(mapping: Mapping): void {
    const start = this.#startOf(mapping);
    const [first, last] = [this.pageOf(start), this.lastPage(start, mapping.size)];
    if (last - first >= FEW) {
      if (this.large.push(mapping) > MOST_LARGE) this.large.shift();
      return;
    }
    for (let page = first; page <= last; page++) {
      const there = this.pages.get(page);
      if (there !== undefined) {
        if (there.push(mapping) > MOST_IN_PAGE) there.shift();
        continue;
      }
      this.pages.set(page, [mapping]);
      const gone = this.#first.push(page);
      if (gone !== undefined) this.pages.delete(gone);
    }
  }

  remove(mapping: Mapping): void {
    const start = this.#startOf(mapping);
    const [first, last] = [this.pageOf(start), this.lastPage(start, mapping.size)];
    if (last - first >= FEW) takeOut(this.large, mapping);
    else for (let page = first; page <= last; page++) takeOut(this.pages.get(page) ?? [], mapping);
  }

  /** The latest that holds an address and fits; one in force before any that has ended. */
  at(address: A, device: number | null): Mapping | null {
    const there = this.#near(address).filter(
      (one) =>
        isWithin(this.#startOf(one), one.size, address) &&
        (device === null || one.device === null || one.device === device),
    );
    const latest = (mappings: readonly Mapping[]) =>
      mappings.reduce<Mapping | null>((a, b) => (a === null || seqOf(b) > seqOf(a) ? b : a), null);
    return latest(there.filter(isInForce)) ?? latest(there);
  }

  #near(address: A): readonly Mapping[] {
    return [...this.large, ...(this.pages.get(this.pageOf(address)) ?? [])];
  }

  protected lastPage(start: A, size: number): number {
    return this.pageOf(offset(start, Math.max(size, 1) - 1));
  }
}

/** Mappings by their addresses on the bus. */
class BusRanges extends Ranges<Bus> {
  constructor() {
    super(({ bus }) => bus, pageOnBus);
  }

  /** One of exactly this range that is over; null for none. */
  overLike(start: Bus, size: number, device: number | null): Mapping | null {
    const isLarge = this.lastPage(start, size) - this.pageOf(start) >= FEW;
    const there = isLarge ? this.large : (this.pages.get(this.pageOf(start)) ?? []);
    for (const one of there)
      if (one.ended !== null && one.size === size && begins(one, start, device)) return one;
    return null;
  }

  /** All that begin there, the latest last, be they over or not. */
  begun(address: Bus, device: number | null): readonly Mapping[] {
    const found: Mapping[] = [];
    for (const mappings of [this.large, this.pages.get(this.pageOf(address)) ?? []])
      for (const one of mappings) if (begins(one, address, device)) found.push(one);
    return found.length > 1 ? found.sort((a, b) => seqOf(a) - seqOf(b)) : found;
  }

  /** Those of a device that lie in a range as a whole. */
  within(from: Bus, size: number, device: number | null): readonly Mapping[] {
    const found: Mapping[] = [];
    const look = (mappings: readonly Mapping[]): void => {
      for (const one of mappings) {
        const at = distance(from, one.bus);
        if (at >= 0 && at + one.size <= size && one.device === device) found.push(one);
      }
    };
    look(this.large);
    const [first, last] = [this.pageOf(from), this.lastPage(from, size)];
    if (last - first < this.pages.size)
      for (let page = first; page <= last; page++) look(this.pages.get(page) ?? []);
    else for (const [page, there] of this.pages) if (page >= first && page <= last) look(there);
    return found;
  }
}

const begins = (mapping: Mapping, address: Bus, device: number | null): boolean =>
  mapping.bus === address && mapping.device === device;

/** Nearly always there are few. */
function takeOut(mappings: Mapping[], mapping: Mapping): void {
  const at = mappings.indexOf(mapping);
  if (at >= 0) mappings.splice(at, 1);
}

const isWithin = <A extends Bus | Phys>(start: A, size: number, address: A): boolean => {
  const at = distance<Address>(start, address);
  return at >= 0 && at < size;
};

// A page's number is plain, whichever space it is of.
const pageOnBus = (address: Bus): number => raw(busPageOf(address));
const pageOfMemory = (address: Phys): number => raw(pfnOf(address)); // see above

export class MappedBefore {
  readonly #calls = new BusRanges();
  readonly #entries = new BusRanges();
  /** The calls that are in force by the kernel-physical addresses of their buffers. */
  readonly #buffers = new Ranges(({ phys }) => phys!, pageOfMemory);
  /** The seq of the last gap in the recording: what was mapped before may have ended in it. */
  #gap = 0;

  lost(seq: number): void {
    this.#gap = seq;
  }

  /** Hot: once a buffer and once an entry that is mapped (bench: import). */
  mapped(event: Mapped, seq: number): void {
    const { bus, size, device = null, phys = null } = event;
    const isCall = event.kind === "dma.mapped";
    const ranges = isCall ? this.#calls : this.#entries;
    const made = momentOf(event, seq);
    let mapping = ranges.overLike(bus, size, device);
    if (mapping === null) mapping = { bus, size, device, phys, made, before: 0, ended: null };
    else {
      // No fault asks for it any more.
      ranges.remove(mapping);
      mapping.before = mapping.made.seq;
      mapping.made = made;
      mapping.phys = phys;
      mapping.ended = null;
    }
    ranges.add(mapping);
    if (isCall && phys !== null && !isIdentity(event)) this.#buffers.add(mapping);
  }

  /** An end is of what begins there and came before it; a range of entries ends all that it covers. */
  unmapped(event: Unmapped, seq: number): void {
    const { device = null, size, cause = null, bus: start } = event;
    const end = momentOf(event, seq);
    if (event.kind === "iommu.unmapped") {
      const covered = this.#entries.within(start, size, device).filter(isInForce);
      for (const one of covered) one.ended = end;
      if (covered.length > 0) return;
    }
    const ranges = event.kind === "dma.unmapped" ? this.#calls : this.#entries;
    const begun = ranges.begun(start, device);
    // One that is over and gave up its place ends nothing again.
    if (cause !== null && begun.some(({ before }) => before === cause)) return;
    const named = begun.find((one) => seqOf(one) === cause);
    const ended =
      begun.length === 0 ? ranges.at(start, device) : (named ?? begun.findLast(isInForce));
    if (ended == null || !isInForce(ended)) return;
    ended.ended = end;
    if (event.kind === "dma.unmapped" && ended.phys !== null) this.#buffers.remove(ended);
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
    if (buffer === null || seqOf(buffer) < this.#gap) return null;
    const says = `never mapped; it is the kernel's number of the buffer that is mapped at ${hex(buffer.bus)}:b`;
    return { says, isMisread: true };
  }

  #historyOf({ size, made, ended }: Mapping): string {
    const what = `the ${size} bytes mapped${byWhom(made)}`;
    if (ended !== null) return `after unmap: of ${what}, ended${byWhom(ended)}`;
    return made.seq < this.#gap
      ? `in ${what}, unless they ended where events were lost`
      : `in ${what}`;
  }
}

/** Whether the device's number of a buffer is the kernel's own: then neither is mistaken for the other. */
export const isIdentity = ({ bus, phys }: Mapped): boolean =>
  phys != null && distance(phys, misreadAsPhys(bus)) === 0;

const seqOf = ({ made }: Mapping): number => made.seq;
const isInForce = ({ ended }: Mapping): boolean => ended === null;

function byWhom({ place, at, seq }: Moment): string {
  const by = place === null ? "" : ` by ${place}`;
  return `${by} at #${seq}${at === null ? "" : `, ${(at / 1e9).toFixed(6)} s`}`;
}
