// inferred.ts - which uses are judged by what was inferred, of the machine or of their order, and not by what a source tells.

import { deviceOf } from "../event/register.ts";
import type { About } from "../event/trace.ts";
import type { Event } from "../event/vocabulary.ts";

/**
 * Whether an event of an imported trace has its place by inference: what a device logged, by another clock than the
 * guest's, stands where causality or the relation of the clocks puts it (option `placed`).
 */
export const isPlaced = ({ options }: About, { actor, at, kind }: Event): boolean =>
  options.placed !== undefined &&
  at == null &&
  (actor === "device" || kind === "descriptor.written");

/** By the trace's options: the platform as a whole, or the devices of an identity domain or of a bus with an offset. */
export class Inferred {
  readonly #about: About;
  readonly #isAll: boolean;
  readonly #devices: ReadonlySet<string>;

  constructor(about: About) {
    const { options } = about;
    this.#about = about;
    this.#isAll = options.inferred === "platform";
    const devices = `${options.identity ?? ""} ${options.busOffsets ?? ""}`.split(" ");
    this.#devices = new Set(devices.map((text) => text.replace(/\+-?0x[0-9a-f]+$/, "")));
  }

  has(event: Event): boolean {
    if (this.#isAll || isPlaced(this.#about, event)) return true;
    const { device } = event as { readonly device?: number | null };
    return device != null && this.#devices.size > 1 && this.#devices.has(deviceOf(device));
  }
}
