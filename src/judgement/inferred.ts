// inferred.ts - which uses are judged by what was inferred of the machine, and not by what a source tells of it.

import { deviceOf } from "../event/register.ts";
import type { About } from "../event/trace.ts";
import type { Event } from "../event/vocabulary.ts";

/** By the trace's options: the platform as a whole, or the devices of an identity domain or of a bus with an offset. */
export class Inferred {
  readonly #isAll: boolean;
  readonly #devices: ReadonlySet<string>;

  constructor({ options }: About) {
    this.#isAll = options.inferred === "platform";
    const devices = `${options.identity ?? ""} ${options.busOffsets ?? ""}`.split(" ");
    this.#devices = new Set(devices.map((text) => text.replace(/\+-?0x[0-9a-f]+$/, "")));
  }

  has(event: Event): boolean {
    if (this.#isAll) return true;
    const { device } = event as { readonly device?: number | null };
    return device != null && this.#devices.size > 1 && this.#devices.has(deviceOf(device));
  }
}
