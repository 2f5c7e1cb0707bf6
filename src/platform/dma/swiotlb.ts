// swiotlb.ts - bounce buffers: what a device does not reach is copied to a slot of a pool that it does.
//
// arch/ia64/lib/swiotlb.c of linux 2.6.12-rc2, which x86-64 uses too, and Xen's version by date, with what pci-dma.c
// does where there is no pool. Only the first byte of a buffer is asked whether it is in reach.

import { type Bus, bus, type Phys, phys } from "../../address.ts";
import type { Facts } from "../../event/field.ts";
import type { Exchange } from "../exchange.ts";
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
  nameOf,
  needsMore,
  orderOf,
  type Purpose,
  type Use,
} from "./code.ts";
import { clear, freePages, giveBack, markClean } from "./memory.ts";
import { busOf, OVERFLOW, optionOf, Pool } from "./pool.ts";

const TWO_GB_FRAMES = 0x7ffff;
/** A device that says nothing of itself. */
const WORD = 0xffffffff;

export class SwiotlbDma implements DmaCode {
  readonly #kernel: Kernel;
  readonly #of: CodeOf<"swiotlb">;
  readonly #exchange: Exchange;
  readonly #isForced: boolean;
  /** Null where the kernel has none. */
  #pool: Pool | null = null;
  /** contiguous_bitmap: pages whose frames were exchanged for ones in a row. */
  readonly #exchanged = new Set<number>();

  constructor(kernel: Kernel, of: CodeOf<"swiotlb">, exchange: Exchange) {
    this.#kernel = kernel;
    this.#of = of;
    this.#exchange = exchange;
    this.#isForced = of.era.forceBounces && optionOf(of.option).word === "force";
  }

  get #era() {
    return this.#of.era;
  }

  boot(): Facts {
    if (!this.#isEnabled()) {
      const tells = this.#era.addressBits === 64;
      if (tells) this.#kernel.log("info", "Software IO TLB disabled", "swiotlb_init");
      return { swiotlb: 0 };
    }
    this.#pool = new Pool(this.#kernel, this.#of, this.#exchange);
    return this.#pool.facts;
  }

  #isEnabled(): boolean {
    const { word } = optionOf(this.#of.option);
    const { isDomain0, totalPages } = this.#of;
    switch (this.#era.enabled) {
      case "always":
        return true;
      case "2 GB and more":
        return word === "force" || (isDomain0 && totalPages > TWO_GB_FRAMES);
      case "in domain 0":
        return word === "force" || (word !== "off" && isDomain0);
    }
  }

  mapSingle(device: DmaDevice, buffer: Phys, size: number, direction: AnyDirection): Bus {
    const place = "swiotlb_map_single";
    this.#refuseNone(direction, place);
    const address = this.#busOf(buffer);
    const straddles = this.#straddles(buffer, size);
    const isInReach = !straddles && !needsMore(long(address), device.mask);
    if (this.#pool === null) return isInReach ? address : this.#fatal("dma_map_single");
    if (isInReach && !this.#isForced) return address;
    return this.#bounce(this.#pool, device, buffer, size, direction, place);
  }

  unmapSingle(_: DmaDevice, address: Bus, size: number, direction: AnyDirection): BusRange[] {
    this.#refuseNone(direction, "swiotlb_unmap_single");
    this.#unmap(address, size, direction);
    return [{ address, size }];
  }

  /** dma_map_page, which Xen has by itself: it never asks whether the bytes cross a page. */
  mapPage(device: DmaDevice, buffer: Phys, size: number, direction: AnyDirection): Bus {
    if (!this.#era.isXen) return this.mapSingle(device, buffer, size, direction);
    this.#refuseNone(direction, "dma_map_page");
    const address = this.#busOf(buffer);
    const isInReach = !needsMore(long(address), device.mask);
    if (this.#pool === null) return isInReach ? address : this.#fatal("dma_map_page");
    if (isInReach) return address;
    const slot = this.#pool.take(buffer, size, direction !== "from-device");
    if (slot === null) this.#full(device, size, direction, true);
    return slot === null ? this.#pool.overflow : this.#pool.busOf(slot);
  }

  unmapPage(device: DmaDevice, address: Bus, size: number, direction: AnyDirection): BusRange[] {
    return this.unmapSingle(device, address, size, direction);
  }

  mapSg(device: DmaDevice, list: readonly Element[], direction: AnyDirection): number {
    const place = "swiotlb_map_sg";
    this.#refuseNone(direction, place);
    for (const [i, one] of list.entries()) {
      const address = this.#busOf(firstByte(one));
      one.mapped = one.length;
      one.address = address;
      if (!this.#isForced && !needsMore(long(address), device.mask)) continue;
      if (this.#pool === null) return this.#fatal("dma_map_sg");
      const slot = this.#pool.take(firstByte(one), one.length, direction !== "from-device");
      if (slot !== null) one.address = this.#pool.busOf(slot);
      else if (!this.#era.isXen) one.address = this.#nullOnTheBus;
      else {
        this.#full(device, one.length, direction, false);
        this.unmapSg(device, list, i, direction);
        list[0]!.mapped = 0;
        return 0;
      }
    }
    return list.length;
  }

  unmapSg(
    _: DmaDevice,
    list: readonly Element[],
    elements: number,
    direction: AnyDirection,
  ): BusRange[] {
    const place = "swiotlb_unmap_sg";
    this.#refuseNone(direction, place);
    for (const one of list.slice(0, elements))
      if (this.#pool !== null && one.address !== this.#busOf(firstByte(one)))
        this.#pool.give(this.#pool.physAt(one.address), one.mapped, direction !== "to-device");
      else if (!this.#era.isXen && direction === "from-device")
        markClean(this.#kernel, firstByte(one), one.mapped, place);
    return endedIn(list, elements);
  }

  syncSingle(address: Bus, size: number, direction: AnyDirection): void {
    if (this.#pool === null) return;
    const place = "swiotlb_sync_single";
    this.#refuseNone(direction, place);
    const at = this.#pool.physAt(address);
    if (this.#pool.holds(address)) this.#pool.sync(at, size, direction);
    else if (!this.#era.isXen && direction === "from-device")
      markClean(this.#kernel, at, size, place);
  }

  /** Linux takes the bus address of an element for the kernel's own: no slot is there. */
  syncSg(list: readonly Element[], direction: AnyDirection): void {
    if (this.#pool === null) return;
    const place = "swiotlb_sync_sg";
    this.#refuseNone(direction, place);
    for (const one of list) {
      if (one.address === this.#busOf(firstByte(one))) continue;
      if (!this.#era.isXen)
        this.#kernel.oops("a bus address as a pointer", this.#kernel.virtOf(phys(0)), place);
      this.#pool.sync(this.#pool.physAt(one.address), one.mapped, direction);
    }
  }

  allocCoherent(device: DmaDevice, size: number, { use }: Purpose): CoherentBlock {
    return this.#era.isXen
      ? this.#allocExchanged(size, use)
      : this.#allocInReach(device, size, use);
  }

  freeCoherent(
    _: DmaDevice,
    size: number,
    { phys: block, address }: CoherentBlock,
    { use }: Purpose,
    ended: () => void,
  ): void {
    ended();
    const order = this.#order(size);
    const place = "dma_free_coherent";
    if (this.#era.isXen) {
      const virt = this.#kernel.virtOf(block ?? phys(0));
      if (block !== null) this.#exchange.makeSingle(virt, order);
      if (block !== null) this.#mark(block, order, false);
      giveBack(this.#kernel, block, order, place, use);
    } else if (block !== null && this.#pool?.slotAt(block) != null)
      // As if to the device: then nothing is copied.
      this.#unmap(address!, size, "to-device");
    else giveBack(this.#kernel, block, order, place, use);
  }

  isError(address: Bus): boolean {
    return this.#pool !== null && address === this.#pool.overflow;
  }

  after(): number[] | null {
    return this.#pool && [this.#pool.slots.index, this.#pool.slots.used];
  }

  standsAt(address: Bus): Phys | null {
    if (this.#pool === null) return null;
    const at = this.#pool.physAt(address);
    return this.#pool.slotAt(at) !== null && this.#pool.busOf(at) === address ? at : null;
  }

  supported(_: DmaDevice, mask: number): boolean {
    if (this.#pool === null) return true;
    return this.#era.supports === "32 bits" ? mask >= WORD : long(this.#pool.busEnd) - 1 <= mask;
  }

  /** bus_to_virt, as a kernel-physical address. */
  busToPhys(address: Bus): Phys {
    return this.#pool?.physAt(address) ?? phys(long(address));
  }

  #refuseNone(direction: AnyDirection, place: string): void {
    const isOfPciDma = this.#era.isXen && !/sync/.test(place);
    if (direction === "none") this.#kernel.bug(isOfPciDma ? "pci-dma.c" : "swiotlb.c", place);
  }

  /** iommu_bug: without a pool there is nothing to be done. */
  #fatal(place: string): never {
    this.#kernel.log("alert", "Fatal DMA error! Please use 'swiotlb=force'", place);
    return this.#kernel.bug("pci-dma.c", place);
  }

  #bounce(
    pool: Pool,
    device: DmaDevice | null,
    buffer: Phys | null,
    size: number,
    direction: AnyDirection,
    place: string,
  ): Bus {
    const slot = pool.take(buffer, size, direction !== "from-device");
    if (slot === null) this.#full(device, size, direction, true);
    const address = slot === null ? pool.overflow : pool.busOf(slot);
    if (this.#era.checksBounce && needsMore(long(address), device?.mask ?? WORD))
      this.#kernel.panic("map_single: bounce buffer is not DMA'ble", place);
    return address;
  }

  /** swiotlb_full: says so; what is larger than the overflow buffer would reach other memory. */
  #full(device: DmaDevice | null, size: number, direction: AnyDirection, mayPanic: boolean): void {
    const place = "swiotlb_full";
    const who = device === null ? "?" : nameOf(device);
    const space = `PCI-DMA: Out of SW-IOMMU space for ${size} bytes at device ${who}`;
    this.#kernel.log("err", space, place);
    if (size <= OVERFLOW || !mayPanic) return;
    if (direction === "to-device")
      this.#kernel.panic("PCI-DMA: Random memory would be DMAed", place);
    this.#kernel.panic("PCI-DMA: Memory would be corrupted", place);
  }

  #unmap(address: Bus, size: number, direction: AnyDirection): void {
    if (this.#pool === null) return;
    const at = this.#pool.physAt(address);
    if (this.#pool.holds(address)) this.#pool.give(at, size, direction !== "to-device");
    else if (!this.#era.isXen && direction === "from-device")
      markClean(this.#kernel, at, size, "swiotlb_unmap_single");
  }

  /** range_straddles_page_boundary: whether a single buffer is bounced because of where it ends. */
  #straddles(buffer: Phys, size: number): boolean {
    const { straddling } = this.#era;
    if (straddling === "passes") return false;
    const page = this.#kernel.sizeOf(0);
    if ((long(buffer) % page) + size <= page) return false;
    return straddling === "bounces" || !this.#exchanged.has(this.#number(buffer));
  }

  /** dma_alloc_coherent of Xen: pages whose frames are exchanged for ones in a row, whatever they were. */
  #allocExchanged(size: number, use: Use): CoherentBlock {
    const place = "dma_alloc_coherent";
    const order = this.#order(size);
    const block = freePages(this.#kernel, order, place, use);
    if (block === null) return { phys: null, address: null };
    this.#exchange.makeContiguous(
      this.#kernel.virtOf(block),
      order,
      "xen_create_contiguous_region",
    );
    this.#mark(block, order, true);
    clear(this.#kernel, block, size, place);
    return { phys: block, address: this.#busOf(block) };
  }

  /** swiotlb_alloc_coherent: pages that the device reaches, or else slots of the pool. */
  #allocInReach(device: DmaDevice, size: number, use: Use): CoherentBlock {
    const place = "swiotlb_alloc_coherent";
    const order = this.#order(size);
    let block = freePages(this.#kernel, order, place, use);
    if (block !== null && needsMore(long(block), device.mask)) {
      giveBack(this.#kernel, block, order, place, use);
      block = null;
    }
    if (block === null) {
      const handle = this.#bounce(this.#pool!, null, null, size, "from-device", place);
      if (this.isError(handle)) return { phys: null, address: null };
      block = phys(long(handle));
    }
    clear(this.#kernel, block, size, place);
    if (needsMore(long(block), device.mask)) {
      const wide = (n: number) => `0x${n.toString(16).padStart(16, "0")}`;
      const text = `hwdev DMA mask = ${wide(device.mask)}, dev_addr = ${wide(long(block))}`;
      this.#kernel.log("default", text, place);
      this.#kernel.panic(`${place}: allocated memory is out of range for device`, place);
    }
    return { phys: block, address: this.#busOf(block) };
  }

  #mark(block: Phys, order: number, isExchanged: boolean): void {
    for (let i = 0; i < 2 ** order; i++)
      if (isExchanged) this.#exchanged.add(this.#number(block) + i);
      else this.#exchanged.delete(this.#number(block) + i);
  }

  #number(at: Phys): number {
    return Math.floor(long(at) / this.#kernel.sizeOf(0));
  }

  #order(size: number): number {
    return orderOf(size, this.#kernel.sizeOf(0), this.#kernel.platform.wordBits);
  }

  #busOf(at: Phys): Bus {
    return busOf(this.#kernel, this.#era, at);
  }

  /** virt_to_phys(NULL): what a list gets for an element that no slot was free for. */
  get #nullOnTheBus(): Bus {
    const { virtBase, pageOffset } = this.#kernel.platform;
    return bus(Number(BigInt.asUintN(64, -(virtBase + BigInt(pageOffset)))));
  }
}
