// mapped-before.ts - which mapping an address of a device belongs to, or belonged to before it was used again.

import { hex, misreadAsPhys, onDeviceBus, PAGE_SIZE, raw } from "../address.ts";
import type { Of } from "../event/vocabulary.ts";

type Mapped = Of<"dma.mapped"> | Of<"iommu.mapped">;
type Unmapped = Of<"dma.unmapped"> | Of<"iommu.unmapped">;

interface Mapping {
  readonly event: Mapped;
  readonly seq: number;
  ended: { readonly event: Unmapped; readonly seq: number } | null;
}

interface Range {
  readonly start: number;
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

/** Ranges of numbers, each with the mapping that they are of, found by a number in them. */
class Ranges {
  readonly #pages = new Map<number, Range[]>();
  readonly #large: Range[] = [];

  add(range: Range): void {
    const first = pageOf(range.start);
    const last = pageOf(range.start + Math.max(range.size, 1) - 1);
    if (last - first >= FEW) {
      if (this.#large.push(range) > MOST_LARGE) this.#large.shift();
      return;
    }
    for (let page = first; page <= last; page++) {
      const there = this.#pages.get(page);
      if (there === undefined) this.#pages.set(page, [range]);
      else if (there.push(range) > MOST_IN_PAGE) there.shift();
    }
    while (this.#pages.size > MOST_PAGES) this.#pages.delete(this.#pages.keys().next().value!);
  }

  /** The latest that holds a number and fits; one in force before any that has ended. */
  at(number: number, device: number | null): Mapping | null {
    const near = [...this.#large, ...(this.#pages.get(pageOf(number)) ?? [])];
    const there = near.filter(
      ({ start, size, of: { event } }) =>
        number >= start &&
        number < start + size &&
        (device === null || event.device == null || event.device === device),
    );
    const latest = (ranges: readonly Range[]) =>
      ranges.reduce<Mapping | null>((a, { of: b }) => (a === null || b.seq > a.seq ? b : a), null);
    return latest(there.filter(({ of: { ended } }) => ended === null)) ?? latest(there);
  }

  /** All that begin there, the latest last, be they over or not. */
  begun(number: number, device: number | null): readonly Mapping[] {
    return [...this.#large, ...(this.#pages.get(pageOf(number)) ?? [])]
      .filter(({ start, of: { event } }) => start === number && (event.device ?? null) === device)
      .map(({ of }) => of)
      .sort((a, b) => a.seq - b.seq);
  }

  /** Those of a device that lie in a range of numbers as a whole. */
  within(from: number, size: number, device: number | null): readonly Mapping[] {
    const [first, last] = [pageOf(from), pageOf(from + Math.max(size, 1) - 1)];
    const pages =
      last - first < this.#pages.size
        ? Array.from({ length: last - first + 1 }, (_, i) => first + i)
        : [...this.#pages.keys()].filter((page) => page >= first && page <= last);
    return [...this.#large, ...pages.flatMap((page) => this.#pages.get(page) ?? [])]
      .filter(
        (range) =>
          range.start >= from &&
          range.start + range.size <= from + size &&
          (range.of.event.device ?? null) === device,
      )
      .map(({ of }) => of);
  }
}

export class MappedBefore {
  readonly #calls = new Ranges();
  readonly #entries = new Ranges();
  /** The same mappings by the kernel-physical addresses of their buffers. */
  readonly #buffers = new Ranges();
  /** The seq of the last gap in the recording: what was mapped before may have ended in it. */
  #gap = 0;

  lost(seq: number): void {
    this.#gap = seq;
  }

  mapped(event: Mapped, seq: number): void {
    const { bus, phys, size } = event;
    const of: Mapping = { event, seq, ended: null };
    // A range is of one space, and only distances within it count.
    if (event.kind === "iommu.mapped") this.#entries.add({ start: raw(bus), size, of });
    else this.#calls.add({ start: raw(bus), size, of }); // see above
    if (event.kind === "dma.mapped" && phys != null)
      this.#buffers.add({ start: raw(phys), size, of }); // see above
  }

  /** An end is of what begins there and came before it; a range of entries ends all that it covers. */
  unmapped(event: Unmapped, seq: number): void {
    const ranges = event.kind === "dma.unmapped" ? this.#calls : this.#entries;
    const { device = null, size, cause } = event;
    const start = raw(event.bus); // see above
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
    const number = raw(bus); // Whichever bus it is of, mapping and fault name it alike.
    const mapping = this.#calls.at(number, device) ?? this.#entries.at(number, device);
    if (mapping !== null) return { says: this.#historyOf(mapping), isMisread: false };
    const buffer = this.#buffers.at(raw(misreadAsPhys(onDeviceBus(bus))), device); // A candidate.
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

const pageOf = (address: number): number => Math.floor(address / PAGE_SIZE);
