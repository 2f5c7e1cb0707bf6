// slots.ts - swiotlb's slots: which stands in for which buffer, and the copies between them.

import { type Machine, mfnOf, phys } from "../../../address.ts";
import { allocatedAt } from "../../../machine/memory.ts";
import type { Mapping } from "./command.ts";
import type { Emitter } from "./emitter.ts";
import type { Frames } from "./frames.ts";

/** A slot that stands in for a buffer. */
export interface Slot {
  /** The kernel-physical addresses of both. */
  readonly phys: number;
  readonly buffer: number;
  readonly size: number;
  /** The seq of the copy into it. */
  readonly seq: number;
}

/** Buffers that are bounced and not mapped yet: where more are told, their maps were not recorded. */
const MOST_BOUNCED = 1 << 16;

export class Slots {
  readonly #emitter: Emitter;
  readonly #frames: Frames;
  /** Slot's machine address -> what it stands in for. */
  readonly #slots = new Map<Machine, Slot>();
  /** Buffers that are about to be bounced, by device ("null" where it was not named) and address. */
  readonly #bounced = new Set<string>();

  constructor(emitter: Emitter, frames: Frames) {
    this.#emitter = emitter;
    this.#frames = frames;
  }

  /** The slot at a machine address, if it stands in for that buffer; else null. */
  at(machine: Machine | null, buffer: number | null): Slot | null {
    const slot = machine === null || this.#slots.size === 0 ? undefined : this.#slots.get(machine);
    return slot?.buffer === buffer ? slot! : null;
  }

  /** swiotlb will put a slot in a buffer's place, of which nothing else may be told (drivers/iommu/dma-iommu.c does so too). */
  willBounce(device: number | null, address: number): void {
    // Without an IOMMU the handle shows it.
    if (this.#emitter.environment.iommu === null) return;
    if (this.#bounced.size === MOST_BOUNCED) this.#bounced.clear();
    this.#bounced.add(`${device} ${address}`);
  }

  /** Whether it was told that this buffer will be bounced; it is so once. */
  isBounced(device: number | null, address: number | null): boolean {
    if (this.#bounced.size === 0 || address === null) return false;
    return this.#bounced.delete(`${device} ${address}`) || this.#bounced.delete(`null ${address}`);
  }

  /** swiotlb has put a slot in a buffer's place; it copies the buffer whatever the direction. */
  bounce(buffer: number, slot: number, size: number): void {
    const cause = allocatedAt(this.#emitter.machine.state, phys(buffer));
    const seq = this.#copy("to-slot", buffer, slot, size, cause);
    const at = this.#frames.machineOf(phys(slot));
    if (seq !== null && at !== null) this.#slots.set(at, { phys: slot, buffer, size, seq });
  }

  /** A mapping has ended: what the device wrote is in the slot, and the buffer gets it now. */
  giveBack({ slot, direction, ended }: Mapping): void {
    if (slot === null) return;
    const there = this.#slots.get(slot.machine);
    this.#slots.delete(slot.machine);
    if (there !== undefined && direction !== "to-device")
      this.#copy("from-slot", there.phys, there.buffer, there.size, ended);
  }

  #copy(
    direction: "to-slot" | "from-slot",
    from: number,
    to: number,
    size: number,
    cause: number | null,
  ): number | null {
    const reached = this.#frames.machineOf(phys(to));
    if (reached === null) return null;
    return this.#emitter.emit({
      kind: "page.copied",
      actor: "kernel",
      place: "swiotlb_bounce",
      at: this.#emitter.at,
      cause,
      frame: mfnOf(reached),
      direction,
      phys: phys(from),
      machine: this.#frames.machineOf(phys(from)),
      reached,
      size,
    });
  }
}
