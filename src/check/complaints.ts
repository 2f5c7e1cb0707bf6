// complaints.ts - what the kernel's own check of DMA-API calls complains of, and the call that it complains of.

import { rawExact } from "../address.ts";
import { deviceOf } from "../event/register.ts";
import type { Of } from "../event/vocabulary.ts";
import type { EventAt, Report } from "./check.ts";

type Call = Of<"dma.mapped"> | Of<"dma.unmapped"> | Of<"dma.synced">;

/** Calls that a complaint may come for, at most. */
const MOST = 4096;

export class Complaints {
  /** Handle -> the last call with it, and whether something is known to be wrong with it. */
  readonly #calls = new Map<
    number | bigint,
    { readonly at: EventAt; device: number | null; isWrong: boolean }
  >();

  /** A call, and whether it was found wrong by itself. */
  called({ bus, device = null }: Call, at: EventAt, isWrong: boolean): void {
    const number = rawExact(bus); // A complaint names it alike.
    this.#calls.delete(number);
    this.#calls.set(number, { at: { seq: at.seq, op: at.op }, device, isWrong });
    if (this.#calls.size > MOST) this.#calls.delete(this.#calls.keys().next().value!);
  }

  /** Finds the call wrong where the trace has it, else the complaint; nothing where the call was found wrong before. */
  complained({ bus, device = null, text, place }: Of<"fault.raised">, report: Report): void {
    const whom = device === null ? "" : ` of ${deviceOf(device)}`;
    // A call that is wrong by itself stands under its function's name.
    const says =
      place == null ? `the kernel complains${whom}: ${text}` : `${place}${whom}: ${text}`;
    const call = bus == null ? undefined : this.#calls.get(rawExact(bus)); // see above
    const isSame = call !== undefined && (device === null || call.device === device);
    if (!isSame) report.finding([], says);
    else if (!call.isWrong) {
      call.isWrong = true;
      report.findingAt(call.at, [], says);
    }
  }
}
