// coherent.ts - dma_alloc_coherent as the AGP driver calls it: by order, and for no device in particular.

import type { Bus, Virt } from "../address.ts";
import type { DmaApi } from "./dma/api.ts";
import type { DmaDevice, Purpose } from "./dma/code.ts";
import type { DeviceAddress, Kernel } from "./kernel.ts";

/** Pages, and the handle by which a PCI device reaches them. */
export interface Coherent {
  readonly virt: Virt;
  readonly handle: DeviceAddress;
}

/** Where a driver names no device the kernel takes one of 32 lines. */
const NONE: DmaDevice = { bdf: null, lines: 32, mask: 0xffffffff };

export class CoherentMemory {
  readonly #kernel: Kernel;
  readonly #dma: DmaApi;

  constructor(kernel: Kernel, dma: DmaApi) {
    this.#kernel = kernel;
    this.#dma = dma;
  }

  /** 2^order pages and the handle by which a PCI device reaches them; null where there are none. */
  allocate(order: number, place: string): Coherent | null {
    const purpose: Purpose = { use: "gatt", place };
    const { mapping } = this.#dma.alloc(NONE, this.#kernel.sizeOf(order), purpose);
    if (mapping === null) return null;
    const { virt, handle: bus, seq } = mapping;
    return { virt, handle: { bus, phys: this.#kernel.physOf(virt), seq } };
  }

  free(address: Virt, handle: Bus, order: number, place: string): void {
    const block = { phys: this.#kernel.physOf(address), address: handle };
    this.#dma.free(NONE, this.#kernel.sizeOf(order), block, { use: "gatt", place });
  }
}
