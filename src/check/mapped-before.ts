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
  /** Bytes that were mapped at once, of which this is what an unmap left or took. */
  whole: number;
  readonly device: number | null;
  phys: Phys | null;
  /** The event that made it. */
  seq: number;
  place: string | null;
  at: number | null;
  /** The seq of the one before it in its place; 0 for none. */
  before: number;
  /** The event that ended it, its seq being 0 while it is in force. */
  ended: number;
  endedBy: string | null;
  endedAt: number | null;
}

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
  readonly #pages = new Map<number, Mapping[]>();
  readonly #first = new Oldest<number>(MOST_PAGES);
  protected readonly large: Mapping[] = [];
  // The page asked for last: small buffers of one page come together.
  #last = -1;
  #lastMappings: Mapping[] | undefined;

  constructor(startOf: (mapping: Mapping) => A, pageOf: (address: A) => number) {
    this.#startOf = startOf;
    this.pageOf = pageOf;
  }

  /** How many pages are remembered. */
  protected get pages(): number {
    return this.#pages.size;
  }

  /** The mappings of a page; none for one that is not remembered. */
  protected in(page: number): readonly Mapping[] {
    return this.#in(page) ?? NONE;
  }

  #in(page: number): Mapping[] | undefined {
    if (page !== this.#last) {
      this.#last = page;
      this.#lastMappings = this.#pages.get(page);
    }
    return this.#lastMappings;
  }

  protected *each(): Generator<[page: number, mappings: readonly Mapping[]]> {
    yield* this.#pages;
  }

  /** Takes a mapping as the latest of its range; `isThere`: whether it is one of the others so far. */
  add(mapping: Mapping, isThere = false): void {
    const start = this.#startOf(mapping);
    const [first, last] = [this.pageOf(start), this.lastPage(start, mapping.size)];
    if (last - first >= FEW) {
      if (isThere) takeOut(this.large, mapping);
      if (this.large.push(mapping) > MOST_LARGE) this.large.shift();
      return;
    }
    for (let page = first; page <= last; page++) this.#addTo(page, mapping, isThere);
  }

  #addTo(page: number, mapping: Mapping, isThere: boolean): void {
    const there = this.#in(page);
    if (there !== undefined) {
      if (isThere) takeOut(there, mapping);
      if (there.push(mapping) > MOST_IN_PAGE) there.shift();
      return;
    }
    this.#lastMappings = [mapping];
    this.#pages.set(page, this.#lastMappings);
    const evicted = this.#first.push(page);
    if (evicted !== undefined) this.#pages.delete(evicted);
  }

  remove(mapping: Mapping): void {
    const start = this.#startOf(mapping);
    const [first, last] = [this.pageOf(start), this.lastPage(start, mapping.size)];
    if (last - first >= FEW) takeOut(this.large, mapping);
    else
      for (let page = first; page <= last; page++) {
        const there = this.#in(page);
        if (there !== undefined) takeOut(there, mapping);
      }
  }

  /** The latest that holds an address and fits; one in force before any that has ended. */
  at(address: A, device: number | null): Mapping | null {
    const there = this.#near(address).filter(
      (one) =>
        isWithin(this.#startOf(one), one.size, address) &&
        (device === null || one.device === null || one.device === device),
    );
    const latest = (mappings: readonly Mapping[]) =>
      mappings.reduce<Mapping | null>((a, b) => (a === null || b.seq > a.seq ? b : a), null);
    return latest(there.filter(isInForce)) ?? latest(there);
  }

  #near(address: A): readonly Mapping[] {
    return [...this.large, ...this.in(this.pageOf(address))];
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
    const there = isLarge ? this.large : this.in(this.pageOf(start));
    for (const one of there)
      if (one.ended !== 0 && one.size === size && begins(one, start, device)) return one;
    return null;
  }

  /** The one that an event made, of those that begin there; null for none. */
  madeBy(seq: number, address: Bus, device: number | null): Mapping | null {
    const small = this.in(this.pageOf(address));
    for (let i = small.length - 1; i >= 0; i--)
      if (small[i]!.seq === seq && begins(small[i]!, address, device)) return small[i]!;
    for (const one of this.large) if (one.seq === seq && begins(one, address, device)) return one;
    return null;
  }

  /** All that begin there, the latest last, be they over or not. */
  begun(address: Bus, device: number | null): readonly Mapping[] {
    const found: Mapping[] = [];
    for (const mappings of [this.large, this.in(this.pageOf(address))])
      for (const one of mappings) if (begins(one, address, device)) found.push(one);
    return found.length > 1 ? found.sort((a, b) => a.seq - b.seq) : found;
  }

  /** Those of a device in force that lie in a range or reach into it. */
  touching(from: Bus, size: number, device: number | null): ReadonlySet<Mapping> {
    const found = new Set<Mapping>();
    const look = (mappings: readonly Mapping[]): void => {
      for (const one of mappings) {
        const at = distance(from, one.bus);
        if (at < size && at + one.size > 0 && one.device === device && isInForce(one))
          found.add(one);
      }
    };
    look(this.large);
    const [first, last] = [this.pageOf(from), this.lastPage(from, size)];
    if (last - first < this.pages) for (let page = first; page <= last; page++) look(this.in(page));
    else for (const [page, there] of this.each()) if (page >= first && page <= last) look(there);
    return found;
  }
}

const begins = (mapping: Mapping, address: Bus, device: number | null): boolean =>
  mapping.bus === address && mapping.device === device;

const NONE: readonly Mapping[] = [];

/** Nearly always it is the last one, or there are few. */
function takeOut(mappings: Mapping[], mapping: Mapping): void {
  const at = mappings.lastIndexOf(mapping);
  if (at < 0) return;
  if (at === mappings.length - 1) mappings.pop();
  else mappings.splice(at, 1);
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

  /** Hot: once a buffer and once an entry that is mapped, some 0.1 us (bench: import). */
  mapped(event: Mapped, seq: number): void {
    const { bus, size, device = null, phys = null, place = null, at = null } = event;
    const isCall = event.kind === "dma.mapped";
    const ranges = isCall ? this.#calls : this.#entries;
    const over = ranges.overLike(bus, size, device);
    const mapping = over ?? {
      bus,
      size,
      whole: size,
      device,
      phys,
      seq,
      place,
      at,
      before: 0,
      ended: 0,
      endedBy: null,
      endedAt: null,
    };
    if (over !== null) {
      // No fault asks for the one that was there any more.
      mapping.before = mapping.seq;
      mapping.seq = seq;
      mapping.place = place;
      mapping.at = at;
      mapping.phys = phys;
      mapping.whole = size;
      mapping.ended = 0;
    }
    ranges.add(mapping, over !== null);
    if (isCall && phys !== null && !isIdentity(event)) this.#buffers.add(mapping);
  }

  /** An end is of what begins there and came before it; a range of entries ends all that it covers. Hot, as `mapped`. */
  unmapped(event: Unmapped, seq: number): void {
    const { device = null, size, cause = null, bus: start } = event;
    if (event.kind === "iommu.unmapped") {
      const touched = this.#entries.touching(start, size, device);
      for (const one of touched) this.#cut(one, event, seq);
      if (touched.size > 0) return;
    }
    const ranges = event.kind === "dma.unmapped" ? this.#calls : this.#entries;
    const ended = this.#endedBy(ranges, start, device, cause);
    if (ended === null || !isInForce(ended)) return;
    end(ended, event, seq);
    if (event.kind === "dma.unmapped" && ended.phys !== null) this.#buffers.remove(ended);
  }

  #endedBy(
    ranges: BusRanges,
    start: Bus,
    device: number | null,
    cause: number | null,
  ): Mapping | null {
    const byCause = cause === null ? null : ranges.madeBy(cause, start, device);
    if (byCause !== null) return byCause;
    const begun = ranges.begun(start, device);
    if (begun.length === 0) return ranges.at(start, device);
    // One that is over and gave up its place ends nothing again.
    if (cause !== null && begun.some(({ before }) => before === cause)) return null;
    return begun.findLast(isInForce) ?? null;
  }

  /** Entries end where their range does: of a larger one the rest stays. */
  #cut(one: Mapping, event: Unmapped, seq: number): void {
    const from = distance(one.bus, event.bus);
    const to = from + event.size;
    if (from <= 0 && to >= one.size) {
      end(one, event, seq);
      return;
    }
    this.#entries.remove(one);
    const part = (at: number, behind: number): Mapping | null => {
      if (at >= behind) return null;
      const left = { ...one, bus: offset(one.bus, at), size: behind - at };
      this.#entries.add(left);
      return left;
    };
    part(0, from);
    const over = part(Math.max(from, 0), Math.min(to, one.size));
    if (over !== null) end(over, event, seq);
    part(to, one.size);
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
    if (buffer === null || buffer.seq < this.#gap) return null;
    const says = `never mapped; it is the kernel's number of the buffer that is mapped at ${hex(buffer.bus)}:b`;
    return { says, isMisread: true };
  }

  #historyOf({ whole, seq, place, at, ended, endedBy, endedAt }: Mapping): string {
    const what = `the ${whole} bytes mapped${byWhom(seq, place, at)}`;
    if (ended !== 0) return `after unmap: of ${what}, ended${byWhom(ended, endedBy, endedAt)}`;
    return seq < this.#gap ? `in ${what}, unless they ended where events were lost` : `in ${what}`;
  }
}

/** Whether the device's number of a buffer is the kernel's own: then neither is mistaken for the other. */
export const isIdentity = ({ bus, phys }: Mapped): boolean =>
  phys != null && distance(phys, misreadAsPhys(bus)) === 0;

const isInForce = ({ ended }: Mapping): boolean => ended === 0;

function end(mapping: Mapping, { place = null, at = null }: Unmapped, seq: number): void {
  mapping.ended = seq;
  mapping.endedBy = place;
  mapping.endedAt = at;
}

function byWhom(seq: number, place: string | null, at: number | null): string {
  const by = place === null ? "" : ` by ${place}`;
  return `${by} at #${seq}${at === null ? "" : `, ${(at / 1e9).toFixed(6)} s`}`;
}
