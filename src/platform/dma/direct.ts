// direct.ts - DMA mapping where nothing translates or bounces: a buffer's address is that of its first byte.
//
// include/asm-i386/dma-mapping.h of linux 2.6.12 and that of the Xen of March 2005 (xen 2594f8caad), where the machine
// address of the first page stands for all of them. Neither looks at a device's mask.

import { type Bus, busPageOf, isAligned, PAGE_SIZE, type Phys } from "../../address.ts";
import type { Facts } from "../../event/field.ts";
import type { Exchange } from "../exchange.ts";
import { type Kernel, pagesOn } from "../kernel.ts";
import { onPciBus } from "../pci-bus.ts";
import type { Window } from "../platform.ts";
import {
  type AnyDirection,
  type BusRange,
  type CoherentBlock,
  type DmaCode,
  type DmaDevice,
  type Element,
  endedIn,
  firstByte,
  mapEach,
  orderOf,
  type Purpose,
} from "./code.ts";
import { freePages, giveBack } from "./memory.ts";

export class DirectDma implements DmaCode {
  readonly #kernel: Kernel;
  readonly #exchange: Exchange;

  constructor(kernel: Kernel, exchange: Exchange) {
    this.#kernel = kernel;
    this.#exchange = exchange;
  }

  boot(): Facts {
    const { window } = this.#kernel.platform.dma;
    if (window !== null) this.#open(window);
    return {};
  }

  mapSingle(_: DmaDevice, buffer: Phys, __: number, direction: AnyDirection): Bus {
    this.#refuseNone(direction, "dma_map_single");
    return this.#busOf(buffer, "dma_map_single");
  }

  unmapSingle(_: DmaDevice, address: Bus, size: number, direction: AnyDirection): BusRange[] {
    this.#refuseNone(direction, "dma_unmap_single");
    return [{ address, size }];
  }

  mapSg(_: DmaDevice, list: readonly Element[], direction: AnyDirection): number {
    this.#refuseNone(direction, "dma_map_sg");
    return mapEach(list, (one) => this.#busOf(firstByte(one), "dma_map_sg"));
  }

  unmapSg(
    _: DmaDevice,
    list: readonly Element[],
    elements: number,
    direction: AnyDirection,
  ): BusRange[] {
    this.#refuseNone(direction, "dma_unmap_sg");
    return endedIn(list, elements);
  }

  /** On Xen the pages are exchanged for frames in a row, and keep them when they are freed. */
  allocCoherent(_: DmaDevice, size: number, { use }: Purpose): CoherentBlock {
    const place = "dma_alloc_coherent";
    const order = this.#order(size);
    const block = freePages(this.#kernel, order, place, use);
    if (block === null) return { phys: null, address: null };
    if (this.#needsExchange(block, order))
      this.#exchange.makeContiguous(this.#kernel.virtOf(block), order);
    return { phys: block, address: this.#busOf(block, place) };
  }

  freeCoherent(
    _: DmaDevice,
    size: number,
    { phys }: CoherentBlock,
    { use }: Purpose,
    ended: () => void,
  ): void {
    ended();
    giveBack(this.#kernel, phys, this.#order(size), "dma_free_coherent", use);
  }

  /** dma_mapping_error is 0, whatever the address. */
  isError(): boolean {
    return false;
  }

  after(): null {
    return null;
  }

  #refuseNone(direction: AnyDirection, place: string): void {
    if (direction === "none") this.#kernel.bug("dma-mapping.h", place);
  }

  #busOf(at: Phys, place: string): Bus {
    const machine = this.#kernel.machineOf(at);
    // phys_to_machine() reads past the end of its table.
    if (machine === null)
      return this.#kernel.oops("no page of this kernel", this.#kernel.virtOf(at), place);
    return onPciBus(this.#kernel, machine);
  }

  /** By the kernel's own test. */
  #needsExchange(block: Phys, order: number): boolean {
    const { contiguousFrom, dma } = this.#kernel.platform;
    if (contiguousFrom === null) return false;
    if (dma.exchanged === "all") return true;
    const first = this.#kernel.machineOf(block)!;
    for (let i = 1; i < 2 ** order; i++)
      if (this.#kernel.machineOf(pagesOn(block, i)) !== pagesOn(first, i)) return true;
    const tested = dma.exchanged === "unaligned-phys" ? block : first;
    return !isAligned(tested, PAGE_SIZE * 2 ** order);
  }

  #order(size: number): number {
    return orderOf(size, this.#kernel.sizeOf(0), this.#kernel.platform.wordBits);
  }

  /** The host bridge maps a part of memory to another address on the PCI bus. */
  #open({ machine, bus, size }: Window): void {
    this.#kernel.machine.emit({
      kind: "iommu.mapped",
      actor: "chipset",
      place: "inbound window",
      page: busPageOf(bus),
      ...{ bus, machine, reached: machine, size },
    });
  }
}
