// card.ts - the client's program on the CPU and the graphics card in the AGP slot.
//
// The client writes a tag into each page it is given; after a bind the card reads each bound page through
// the aperture, as the real testgart does with its pattern, and meets that tag or somebody else's.

import { aperture, mfnOf, PAGE_SIZE, raw } from "../address.ts";
import { strangerTag } from "../event/device.ts";
import { walk } from "../machine/gart.ts";
import type { Given, Kernel } from "./kernel.ts";

export class Card {
  readonly #kernel: Kernel;
  #tags = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** The client fills its new pages through the kernel's mapping: a tag of its own for each. */
  fill(pages: readonly Given[]): void {
    for (const { phys } of pages) {
      const at = this.#kernel.machineOf(phys)!;
      this.#kernel.machine.emit({
        kind: "cpu.wrote",
        actor: "cpu",
        place: "client",
        frame: raw(mfnOf(at)),
        tag: ++this.#tags,
        virt: this.#kernel.virtOf(phys),
        phys,
        machine: at,
      });
    }
  }

  /** The card reads the pages bound from `first` on, `base` being the aperture's. */
  read(base: number, first: number, pages: readonly Given[]): void {
    for (const [i, meant] of pages.entries()) this.#readPage(base + (first + i) * PAGE_SIZE, meant);
  }

  #readPage(address: number, meant: Given): void {
    const { machine, state } = this.#kernel;
    const issued = aperture(address);
    const walked = walk(state, issued);
    const reached = walked?.reached ?? null;
    const access = {
      actor: "card",
      cause: walked?.cause ?? null,
      bus: issued,
      phys: meant.phys,
      machine: this.#kernel.machineOf(meant.phys),
    } as const;
    if (reached === null) {
      machine.emit({ kind: "fault.raised", ...access, actor: "chipset", fault: "invalid-entry" });
      machine.emit({ kind: "device.read", ...access });
      return;
    }
    const frame = raw(mfnOf(reached));
    machine.emit({
      kind: "device.read",
      ...access,
      reached,
      frame,
      tag: this.#met(frame),
    });
  }

  /** What lies in a frame: our tag, or whatever its owner keeps there. */
  #met(frame: number): number | null {
    const tag = this.#kernel.state.content.get(frame);
    if (tag !== undefined) return tag;
    if (this.#kernel.owns(frame)) return strangerTag(0);
    const owner = this.#kernel.platform.owner(frame);
    return owner === null ? null : strangerTag(owner);
  }
}
