// refused.ts - a fault and the access that it blocks are one thing, told at the access where the trace holds it.

import { type DeviceFault, deviceFaults, Refused } from "../check/refused.ts";
import { faults } from "../event/fault.ts";
import { kindCode, type Recorded } from "../event/vocabulary.ts";
import type { Mark } from "./difference.ts";

const FAULT = kindCode["fault.raised"];
const BY_HARDWARE: ReadonlySet<number> = new Set(
  deviceFaults.map((fault) => faults.indexOf(fault)),
);

/** Whether hardware refuses an access of a device, by the event's kind and value. */
export const isDeviceFault = (kind: number, value: number): boolean =>
  kind === FAULT && BY_HARDWARE.has(value);

/** Faults of a log, which come before or behind the accesses that they block. */
export class LoggedFaults {
  readonly #marks = new Map<number, Mark>();
  readonly #left: Mark[] = [];
  readonly #refused = new Refused(({ seq }: DeviceFault) => this.#left.push(this.#marks.get(seq)!));

  fault(mark: Mark, { seq, op, event }: Recorded): void {
    if (event.kind !== "fault.raised") return;
    this.#marks.set(seq, mark);
    this.#refused.fault({ seq, op, event });
  }

  access({ seq, op, event }: Recorded): void {
    if (event.kind !== "device.read" && event.kind !== "device.wrote") return;
    if (this.#refused.faultOf(event) === null)
      this.#refused.waits({ seq, op, event, isFound: true });
  }

  /** At the end of an op: the faults whose accesses it does not hold. */
  end(): readonly Mark[] {
    this.#refused.end();
    this.#marks.clear();
    return this.#left.splice(0);
  }
}
