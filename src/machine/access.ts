// access.ts - whether a device was allowed to touch what it touched: the mapping it went through says so.

import { type Bus, distance, onDeviceBus } from "../address.ts";
import type { Event, Of } from "../event/vocabulary.ts";
import { Oldest } from "./oldest.ts";

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

/** What an ending comes to. */
export interface Ended {
  /** The mapping that it ends; null where none is known. */
  readonly made: Mapped | null;
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

/** Handle -> device -> the seqs of its mappings there, the latest last; none left where it had some. */
type Handles = Map<Bus, Map<number | null, number[]>>;

/** Mappings that are over and remembered: an access that is placed beside the end of one is near it. */
const MOST_OVER = 1 << 16;

const NOTHING: Ended = { made: null, isSure: false, wasMapped: false, other: null };

/**
 * The mappings in force, by the event that made them. Hot: once a buffer that is mapped and once one that ends; it is
 * told each event once, whoever looks at it (bench: import).
 */
export class LiveMappings {
  readonly #live = new Map<number, Mapped>();
  #handles: Handles = new Map();
  /** The mappings that a gap in the recording leaves in doubt, and the seq of the gap. */
  readonly #doubtful: Handles = new Map();
  #gap = 0;
  /** The mappings that ended last. */
  readonly #over = new Set<number>();
  readonly #firstOver = new Oldest<number>(MOST_OVER);
  #ended = NOTHING;

  get live(): ReadonlyMap<number, Mapped> {
    return this.#live;
  }

  /** What the last ending came to. */
  get ended(): Ended {
    return this.#ended;
  }

  /** Takes an event of a kind that mappings have to do with; any other changes nothing. */
  see(seq: number, event: Event): void {
    if (event.kind === "dma.mapped") this.#mapped(event, seq);
    else if (event.kind === "dma.unmapped") this.#ended = this.#unmapped(event);
    else if (event.kind === "events.lost") this.#lost(seq);
  }

  /** Events were lost: of what was mapped before, nobody knows whether it still is. */
  #lost(seq: number): void {
    this.#gap = seq;
    for (const [handle, devices] of this.#handles)
      for (const [device, seqs] of devices)
        for (const one of seqs) if (this.#live.has(one)) add(this.#doubtful, handle, device, one);
    this.#handles = new Map();
  }

  #mapped(event: Mapped, seq: number): void {
    const { handle, device = null } = event;
    if (this.#doubtful.size > 0) {
      // A handle that is given out again was given back in the gap.
      for (const old of this.#doubtful.get(handle)?.get(device) ?? []) this.#live.delete(old);
      this.#doubtful.get(handle)?.delete(device);
    }
    this.#live.set(seq, event);
    add(this.#handles, handle, device, seq);
  }

  /** Ends the mapping that the event came from; where it names none, the latest of its handle. */
  #unmapped(event: Of<"dma.unmapped">): Ended {
    const { handle, device = null, cause } = event;
    const devices = this.#handles.get(handle);
    const seqs = devices?.get(device);
    const seq = cause ?? seqs?.at(-1);
    const made = seq === undefined ? undefined : this.#live.get(seq);
    const isSure = seq !== undefined && seq > this.#gap;
    if (made === undefined) {
      const other = seqs === undefined ? this.#likeIt(event, devices) : null;
      return { made: null, isSure, wasMapped: seqs !== undefined, other };
    }
    this.#live.delete(seq!);
    this.#over.add(seq!);
    const gone = this.#firstOver.push(seq!);
    if (gone !== undefined) this.#over.delete(gone);
    if (seqs !== undefined) takeOut(seqs, seq!);
    return { made, isSure, wasMapped: true, other: null };
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
    const made = cause == null ? null : (this.#live.get(cause) ?? null);
    return { made, isSure, isOver: cause != null && made === null };
  }

  #likeIt(
    { size, direction }: Of<"dma.unmapped">,
    devices: ReadonlyMap<number | null, readonly number[]> = new Map(),
  ): Mapped | null {
    for (const seqs of devices.values())
      for (const seq of seqs) {
        const made = this.#live.get(seq);
        if (made?.size === size && made.direction === direction) return made;
      }
    return null;
  }

  /** What is wrong with an access now; null where nothing is. */
  misuse(access: Access): Misuse | null {
    const { cause } = access;
    const made = cause == null ? null : (this.#live.get(cause) ?? null);
    return cause != null && made === null ? "after unmap" : accessFault(access, made);
  }
}

/** Nearly always it is the last one. */
function takeOut(seqs: number[], seq: number): void {
  if (seqs.at(-1) === seq) seqs.pop();
  else if (seqs.includes(seq)) seqs.splice(seqs.indexOf(seq), 1);
}

function add(handles: Handles, handle: Bus, device: number | null, seq: number): void {
  const devices = handles.get(handle);
  const there = devices?.get(device);
  if (devices === undefined) handles.set(handle, new Map([[device, [seq]]]));
  else if (there === undefined) devices.set(device, [seq]);
  else there.push(seq);
}
