// access.ts - whether a device was allowed to touch what it touched: the mapping it went through says so.

import { type Bus, distance, onDeviceBus } from "../address.ts";
import type { Event, Of } from "../event/vocabulary.ts";
import { Oldest } from "./oldest.ts";
import { SeqMap } from "./seq-map.ts";
import { SeqSet } from "./seq-set.ts";

/** What can be wrong with an access outside a mapping that is in force. */
export const misuses = ["never mapped", "after unmap", "past its end", "wrong direction"] as const;
/** What is wrong with an access outside a mapping that is in force. */
export type Misuse = (typeof misuses)[number];

type Mapped = Of<"dma.mapped">;
/** An access, or an address that a device takes to access it. */
export type Access = Of<"device.read"> | Of<"device.wrote"> | Of<"descriptor.written">;

/**
 * What is wrong with an access, given the event that its address came from; null where nothing is. An
 * address that came from no mapping was never mapped, as far as the trace tells.
 */
export function accessFault(access: Access, cause: Event | null): Misuse | null {
  if (cause?.kind === "dma.unmapped") return "after unmap";
  if (cause?.kind !== "dma.mapped") return "never mapped";
  const start = distance(cause.bus, onDeviceBus(access.bus));
  if (start < 0 || start + (access.size ?? 1) > cause.size) return "past its end";
  if (access.kind === "descriptor.written") return null;
  const forbidden = access.kind === "device.read" ? "from-device" : "to-device";
  return cause.direction === forbidden ? "wrong direction" : null;
}

/** A mapping in force: the event that made it, or one alike, and its op. */
export interface Live {
  readonly event: Omit<Mapped, "at" | "cause">;
  readonly op: number;
}

/** What an ending comes to. */
export interface Ended {
  /** The mapping that it ends, its seq and its op; null where none is known. */
  readonly made: Mapped | null;
  readonly seq: number;
  readonly op: number;
  /** Whether nothing was lost since: then the mapping is still the one that was made. */
  readonly isSure: boolean;
  /** Whether the device had a mapping at that handle before, since nothing was lost. */
  readonly wasMapped: boolean;
  /** Where the device never had one there: another's at the same handle, of the same size and direction. */
  readonly other: Mapped | null;
}

/** What is known of the mapping that a call names by an address in it. */
export interface Named {
  /** Null where it is over, or was never seen. */
  readonly made: Mapped | null;
  readonly isSure: boolean;
  /** Whether the trace has the end of it. */
  readonly isOver: boolean;
}

/** Of each device by handle: the seq of its mapping there, 0 where it had some, or those of several, the latest last. */
type Handles = Map<number | null, Map<Bus, number | number[]>>;

/** Mappings that are over and remembered: an access that is placed beside the end of one is near it. */
const MOST_OVER = 1 << 16;

const NOTHING: Ended = {
  ...{ made: null, seq: 0, op: -1 },
  ...{ isSure: false, wasMapped: false, other: null },
};

/**
 * The mappings in force, by the event that made them. Hot: once a buffer that is mapped and once one that ends; it is
 * told each event once, whoever looks at it (bench: import).
 */
export class LiveMappings {
  readonly #live = new SeqMap<Live>();
  #handles: Handles = new Map();
  /** The mappings that a gap in the recording leaves in doubt, and the seq of the gap. */
  readonly #doubtful: Handles = new Map();
  #gap = 0;
  /** The mappings that ended last. */
  readonly #over = new SeqSet();
  readonly #firstOver = new Oldest<number>(MOST_OVER);
  #ended = NOTHING;

  get live(): SeqMap<Live> {
    return this.#live;
  }

  /** What the last ending came to. */
  get ended(): Ended {
    return this.#ended;
  }

  /** Takes an event of a kind that mappings have to do with; any other changes nothing. */
  see(seq: number, op: number, event: Event): void {
    if (event.kind === "dma.mapped") this.#mapped(event, seq, op);
    else if (event.kind === "dma.unmapped") this.#ended = this.#unmapped(event);
    else if (event.kind === "events.lost") this.#lost(seq);
  }

  /** Events were lost: of what was mapped before, nobody knows whether it still is. */
  #lost(seq: number): void {
    this.#gap = seq;
    for (const [device, handles] of this.#handles)
      for (const [handle, there] of handles)
        for (const one of seqsOf(there))
          if (this.#live.has(one)) add(handlesOf(this.#doubtful, device), handle, one);
    this.#handles = new Map();
  }

  #mapped(event: Mapped, seq: number, op: number): void {
    const { handle, device = null } = event;
    if (this.#doubtful.size > 0) {
      // A handle that is given out again was given back in the gap.
      const doubtful = this.#doubtful.get(device);
      for (const old of seqsOf(doubtful?.get(handle))) this.#live.delete(old);
      doubtful?.delete(handle);
    }
    const handles = handlesOf(this.#handles, device);
    const there = handles.get(handle);
    this.#live.add(seq, this.#liveLike(there, event, op));
    add(handles, handle, seq, there);
  }

  /** Of mappings that are alike at one handle, mostly of which the ends were not recorded, one event is kept. */
  #liveLike(there: number | readonly number[] | undefined, event: Mapped, op: number): Live {
    const last = there === undefined ? undefined : this.#live.get(seqsOf(there).at(-1) ?? 0);
    if (last === undefined || !areAlike(last.event, event)) return { event, op };
    return last.op === op ? last : { event: last.event, op };
  }

  /** Ends the mapping that the event came from; where it names none, the latest of its handle. */
  #unmapped(event: Of<"dma.unmapped">): Ended {
    const { handle, device = null, cause } = event;
    const handles = handlesOf(this.#handles, device);
    const there = handles.get(handle);
    const seq = cause ?? seqsOf(there).at(-1) ?? 0;
    const live = this.#live.get(seq);
    const isSure = seq > this.#gap;
    if (live === undefined) {
      const other = there === undefined ? this.#likeIt(event) : null;
      return { made: null, seq, op: -1, isSure, wasMapped: there !== undefined, other };
    }
    this.#live.delete(seq);
    if (this.#over.add(seq)) {
      const evicted = this.#firstOver.push(seq);
      if (evicted !== undefined) this.#over.delete(evicted);
    }
    if (there !== undefined) handles.set(handle, without(there, seq));
    return { made: live.event, seq, op: live.op, isSure, wasMapped: true, other: null };
  }

  /**
   * Whether an access came from a mapping that is over, and not from its end: of a real device's, nobody knows whether
   * it came before or behind it.
   */
  isUnsure({ cause }: Access): boolean {
    return cause != null && this.#over.has(cause);
  }

  /** Whether an access came from what was mapped, or ended, before the last gap in the recording. */
  isDoubtful({ cause }: Pick<Access, "cause">): boolean {
    return cause != null && cause < this.#gap;
  }

  /** What a call means by an address that came from that event. */
  named(cause: number | null | undefined): Named {
    const isSure = cause != null && cause > this.#gap;
    const made = cause == null ? null : (this.#live.get(cause)?.event ?? null);
    return { made, isSure, isOver: cause != null && made === null };
  }

  #likeIt({ handle, size, direction }: Of<"dma.unmapped">): Mapped | null {
    for (const handles of this.#handles.values())
      for (const seq of seqsOf(handles.get(handle))) {
        const made = this.#live.get(seq)?.event;
        if (made?.size === size && made.direction === direction) return made;
      }
    return null;
  }

  /** What is wrong with an access now; null where nothing is. */
  misuse(access: Access): Misuse | null {
    const { cause } = access;
    const made = cause == null ? null : (this.#live.get(cause)?.event ?? null);
    return cause != null && made === null ? "after unmap" : accessFault(access, made);
  }
}

const NONE: readonly number[] = [];

const seqsOf = (there: number | readonly number[] = 0): readonly number[] => {
  if (typeof there !== "number") return there;
  return there === 0 ? NONE : [there];
};

/** What is left of them; nearly always it was the only one. */
function without(there: number | number[] | undefined, seq: number): number | number[] {
  if (there === undefined || there === seq) return 0;
  if (typeof there === "number") return there;
  if (there.at(-1) === seq) there.pop();
  else if (there.includes(seq)) there.splice(there.indexOf(seq), 1);
  return there;
}

function handlesOf(devices: Handles, device: number | null): Map<Bus, number | number[]> {
  let handles = devices.get(device);
  if (handles === undefined) {
    handles = new Map();
    devices.set(device, handles);
  }
  return handles;
}

/** Whether two mappings at one handle of a device differ in nothing but when and by which event they were made. */
const areAlike = (a: Mapped, b: Mapped): boolean =>
  a.size === b.size &&
  a.direction === b.direction &&
  a.phys === b.phys &&
  a.machine === b.machine &&
  a.reached === b.reached &&
  a.virt === b.virt &&
  a.place === b.place &&
  a.call === b.call &&
  a.text === b.text &&
  a.actor === b.actor;

function add(
  handles: Map<Bus, number | number[]>,
  handle: Bus,
  seq: number,
  there = handles.get(handle),
): void {
  if (there === undefined || there === 0) handles.set(handle, seq);
  else if (typeof there === "number") handles.set(handle, [there, seq]);
  else there.push(seq);
}
