// access.ts - whether a device was allowed to touch what it touched: the mapping it went through says so.

import { type Bus, distance, onDeviceBus } from "../address.ts";
import type { Event, Of } from "../event/vocabulary.ts";

export const misuses = ["never mapped", "after unmap", "past its end", "wrong direction"] as const;
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
  /** Whether the device had a mapping at that handle before. */
  readonly wasMapped: boolean;
  /** Where the device never had one there: another's at the same handle, of the same size and direction. */
  readonly other: Mapped | null;
}

/** The mappings in force, by the event that made them. */
export class LiveMappings {
  readonly #live = new Map<number, Mapped>();
  /** Handle -> device -> the seqs of its mappings there, the latest last; none left where it had some. */
  readonly #handles = new Map<Bus, Map<number | null, number[]>>();

  get live(): ReadonlyMap<number, Mapped> {
    return this.#live;
  }

  mapped(event: Mapped, seq: number): void {
    this.#live.set(seq, event);
    const { handle, device = null } = event;
    let devices = this.#handles.get(handle);
    if (devices === undefined) {
      devices = new Map();
      this.#handles.set(handle, devices);
    }
    const seqs = devices.get(device);
    if (seqs === undefined) devices.set(device, [seq]);
    else seqs.push(seq);
  }

  /** Ends the mapping that the event came from; where it names none, the latest of its handle. */
  unmapped(event: Of<"dma.unmapped">): Ended {
    const { handle, device = null, cause } = event;
    const devices = this.#handles.get(handle);
    const seqs = devices?.get(device);
    const seq = cause ?? seqs?.at(-1);
    const made = seq === undefined ? undefined : this.#live.get(seq);
    if (made === undefined) {
      const other = seqs === undefined ? this.#likeIt(event, devices) : null;
      return { made: null, wasMapped: seqs !== undefined, other };
    }
    this.#live.delete(seq!);
    devices!.set(device, seqs?.filter((one) => one !== seq) ?? []);
    return { made, wasMapped: true, other: null };
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
