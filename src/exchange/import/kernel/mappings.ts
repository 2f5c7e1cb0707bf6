// mappings.ts - the buffers that are mapped for devices at this time, and what was mapped there before.
//
// Bus addresses are used again within milliseconds, and each device has a space of its own. One buffer can be
// mapped twice: then an unmap ends the one that it fits best, as the kernel's own check has it
// (kernel/dma/debug.c, __hash_bucket_find). A mapping whose end was seen is kept until its pages are used again.

import { PAGE_SIZE } from "../../../address.ts";
import { dmaTypeOf } from "../../../event/iommu.ts";
import { Unusable } from "../source/fields.ts";
import type { Direction, Mapped, Mapping } from "./command.ts";

/** What a device's address has to do with what is mapped. */
export interface Tie {
  readonly mapping: Mapping | null;
  /** The seq that the address came from: of the mapping, or of its end where it was over. */
  readonly cause: number | null;
}

/** What an unmap says of the mapping that it ends, each where it does. */
export interface Ending {
  readonly device: number | null;
  readonly start: number;
  readonly size?: number | null;
  readonly direction?: Direction | null;
  /** The function that ends it. */
  readonly place?: string;
}

/** Mappings kept of one page: with more, some were ended unseen. */
const MOST = 256;

/** Pages of which it is remembered what was mapped there and is over: some 150 bytes each (bench: import, memory). */
const MOST_OVER = 2 ** 21;
/** Events for which it is remembered in any case. */
const RECENT = 2 ** 12;
/** Pages at most, with what is in force: 32 GB at a time. */
const MOST_PAGES = 2 ** 23;

/** What was mapped in a page of the bus, latest last. */
interface Page {
  readonly mappings: Mapping[];
  /** How many of them are over. */
  over: number;
  /** By how much the memory of those in force is behind the bus; null where none is known, NaN where they differ. */
  shift: number | null;
}

export class Mappings {
  readonly #pages = new Map<number, Page>();
  /** How many pages there may be until it is looked whether some can be forgotten. */
  #room = MOST_OVER;
  /** How many mappings there had been when that was looked for last. */
  #looked = 0;
  /** How many there ever were. */
  count = 0;
  /** Whether every end is seen; kprobes miss some, and then what is mapped last counts. */
  isWhole = false;
  /** The seq of the last gap in the recording: what was mapped before may have ended in it. */
  #gap = 0;
  #first: Mapping | null = null;
  /** Whether more than one trace tells of them. */
  #isOfSeveral = false;
  /** The source of the record in hand. */
  readonly #source: () => unknown;
  /** A mapping in force, and one of other memory at its address, which another trace tells of meanwhile. */
  readonly #contradicting = new WeakMap<Mapping, Mapping>();

  constructor(source: () => unknown = () => null) {
    this.#source = source;
  }

  lost(seq: number): void {
    this.#gap = seq;
  }

  /** Whether its end must be among records that were lost: its address is another's since. */
  hasEndedUnseen(mapping: Mapping): boolean {
    const { ended, seq, start } = mapping;
    return ended === 0 && seq < this.#gap && !this.#in(start).includes(mapping);
  }

  /** What the latest call said that mapped exactly this address and is remembered. Hot: once a buffer (bench: import). */
  callAt(start: number): Mapped | null {
    const there = this.#in(start);
    for (let at = there.length - 1; at >= 0; at--)
      if (there[at]!.call.start === start) return there[at]!.call;
    return null;
  }

  add(mapping: Mapping): void {
    this.count++;
    this.#first ??= mapping;
    this.#isOfSeveral ||= this.#first.source !== mapping.source;
    for (let page = pageOf(mapping.start); page <= lastPage(mapping); page++) {
      const there = this.#pages.get(page);
      if (there === undefined) {
        if (this.#pages.size >= this.#room) this.#forget(mapping.seq - RECENT);
        this.#pages.set(page, { mappings: [mapping], over: 0, shift: shiftOf(mapping) });
      } else this.#addTo(there, mapping);
    }
  }

  /** Makes room for a page: of those that were mapped first as many as half, where all was over before an event. */
  #forget(seq: number): void {
    // Where little was over it is not looked again for each page.
    if (this.#pages.size < MOST_PAGES || this.count - this.#looked >= RECENT) {
      this.#looked = this.count;
      for (const [page, { mappings, over }] of this.#pages) {
        if (this.#pages.size <= MOST_OVER / 2) break;
        if (over === mappings.length && mappings.every(({ ended }) => ended < seq))
          this.#pages.delete(page);
      }
      this.#room = Math.min(Math.max(MOST_OVER, this.#pages.size * 2), MOST_PAGES);
    }
    if (this.#pages.size >= MOST_PAGES)
      throw new Unusable("more pages are mapped at a time than can be remembered");
  }

  /** Hot: once a page that is mapped; a page of which many ends were never seen is not gone through (bench: import). */
  #addTo(there: Page, mapping: Mapping): void {
    const { mappings } = there;
    const shift = shiftOf(mapping);
    if (this.#isOfSeveral) for (const old of mappings) this.#contradict(old, mapping);
    const isOne = there.shift === null || shift === null || there.shift === shift;
    if (this.isWhole && isOne && mappings.length > 0 && mappings[0]!.seq > this.#gap)
      leaveOver(there, mapping);
    else this.#leave(there, mapping);
    mappings.push(mapping);
    there.shift = commonOf(there.shift, shift);
    if (mappings.length > MOST && mappings.shift()!.ended !== 0) there.over--;
  }

  /** Ends a mapping: `ended` is the seq of its end. */
  end(mapping: Mapping, ended: number): void {
    mapping.ended = ended;
    for (let page = pageOf(mapping.start); page <= lastPage(mapping); page++) {
      const there = this.#pages.get(page);
      if (there !== undefined && there.mappings.lastIndexOf(mapping) >= 0) there.over++;
    }
  }

  /** Drops of a page what a new mapping stands in for. */
  #leave(there: Page, mapping: Mapping): void {
    const { mappings } = there;
    there.over = 0;
    there.shift = null;
    let left = 0;
    for (const old of mappings) {
      if (overlap(old, mapping) && !this.#isLeft(old, mapping)) {
        if (this.#isReplaced(old, mapping)) mapping.replaced = old;
        continue;
      }
      mappings[left++] = old;
      if (old.ended !== 0) there.over++;
      else there.shift = commonOf(there.shift, shiftOf(old));
    }
    mappings.length = left;
  }

  /** Whatever stands behind a handle, it is in one mapping at a time of other memory, and coherent memory in one of all. */
  #contradict(old: Mapping, mapping: Mapping): void {
    if (old.source === mapping.source || old.ended !== 0 || old.seq < this.#gap) return;
    if (old.device !== mapping.device || old.device === null || !overlap(old, mapping)) return;
    const areCoherent = old.direction === "coherent" && mapping.direction === "coherent";
    // The same call can be told by both.
    const isSame = old.start === mapping.start && old.size === mapping.size;
    if ((areCoherent && !isSame) || !areAlike(old, mapping)) this.#contradicted(old, mapping);
  }

  #contradicted(old: Mapping, by: Mapping): void {
    if (!this.#contradicting.has(old)) this.#contradicting.set(old, by);
  }

  /** What another trace tells of an address while this mapping is in force, if it is of other memory. */
  contradicting(mapping: Mapping): Mapping | undefined {
    return this.#isOfSeveral ? this.#contradicting.get(mapping) : undefined;
  }

  #isLeft(old: Mapping, mapping: Mapping): boolean {
    return this.isWhole && old.ended === 0 && old.seq > this.#gap && isShared(old, mapping);
  }

  /** Whether the end of the old one may still be told. */
  #isReplaced(old: Mapping, { start, device }: Mapping): boolean {
    if (old.ended !== 0 || old.seq < this.#gap) return false;
    old.replaced = null;
    return this.isWhole && old.start === start && old.device === device;
  }

  /**
   * The live one that an unmap ends: of those at exactly this address the best fit; null where none is. An IOMMU's
   * address is free before `dma_unmap_*` is traced, and can be given to another buffer until then.
   */
  ended(ending: Ending): Mapping | null {
    const { device, start, size = null, direction = null } = ending;
    const type = dmaTypeOf(ending.place);
    const whole = fitOf(size !== null, direction !== null, type !== null, true);
    const there = this.#in(start);
    let best: Mapping | null = null;
    let most = -1;
    // The latest first: with a kprobe that misses ends there can be many before it.
    for (let at = there.length - 1; at >= 0; at--) {
      const one = there[at]!;
      if (one.ended !== 0 || one.start !== start || !isOf(one, device)) continue;
      const fits = this.#fit(one, ending, type);
      // What says nothing of the size ends the latest of those that fit alike, anything else the first.
      if (fits < most || (fits === most && size === null)) continue;
      [best, most] = [one, fits];
      if (size === null && fits === whole) break;
    }
    const replaced = best?.replaced ?? null;
    const isLate = replaced?.ended === 0 && replaced.seq > this.#gap && isMeant(replaced, ending);
    return isLate && !isMeant(best!, ending) ? replaced : best;
  }

  #fit(one: Mapping, { size = null, direction = null }: Ending, type: string | null): number {
    return fitOf(
      one.size === size,
      one.direction === direction,
      type !== null && dmaTypeOf(one.place) === type,
      one.source === this.#source(),
    );
  }

  /** What an access of so many bytes goes through: best the whole of it, else what it begins or ends in. */
  tie(device: number | null, start: number, size: number, reads: boolean | null = null): Tie {
    let mapping: Mapping | null = null;
    let most = 0;
    const there = this.#in(start);
    // Of several that fit alike it is the latest.
    for (let at = there.length - 1; at >= 0 && most < 4; at--) {
      const one = there[at]!;
      if (start < one.start || start >= one.start + one.size || !isOf(one, device)) continue;
      let fits = 1;
      if (one.ended === 0) fits = holds(one, start, size) ? (allows(one, reads) ? 4 : 3) : 2;
      if (fits > most) [mapping, most] = [one, fits];
    }
    if (mapping === null) return { mapping, cause: null };
    return { mapping, cause: mapping.ended === 0 ? mapping.seq : mapping.ended };
  }

  /** The live ones of a device that begin in a range or reach into its first page. */
  within(device: number | null, start: number, size: number): readonly Mapping[] {
    const found = new Set<Mapping>();
    const last = pageOf(start + Math.max(size, 1) - 1);
    for (let page = pageOf(start); page <= last; page++)
      for (const one of this.#pages.get(page)?.mappings ?? [])
        if (one.ended === 0 && one.device === device) found.add(one);
    return [...found];
  }

  /** The only device that has something mapped at an address; null where none has, or several have. */
  ownerOf(start: number): number | null {
    const live = this.#in(start).filter(
      (one) => one.ended === 0 && start >= one.start && start < one.start + one.size,
    );
    const owners = new Set(live.map(({ device }) => device));
    return owners.size === 1 ? live[0]!.device : null;
  }

  /** What was mapped in the page of an address. */
  #in(address: number): readonly Mapping[] {
    return this.#pages.get(pageOf(address))?.mappings ?? [];
  }
}

/** Drops what is over where a new mapping is, mostly the last; nothing else in the page is in its way. */
function leaveOver(there: Page, mapping: Mapping): void {
  const { mappings } = there;
  let left = there.over;
  for (let at = mappings.length - 1; left > 0 && at >= 0; at--) {
    const old = mappings[at]!;
    if (old.ended === 0) continue;
    left--;
    if (!overlap(old, mapping)) continue;
    if (at === mappings.length - 1) mappings.pop();
    else mappings.splice(at, 1);
    there.over--;
  }
}

/** How well an end fits a mapping, by what is alike; of two traces each ends its own. */
const fitOf = (size: boolean, direction: boolean, type: boolean, source: boolean): number =>
  2 * (Number(size) + Number(direction) + Number(type)) + Number(source);

/** Whether an end says of a mapping all that its call says. */
const isMeant = (one: Mapping, { size = null, direction = null }: Ending): boolean =>
  one.size === size && one.direction === direction;
const shiftOf = ({ phys, start }: Mapping): number | null => (phys === null ? null : phys - start);
const commonOf = (a: number | null, b: number | null): number | null => {
  if (a === null || b === null) return a ?? b;
  return a === b ? a : Number.NaN;
};
const pageOf = (address: number): number => Math.floor(address / PAGE_SIZE);
const lastPage = ({ start, size }: Mapping): number => pageOf(start + Math.max(size, 1) - 1);
const holds = ({ start, size }: Mapping, from: number, bytes: number): boolean =>
  from >= start && from + bytes <= start + size;
const allows = ({ direction }: Mapping, reads: boolean | null): boolean =>
  reads === null || direction !== (reads ? "from-device" : "to-device");
const overlap = (a: Mapping, b: Mapping): boolean =>
  isOf(a, b.device) && a.start < b.start + b.size && b.start < a.start + a.size;
/** Whether two live mappings that overlap are of the same memory; an IOMMU gives no address twice. */
const isShared = (a: Mapping, b: Mapping): boolean =>
  !Number.isNaN(commonOf(shiftOf(a), shiftOf(b)));
/** The same by the addresses that the calls say, wherever they lead. */
const areAlike = (a: Mapping, b: Mapping): boolean =>
  a.own === null || b.own === null || a.own - a.start === b.own - b.start;
const isOf = (mapping: Mapping, device: number | null): boolean =>
  mapping.device === device || mapping.device === null || device === null;
