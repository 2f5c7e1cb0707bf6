// capture-counts.ts - counts of a captured run: addresses that devices got, and how many lead to their page.

import { type Address, rawExact } from "../address.ts";
import { deviceOf } from "../event/register.ts";
import { type Event, type KindName, kindCodeOf, kindNames, type Of } from "../event/vocabulary.ts";
import type { Access, LiveMappings, Misuse } from "../machine/access.ts";

/** Pairs of a page as the kernel names it and the address that a device got for it. */
export interface Pairs {
  /** How many. */
  readonly pairs: number;
  /** The device got the kernel's own number. */
  readonly identity: number;
  /** The device got the machine address that the P2M has for the page. */
  readonly equalsP2m: number;
}

/** Mappings of one device, made by one function, that never ended, with the first and the last of them. */
export interface LiveCount {
  /** The PCI device, "0000:00:05.0"; null where no event says. */
  readonly device: string | null;
  /** The function that made them; null where no event says. */
  readonly place: string | null;
  /** How many. */
  readonly count: number;
  /** The seq of the first. */
  readonly first: number;
  /** That of the last. */
  readonly last: number;
}

/** What a captured run adds: how its DMA mappings, accesses and page tables came out. */
export interface CaptureCounts {
  /** Buffers that were mapped for devices, and what devices did with them. */
  readonly dma: {
    /** By how they were mapped: single pages, elements of lists, coherent memory. */
    readonly page: Pairs;
    readonly sg: Pairs;
    readonly coherent: Pairs;
    /** Null where no source tells what was mapped: then no access can be judged. */
    readonly deviceAccesses: { readonly total: number; readonly inLiveMapping: number | null };
    /** What is still mapped at the end; the end of a capture is not the end of a run. */
    readonly live: { readonly total: number; readonly by: readonly LiveCount[] };
  };
  /** Entries of IOMMUs, `identity` those whose number is the page's own; and what IOMMUs said they translated. */
  readonly iommu: {
    readonly maps: { readonly total: number; readonly identity: number };
    readonly translations: { readonly total: number; readonly matched: number };
  };
  /** Present entries that a hypervisor wrote for its guest, and those that name the frame that the P2M has. */
  readonly pageTableWrites: { readonly present: number; readonly equalsP2m: number };
  /** Accesses outside any mapping that was live, by what is wrong with them, each with the first seq. */
  readonly misuses: {
    readonly [misuse in Misuse]?: { readonly count: number; readonly first: number };
  };
  /** The last gap in the recording; null for none. What is wrong after it may be for want of an event. */
  readonly unknownSince: number | null;
}

type Counting = { readonly [K in KindName]?: (event: Of<K>, seq: number) => void };

const counters = () => ({ pairs: 0, identity: 0, equalsP2m: 0 });

/** Counts as it is shown the events, in order. */
export class CaptureCounter {
  readonly #live: LiveMappings;
  readonly #dma = { page: counters(), sg: counters(), coherent: counters() };
  readonly #accesses = { total: 0, inLiveMapping: 0 };
  readonly #maps = { total: 0, identity: 0 };
  readonly #translations = { total: 0, matched: 0 };
  readonly #pageTableWrites = { present: 0, equalsP2m: 0 };
  readonly #misuses: { [misuse in Misuse]?: { count: number; first: number } } = {};
  #unknownSince: number | null = null;
  #tellsMappings = false;

  /** What it makes of an event, by its kind; it looks at no others. */
  readonly #counting: Counting = {
    "dma.mapped": (event) => this.#mapped(event),
    "device.read": (event, seq) => this.#accessed(seq, event),
    "device.wrote": (event, seq) => this.#accessed(seq, event),
    // The base of a queue, as the device takes it: what it will access.
    "descriptor.written": (event, seq) => this.#accessed(seq, event),
    "iommu.mapped": ({ bus, phys, machine }) => {
      this.#maps.total++;
      if (same(bus, phys ?? machine)) this.#maps.identity++;
    },
    "iommu.translated": ({ reached, machine }) => {
      this.#translations.total++;
      if (same(reached, machine)) this.#translations.matched++;
    },
    "pte.written": ({ bus, machine, place }) => {
      // An entry of a higher level names a page of the table itself.
      if (bus == null || /_(pmd|pud|p4d)$/.test(place ?? "")) return;
      this.#pageTableWrites.present++;
      if (same(bus, machine)) this.#pageTableWrites.equalsP2m++;
    },
    "events.lost": (_, seq) => {
      this.#unknownSince = seq;
    },
  };

  // One dispatch outruns the type checker, as in apply().
  readonly #byCode = kindNames.map(
    (kind) => this.#counting[kind] as ((event: Event, seq: number) => void) | undefined,
  );

  /** `live` are the mappings in force behind each event. */
  constructor(live: LiveMappings) {
    this.#live = live;
  }

  /** The kinds of events that it looks at. */
  get kinds(): readonly string[] {
    return Object.keys(this.#counting);
  }

  /** `kind` is the code of the event's kind. */
  see(seq: number, event: Event, kind = kindCodeOf(event)): void {
    this.#byCode[kind]?.(event, seq);
  }

  /** What it has come to; null where no device of a kernel's is in the trace. */
  get counts(): CaptureCounts | null {
    const counted =
      this.#accesses.total + this.#translations.total + this.#pageTableWrites.present > 0 ||
      this.#tellsMappings ||
      this.#unknownSince !== null;
    if (!counted) return null;
    const judged = this.#tellsMappings;
    const inLiveMapping = judged ? this.#accesses.inLiveMapping : null;
    return {
      dma: {
        ...this.#dma,
        deviceAccesses: { total: this.#accesses.total, inLiveMapping },
        live: { total: this.#live.live.size, by: liveCounts(this.#live.live) },
      },
      iommu: { maps: this.#maps, translations: this.#translations },
      pageTableWrites: this.#pageTableWrites,
      misuses: judged ? this.#misuses : {},
      unknownSince: this.#unknownSince,
    };
  }

  #mapped(event: Of<"dma.mapped">): void {
    this.#tellsMappings = true;
    if (event.phys == null) return;
    const of = this.#dma[kindOf(event)];
    of.pairs++;
    if (same(event.bus, event.phys)) of.identity++;
    if (same(event.bus, event.machine)) of.equalsP2m++;
  }

  #accessed(seq: number, event: Access): void {
    if (event.actor !== "device") return;
    this.#accesses.total++;
    const misuse = this.#live.misuse(event);
    if (misuse === null) {
      this.#accesses.inLiveMapping++;
      return;
    }
    if (misuse === "after unmap" && this.#live.isUnsure(event)) return;
    const before = this.#misuses[misuse];
    if (before === undefined) this.#misuses[misuse] = { count: 1, first: seq };
    else before.count++;
  }
}

/** By device and function, in the order of the first. */
function liveCounts(live: LiveMappings["live"]): LiveCount[] {
  const counts = new Map<string, { -readonly [K in keyof LiveCount]: LiveCount[K] }>();
  for (const [seq, { event }] of live) {
    const { device = null, place = null } = event;
    const key = `${device} ${place}`;
    const there = counts.get(key);
    if (there === undefined)
      counts.set(key, {
        device: device === null ? null : deviceOf(device),
        place,
        count: 1,
        first: seq,
        last: seq,
      });
    else {
      there.count++;
      there.last = seq;
    }
  }
  return [...counts.values()];
}

/** Single pages, segments of a list, or coherent memory. */
function kindOf({ direction, place, call }: Of<"dma.mapped">): "page" | "sg" | "coherent" {
  if (direction === "coherent") return "coherent";
  // xen_swiotlb_map_page is how a dom0 maps every segment of a list, one by one.
  return (call ?? place) === "dma_map_sg" || place === "xen_swiotlb_map_page" ? "sg" : "page";
}

const same = (a: Address | null | undefined, b: Address | null | undefined): boolean =>
  a != null && b != null && rawExact(a) === rawExact(b); // whether a translation changed the number
