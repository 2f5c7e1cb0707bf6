// upwards.ts - DMA mapping behind an IOMMU that gives each page the next address, and none twice.
//
// No kernel's: the layout that the reference's recordings of the PowerMac G5 have, where only coherent memory goes
// through it. The DART as linux has it is dart.ts.

import {
  type Bus,
  bus,
  busOf,
  busPage,
  busPageOf,
  offset,
  PAGE_SIZE,
  type Phys,
} from "../../address.ts";
import type { Kernel } from "../kernel.ts";
import type { CodeOf } from "../platform.ts";
import {
  type AnyDirection,
  type BusRange,
  type CoherentBlock,
  type DmaCode,
  type DmaDevice,
  type Element,
  endedIn,
  firstByte,
  long,
  mapEach,
  orderOf,
  type Purpose,
} from "./code.ts";
import { freePages, giveBack } from "./memory.ts";

/** DMA_ERROR_CODE. */
const ERROR = 0xffffffff;

export class UpwardsDma implements DmaCode {
  readonly #kernel: Kernel;
  #next: ReturnType<typeof busPage>;

  constructor(kernel: Kernel, { from }: CodeOf<"upwards">) {
    this.#kernel = kernel;
    this.#next = busPage(from);
  }

  boot() {
    return {};
  }

  mapSingle(_: DmaDevice, buffer: Phys, size: number, direction: AnyDirection): Bus {
    this.#refuseNone(direction, "dma_map_single");
    return size === 0 ? bus(ERROR) : this.#enter(buffer, size, "dma_map_single");
  }

  unmapSingle(_: DmaDevice, address: Bus, size: number, direction: AnyDirection): BusRange[] {
    this.#refuseNone(direction, "dma_unmap_single");
    this.#leave(address, size, "dma_unmap_single");
    return [{ address, size }];
  }

  mapSg(_: DmaDevice, list: readonly Element[], direction: AnyDirection): number {
    this.#refuseNone(direction, "dma_map_sg");
    return mapEach(list, (one) => this.#enter(firstByte(one), one.length, "dma_map_sg"));
  }

  unmapSg(
    _: DmaDevice,
    list: readonly Element[],
    elements: number,
    direction: AnyDirection,
  ): BusRange[] {
    this.#refuseNone(direction, "dma_unmap_sg");
    const ended = endedIn(list, elements);
    for (const { address, size } of ended) this.#leave(address, size, "dma_unmap_sg");
    return ended;
  }

  allocCoherent(_: DmaDevice, size: number, { use, place: asker }: Purpose): CoherentBlock {
    const place = "dma_alloc_coherent";
    const block = freePages(this.#kernel, orderOf(size, PAGE_SIZE, 64), place, use);
    if (block === null) return { phys: null, address: null };
    return { phys: block, address: this.#enter(block, size, asker) };
  }

  freeCoherent(
    _: DmaDevice,
    size: number,
    { phys, address }: CoherentBlock,
    { use, place: asker }: Purpose,
    ended: () => void,
  ): void {
    const place = "dma_free_coherent";
    if (address !== null) this.#leave(address, size, asker);
    ended();
    giveBack(this.#kernel, phys, orderOf(size, PAGE_SIZE, 64), place, use);
  }

  isError(address: Bus): boolean {
    return long(address) === ERROR;
  }

  after(): null {
    return null;
  }

  #refuseNone(direction: AnyDirection, place: string): void {
    if (direction === "none") this.#kernel.bug("iommu.c", place);
  }

  #enter(buffer: Phys, size: number, place: string): Bus {
    const within = long(buffer) % PAGE_SIZE;
    const pages = Math.ceil((within + size) / PAGE_SIZE);
    const page = this.#next;
    this.#next = offset(page, pages);
    const first = offset(buffer, -within);
    const machine = this.#kernel.machineOf(first)!;
    const about = { page, bus: busOf(page), size: pages * PAGE_SIZE, phys: first };
    const by = { kind: "iommu.mapped", actor: "kernel", place } as const;
    this.#kernel.machine.emit({ ...by, ...about, machine, reached: machine });
    return offset(busOf(page), within);
  }

  #leave(address: Bus, size: number, place: string): void {
    const within = long(address) % PAGE_SIZE;
    const page = busPageOf(address);
    const bytes = Math.ceil((within + size) / PAGE_SIZE) * PAGE_SIZE;
    const about = { page, bus: busOf(page), size: bytes };
    this.#kernel.machine.emit({ kind: "iommu.unmapped", actor: "kernel", place, ...about });
  }
}
