// refused.ts - accesses that a chipset or an IOMMU refuses: the fault and the access that it blocks are one thing.
//
// A simulated machine tells the fault and then the access. Logs of a real one come in any order, and mostly hold
// the fault alone.

import { type Address, rawExact } from "../address.ts";
import type { Of } from "../event/vocabulary.ts";
import type { EventAt } from "./check.ts";

type Fault = Of<"fault.raised">;
export type Access = Of<"device.read"> | Of<"device.wrote">;

/** What a chipset and an IOMMU refuse. */
export const deviceFaults: readonly Fault["fault"][] = ["invalid-entry", "iommu"];

/** Whether hardware refused a device: then some access of it went nowhere. */
export const isDeviceFault = ({ fault }: Fault): boolean => deviceFaults.includes(fault);

/** What the kernel dies of, or a task of it for good. */
const kernelFaults: readonly Fault["fault"][] = ["oops", "blocked", "panic"];

/** Whether the kernel died, or a task of it for good. */
export const isKernelFault = ({ fault }: Fault): boolean => kernelFaults.includes(fault);

/** Whether the kernel's own check complains of a driver; what it complains of is dma-release's to judge. */
export const isComplaint = ({ fault }: Fault): boolean => fault === "dma-api";

/** Whether it complains of what a driver has left mapped (kernel/dma/debug.c, dma_debug_device_change). */
export const isLeakComplaint = (fault: Fault): boolean =>
  isComplaint(fault) && / has pending DMA allocations while released /.test(fault.text ?? "");

/** A fault of a device, and where it stands. */
export interface DeviceFault extends EventAt {
  readonly event: Fault;
}

/** An access that got nowhere, and whether its check has a finding for it. */
export interface Blocked extends EventAt {
  readonly event: Access;
  readonly isFound: boolean;
}

/** Faults and blocked accesses that wait for each other, at most, and accesses of one number. */
const MOST = 4096;
const MOST_ALIKE = 64;

export class Refused<F extends DeviceFault = DeviceFault> {
  /** Faults without an access, and accesses without a fault, by the number that the device issued. */
  readonly #faults = new Map<number | bigint, F>();
  readonly #accesses = new Map<number | bigint, Blocked[]>();
  readonly #left: (fault: F) => void;

  /** `left` is told of each fault whose access the trace does not hold. */
  constructor(left: (fault: F) => void) {
    this.#left = left;
  }

  /** The access before it that the fault blocked; null where none waits. */
  fault(fault: F): Blocked | null {
    const number = numberOf(fault.event.bus);
    if (number === null) {
      this.#left(fault);
      return null;
    }
    const blocked = this.#accesses.get(number) ?? [];
    // What came before the mapping of the fault's address was made, or ended, was led elsewhere.
    const isOwn = ({ event, seq }: Blocked) =>
      isOfOne(event, fault.event) && seq > (fault.event.cause ?? 0);
    // A device's log has a fault behind its access, and a kernel's has them later, in their order.
    const isNext = fault.event.actor === "device";
    const own = isNext ? blocked.findLastIndex(isOwn) : blocked.findIndex(isOwn);
    if (own >= 0) {
      const access = blocked[own]!;
      blocked.splice(isNext ? 0 : own, isNext ? own + 1 : 1);
      if (blocked.length === 0) this.#accesses.delete(number);
      return access;
    }
    const before = this.#faults.get(number);
    if (before !== undefined) this.#left(before);
    this.#faults.set(number, fault);
    if (this.#faults.size > MOST) this.#leaveFirst();
    return null;
  }

  /** The fault that an access met; null where none is told yet, or it went through. */
  faultOf(access: Access): F | null {
    const number = numberOf(access.bus);
    if (number === null || access.reached != null) return null;
    const fault = this.#faults.get(number);
    if (fault === undefined || !isOfOne(access, fault.event)) return null;
    // Through a mapping that was made since it met no fault from before.
    if ((access.cause ?? 0) > fault.seq) return null;
    this.#faults.delete(number);
    return fault;
  }

  /** An access of which no fault was told before: one behind it may be its own. */
  waits(blocked: Blocked): void {
    const { bus, reached } = blocked.event;
    const number = numberOf(bus);
    if (number === null || reached != null) return;
    const alike = this.#accesses.get(number);
    if (alike === undefined) this.#accesses.set(number, [blocked]);
    else if (alike.push(blocked) > MOST_ALIKE) alike.shift();
    if (this.#accesses.size > MOST) this.#accesses.delete(this.#accesses.keys().next().value!);
  }

  end(): void {
    while (this.#faults.size > 0) this.#leaveFirst();
  }

  #leaveFirst(): void {
    const [number, fault] = this.#faults.entries().next().value!;
    this.#faults.delete(number);
    this.#left(fault);
  }
}

/** Devices have spaces of their own: two that issue one number are told apart where both are named. */
const isOfOne = ({ device: one }: Access, { device: other }: Fault): boolean =>
  one == null || other == null || one === other;

const numberOf = (bus: Address | null | undefined): number | bigint | null =>
  bus == null ? null : rawExact(bus); // Whichever bus it is of, fault and access name it alike.
