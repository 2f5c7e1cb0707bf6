// board.ts - a kernel on a machine of its own, for tests that go without a driver.

import { bus, type Mfn, offset, type Phys, pfnOf, type Virt } from "../../src/address.ts";
import { chipsets } from "../../src/chipset/index.ts";
import type { Event, Recorded } from "../../src/event/vocabulary.ts";
import { Machine } from "../../src/machine/machine.ts";
import { CoherentMemory } from "../../src/platform/coherent.ts";
import { DmaApi } from "../../src/platform/dma/api.ts";
import { codeFor } from "../../src/platform/dma/index.ts";
import { Exchange } from "../../src/platform/exchange.ts";
import { type DeviceAddress, Kernel } from "../../src/platform/kernel.ts";
import type { Platform } from "../../src/platform/platform.ts";

/** A kernel, and all that it says. */
export class Board {
  readonly kernel: Kernel;
  readonly coherent: CoherentMemory;
  readonly exchange: Exchange;
  readonly events: Recorded[] = [];

  constructor(platform: Platform, seed = 0) {
    const nature = { physIsMachine: platform.physIsMachine, chipset: chipsets[0]! };
    const machine = new Machine(nature, {
      take: (seq, op, event) => void this.events.push({ seq, op, event }),
    });
    this.kernel = new Kernel(machine, platform, seed);
    this.exchange = new Exchange(this.kernel);
    const code = codeFor(this.kernel, this.exchange);
    code.boot();
    this.coherent = new CoherentMemory(this.kernel, new DmaApi(this.kernel, code));
  }

  /** The events of some work, its first look at pages left out. */
  during(work: () => void): Event[] {
    const from = this.events.length;
    work();
    return this.events
      .slice(from)
      .map(({ event }) => event)
      .filter(({ kind, actor }) => kind !== "p2m.set" || actor !== "hypervisor");
  }

  /** 2^order pages of the kernel's, reserved or not. */
  pages(order: number, isReserved: boolean): Virt {
    const { kernel } = this;
    const pages = kernel.allocate("__get_free_pages", order, "gatt", "a test")!;
    if (isReserved)
      kernel.attribute("reserved", pages, 2 ** order, { actor: "driver", place: null });
    return pages;
  }

  /** The machine frames of consecutive pages. */
  frames(address: Virt, pages: number): (Mfn | null)[] {
    const first = pfnOf(this.kernel.physOf(address));
    return Array.from(
      { length: pages },
      (_, i) => this.kernel.state.p2m.get(offset(first, i)) ?? null,
    );
  }
}

/** A number given to hardware for a page. */
export const deviceAddress = (number: number, meant: Phys): DeviceAddress => ({
  bus: bus(number),
  phys: meant,
  seq: 1,
});
