// latest.ts - what the latest event about each subject says, beside what the state has of it.
//
// The state of a subject is its latest event. So the next event about it shows whether the state has kept that
// one: a page that is allocated again was freed before, a handle that is unmapped was mapped. This goes by the
// events alone, so that an applier that forgets cannot hide here.

import { type Bus, type BusPage, mfnOf, offset, type Pfn, pfnOf, type Vpn } from "../address.ts";
import type { Event } from "../event/vocabulary.ts";
import { pagesOf, RESERVED, type State, UNCACHED } from "../machine/state.ts";

/** What an earlier event made of a subject, and what the state has of it; null where there is none. */
export interface Remembered {
  readonly what: string;
  readonly recorded: unknown;
  readonly replayed: unknown;
}

/** The subjects that an event changes, each with what it is from then on; null where it ends. */
type Changes<Key, Value> = Iterable<readonly [Key, Value | null]>;

/** The subjects of one family, each with what its latest event says. */
class Latest<Key, Value> {
  readonly #what: string;
  readonly #known: (key: Key) => Value | undefined;
  readonly #values = new Map<Key, Value | null>();

  constructor(what: string, known: (key: Key) => Value | undefined) {
    this.#what = what;
    this.#known = known;
  }

  /** Takes an event's changes; of the subjects that had an event before, the first that differs, or else the first. */
  take(changes: Changes<Key, Value>): Remembered | null {
    let found: Remembered | null = null;
    for (const [key, value] of changes) {
      const recorded = this.#values.get(key);
      if (recorded !== undefined && (found === null || found.recorded === found.replayed))
        found = { what: this.#what, recorded, replayed: this.#known(key) ?? null };
      this.#values.set(key, value);
    }
    return found;
  }
}

/** Gives, for each event in order, what it shows of an earlier one; call it before `apply`. */
export function latestEvents(state: State): (event: Event) => Remembered | null {
  const op = new Latest("op under way", () => (state.op < 0 ? undefined : state.op));
  const owner = new Latest("allocation", (page: Pfn) => state.allocation.get(page));
  const p2m = new Latest("P2M entry", (page: Pfn) => state.p2m.get(page));
  const iommu = new Latest("IOMMU entry", (page: BusPage) => state.iommu.get(page));
  const mapping = new Latest("ioremap", (page: Vpn) => state.mappings.get(page)?.word);
  const hasFlag = (flag: number) => (page: Pfn) => ((state.flags.get(page) ?? 0) & flag) !== 0;
  const reserved = new Latest("reserved", hasFlag(RESERVED));
  const uncached = new Latest("uncached", hasFlag(UNCACHED));
  const devices = new Map<number | null, Latest<Bus, number>>();
  const mappedFor = (device: number | null) => {
    const known =
      devices.get(device) ??
      new Latest("DMA mapping", (handle: Bus) => state.dma.get(handle, device));
    devices.set(device, known);
    return known;
  };

  return (event) => {
    switch (event.kind) {
      case "op.began":
        return op.take([[0, event.op]]);
      case "op.ended":
        return op.take([[0, null]]);
      case "page.allocated":
        return owner.take(each(event.allocation, event.size, () => event.allocation));
      case "page.freed":
        return owner.take(each(event.allocation, event.size, () => null));
      case "p2m.set":
        return p2m.take([[event.page, mfnOf(event.machine)]]);
      case "p2m.cleared":
        return p2m.take([[event.page, null]]);
      case "iommu.mapped":
        return iommu.take(
          each(event.page, event.size, (i) => offset(mfnOf(event.reached ?? event.machine), i)),
        );
      case "iommu.unmapped":
        return iommu.take(each(event.page, event.size, () => null));
      case "dma.mapped":
        return mappedFor(event.device ?? null).take([[event.handle, event.size]]);
      case "dma.unmapped":
        return mappedFor(event.device ?? null).take([[event.handle, null]]);
      case "table.remapped":
        if (event.function === "iounmap") return mapping.take([[event.page, null]]);
        return event.reached == null ? null : mapping.take([[event.page, mfnOf(event.reached)]]);
      case "attribute.changed": {
        const { attribute, phys, size } = event;
        const isSet = attribute === "reserved" || attribute === "uncached";
        const pages = each(pfnOf(phys), size, () => isSet);
        return (attribute.endsWith("reserved") ? reserved : uncached).take(pages);
      }
      default:
        return null;
    }
  };
}

/** The pages that so many bytes take from the first on, each with its value. */
function* each<Page extends Pfn | BusPage, Value>(
  first: Page,
  size: number,
  value: (i: number) => Value,
): Generator<readonly [Page, Value]> {
  for (let i = 0; i < pagesOf(size); i++) yield [offset(first, i), value(i)];
}
