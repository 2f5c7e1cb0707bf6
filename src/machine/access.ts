// access.ts - whether a device was allowed to touch what it touched: the mapping it went through says so.

import { distance, onDeviceBus } from "../address.ts";
import type { Event, Of } from "../event/vocabulary.ts";

export const misuses = ["never mapped", "after unmap", "past its end", "wrong direction"] as const;
export type Misuse = (typeof misuses)[number];

type Access = Of<"device.read"> | Of<"device.wrote">;

/**
 * What is wrong with an access, given the event that its address came from; null where nothing is. An
 * address that came from no mapping was never mapped, as far as the trace tells.
 */
export function accessFault(access: Access, cause: Event | null): Misuse | null {
  if (cause?.kind === "dma.unmapped") return "after unmap";
  if (cause?.kind !== "dma.mapped") return "never mapped";
  const start = distance(cause.bus, onDeviceBus(access.bus));
  if (start < 0 || start + (access.size ?? 1) > cause.size) return "past its end";
  const forbidden = access.kind === "device.read" ? "from-device" : "to-device";
  return cause.direction === forbidden ? "wrong direction" : null;
}

const keyOf = ({ device, handle }: Of<"dma.mapped"> | Of<"dma.unmapped">): string =>
  `${device ?? ""} ${handle}`;

/** The mappings in force, by the event that made them. */
export class LiveMappings {
  readonly #live = new Map<number, Of<"dma.mapped">>();
  /** The seqs of a device's mappings at one handle, the latest last. */
  readonly #handles = new Map<string, number[]>();

  get live(): ReadonlyMap<number, Of<"dma.mapped">> {
    return this.#live;
  }

  mapped(event: Of<"dma.mapped">, seq: number): void {
    this.#live.set(seq, event);
    const key = keyOf(event);
    const seqs = this.#handles.get(key);
    if (seqs === undefined) this.#handles.set(key, [seq]);
    else seqs.push(seq);
  }

  /** Ends the mapping that the event came from; where it names none, the latest of its handle. */
  unmapped(event: Of<"dma.unmapped">): void {
    const key = keyOf(event);
    const seqs = this.#handles.get(key) ?? [];
    const seq = event.cause ?? seqs.at(-1);
    if (seq === undefined) return;
    this.#live.delete(seq);
    const left = seqs.filter((one) => one !== seq);
    if (left.length === 0) this.#handles.delete(key);
    else this.#handles.set(key, left);
  }

  /** What is wrong with an access now; null where nothing is. */
  misuse(access: Access): Misuse | null {
    const { cause } = access;
    const made = cause == null ? null : (this.#live.get(cause) ?? null);
    return cause != null && made === null ? "after unmap" : accessFault(access, made);
  }
}
