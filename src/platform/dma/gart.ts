// gart.ts - DMA mapping of x86-64: the northbridges' GART as an IOMMU for what a device does not reach.
//
// arch/x86_64/kernel/pci-gart.c of linux 2.6.12-rc2. The last part of the aperture is the devices'; its first 32
// entries stay empty, for a full table gives out the first one's address.

import { type Bus, bus, busPageOf, hex, machine, type Phys } from "../../address.ts";
import type { Facts } from "../../event/field.ts";
import type { Kernel } from "../kernel.ts";
import type { CodeOf } from "../platform.ts";
import {
  type AnyDirection,
  type BusRange,
  type CoherentBlock,
  type DmaCode,
  type DmaDevice,
  type Element,
  firstByte,
  long,
  nameOf,
  orderOf,
  type Purpose,
} from "./code.ts";
import { type GartOption, gartOption } from "./gart-option.ts";
import { GartTable } from "./gart-table.ts";
import { clear, freePages, giveBack } from "./memory.ts";

const PAGE = 4096;
/** EMERGENCY_PAGES. */
const EMERGENCY = 32;
const FOUR_GB = 2 ** 32;
const WORD = FOUR_GB - 1;
const MEGABYTE = 2 ** 20;
const LARGE_PAGE = 2 * MEGABYTE;
const TOP = 2 ** 52;
/** The masks of ISA, and of devices that drive more lines than 39. */
const [ISA_LINES, WIDE] = [0xffffff, 0xffffffffff];

export class GartDma implements DmaCode {
  readonly #kernel: Kernel;
  readonly #of: CodeOf<"gart">;
  readonly #option: GartOption;
  /** Null where nothing is translated: no_iommu. */
  #table: GartTable | null = null;

  constructor(kernel: Kernel, of: CodeOf<"gart">) {
    this.#kernel = kernel;
    this.#of = of;
    this.#option = gartOption(of.option);
  }

  /** pci_iommu_init. */
  boot(): Facts {
    const place = "pci_iommu_init";
    const { aperture, apertureMb, endPfn, northbridges } = this.#of;
    const { isOff, isForced, hasNoAgp, size } = this.#option;
    const isUnused = isOff || (!isForced && endPfn < Math.floor(WORD / PAGE));
    if (isUnused || (hasNoAgp && !this.#takeOver(place))) {
      this.#kernel.log("info", "PCI-DMA: Disabling IOMMU.", place);
      return { ret: -1 };
    }
    const whole = apertureMb * MEGABYTE;
    const iommuBytes = size > 0 ? size : whole / (hasNoAgp ? 1 : 2);
    const end = aperture + iommuBytes;
    const bytes = iommuBytes - (Math.ceil(end / LARGE_PAGE) * LARGE_PAGE - end);
    const megabytes = Math.floor(bytes / MEGABYTE);
    if (megabytes < 64) {
      const text = `PCI-DMA: Warning: Small IOMMU ${megabytes}MB`;
      this.#kernel.log("warning", `${text}. Consider increasing the AGP aperture in BIOS`, place);
    }
    const reserving = `PCI-DMA: Reserving ${megabytes}MB of IOMMU area in the AGP aperture`;
    this.#kernel.log("info", reserving, place);
    const base = aperture + whole - bytes;
    this.#kernel.called(`clear_kernel_mapping(${hex(base)}, ${bytes})`, place);
    const scratch = freePages(this.#kernel, 0, place);
    if (scratch === null) return this.#kernel.panic("Cannot allocate iommu scratch page", place);
    const table = new GartTable(this.#kernel, {
      ...{ base, pages: bytes / PAGE, scratch, northbridges },
      flushesAlways: this.#option.flushesAlways,
    });
    this.#table = table;
    this.#open(0, base, true);
    this.#open(base, bytes, false);
    this.#open(base + bytes, TOP - base - bytes, true);
    table.fill(EMERGENCY);
    return {
      ...{ ret: 0, agp_memory_reserved: bytes, pages: bytes / PAGE, bus_base: hex(base) },
      ...{ bad: hex(base), unmapped_entry: hex(table.unmapped), entry_0: "0x0" },
      ...{ first_entry: (whole - bytes) / PAGE, entry_32: hex(table.unmapped) },
    };
  }

  mapSingle(device: DmaDevice, buffer: Phys, size: number, direction: AnyDirection): Bus {
    const place = "dma_map_single";
    if (direction === "none") this.#kernel.bug("pci-gart.c", place);
    const at = long(buffer);
    if (!this.#needs(device, at, size) || this.#table === null) return bus(at);
    const address = this.#mapArea(this.#table, device, at, size, direction, true, place);
    this.#table.flush();
    return bus(address);
  }

  unmapSingle(_: DmaDevice, address: Bus, size: number): BusRange[] {
    this.#table?.free(long(address), size, EMERGENCY, "dma_unmap_single");
    return [{ address, size }];
  }

  /** Neighbours become one where both need it, one ends with a page and the next begins with one. */
  mapSg(device: DmaDevice, list: readonly Element[], direction: AnyDirection): number {
    const place = "dma_map_sg";
    if (direction === "none") this.#kernel.bug("pci-gart.c", place);
    let [out, start, pages, need] = [0, 0, 0, false];
    for (const [i, one] of list.entries()) {
      const at = long(firstByte(one));
      one.address = bus(at);
      if (one.length === 0) this.#kernel.bug("pci-gart.c", place);
      const needsNext = this.#needs(device, at, one.length);
      const before = list[i - 1];
      const ends = before === undefined || (before.offset + before.length) % PAGE === 0;
      const joins = this.#option.merges && needsNext && need && one.offset === 0 && ends;
      if (i > start && !joins) {
        if (!this.#mapRun(list.slice(start, i), list[out]!, pages, need))
          return this.#overflow(device, list, pages, direction);
        [out, pages, start] = [out + 1, 0, i];
      }
      need = needsNext;
      pages += pagesOf(one.offset, one.length);
    }
    if (!this.#mapRun(list.slice(start), list[out]!, pages, need))
      return this.#overflow(device, list, pages, direction);
    out++;
    this.#table?.flush();
    if (out < list.length) list[out]!.mapped = 0;
    return out;
  }

  unmapSg(device: DmaDevice, list: readonly Element[], elements: number): BusRange[] {
    const ended: BusRange[] = [];
    for (const { address, mapped, length } of list.slice(0, elements)) {
      if (mapped === 0 || length === 0) break;
      ended.push(...this.unmapSingle(device, address, mapped));
    }
    return ended;
  }

  allocCoherent(device: DmaDevice, size: number, { use }: Purpose): CoherentBlock {
    const place = "dma_alloc_coherent";
    const none = { phys: null, address: null };
    const order = orderOf(size, PAGE, 64);
    for (const isRetry of [false, true]) {
      const block = freePages(this.#kernel, order, place, use);
      if (block === null) return none;
      const at = long(block);
      const isHigh = at + size >= device.mask;
      const isNarrow = this.#table === null || device.mask < WORD;
      if (isNarrow && isHigh) {
        // Once more from below 16 MB, if the allocator has any there.
        giveBack(this.#kernel, block, order, place, use);
        if (isRetry) return none;
        continue;
      }
      clear(this.#kernel, block, size, place);
      const isForced = this.#option.isForced && !isRetry;
      if (isNarrow || (!isHigh && !isForced)) return { phys: block, address: bus(at) };
      const table = this.#table!;
      const address = this.#mapArea(table, device, at, size, "bidirectional", false, place);
      if (address === table.base) {
        if (this.#option.panics)
          this.#kernel.panic(`${place}: IOMMU overflow by ${size} bytes`, place);
        giveBack(this.#kernel, block, order, place, use);
        return none;
      }
      table.flush();
      return { phys: block, address: bus(address) };
    }
    return none;
  }

  freeCoherent(
    device: DmaDevice,
    size: number,
    { phys: block, address }: CoherentBlock,
    { use }: Purpose,
    ended: () => void,
  ): void {
    if (address !== null) this.unmapSingle(device, address, size);
    ended();
    giveBack(this.#kernel, block, orderOf(size, PAGE, 64), "dma_free_coherent", use);
  }

  isError(address: Bus): boolean {
    return long(address) === (this.#table?.base ?? 0);
  }

  after(): number[] | null {
    return this.#table?.after() ?? null;
  }

  supported(device: DmaDevice, mask: number): boolean {
    if (mask < ISA_LINES) return false;
    if (!this.#option.forcesSac || mask < WIDE) return true;
    const text = `${nameOf(device)}: Force SAC with mask ${mask.toString(16)}`;
    this.#kernel.log("info", text, "dma_supported");
    return false;
  }

  /** need_iommu; what is out of reach without an IOMMU panics. */
  #needs({ mask }: DmaDevice, at: number, size: number): boolean {
    const isHigh = at + size >= mask;
    if (this.#table === null && isHigh)
      this.#kernel.panic("PCI-DMA: high address but no IOMMU.", "need_iommu");
    return this.#table !== null && (isHigh || this.#option.isForced);
  }

  /** dma_map_area. */
  #mapArea(
    table: GartTable,
    device: DmaDevice,
    at: number,
    size: number,
    direction: AnyDirection,
    mayPanic: boolean,
    place: string,
  ): number {
    const pages = pagesOf(at, size);
    const first = table.take(pages);
    if (first !== null) {
      table.enter(first, pages, at, place);
      return table.base + first * PAGE + (at % PAGE);
    }
    // What was only forced goes as it is.
    if (at + size < device.mask) return at;
    if (this.#option.panics) this.#kernel.panic(`dma_map_area overflow ${size} bytes`, place);
    this.#full(device, size, direction, mayPanic);
    return table.base;
  }

  /** iommu_full: says so; what is larger than the entries kept empty would reach other memory. */
  #full(device: DmaDevice, size: number, direction: AnyDirection, mayPanic: boolean): void {
    const place = "iommu_full";
    const text = `PCI-DMA: Out of IOMMU space for ${size} bytes at device ${nameOf(device)}`;
    this.#kernel.log("err", text, place);
    if (size <= PAGE * EMERGENCY || !mayPanic) return;
    if (direction === "to-device")
      this.#kernel.panic("PCI-DMA: Random memory would be DMAed", place);
    this.#kernel.panic("PCI-DMA: Memory would be corrupted", place);
  }

  /** dma_map_cont: some elements in a row as one; false where there are no entries. */
  #mapRun(run: readonly Element[], out: Element, pages: number, need: boolean): boolean {
    const length = run.reduce((sum, one) => sum + one.length, 0);
    const [head] = run as [Element];
    const start = head.offset;
    if (!need) {
      copyTo(out, head);
      [out.address, out.mapped] = [bus(long(firstByte(head))), length];
      return true;
    }
    const table = this.#table!;
    const first = table.take(pages);
    if (first === null) return false;
    let entry = first;
    for (const one of run) {
      const count = pagesOf(one.offset, one.length);
      table.enter(entry, count, long(firstByte(one)), "dma_map_sg");
      entry += count;
    }
    copyTo(out, head);
    [out.address, out.mapped] = [bus(table.base + first * PAGE + start), length];
    return true;
  }

  /** The list is given back; where it was only forced, each element is tried by itself. */
  #overflow(
    device: DmaDevice,
    list: readonly Element[],
    pages: number,
    direction: AnyDirection,
  ): number {
    const place = "dma_map_sg";
    const table = this.#table!;
    table.flush();
    this.unmapSg(device, list, list.length);
    if (this.#option.isForced) return this.#unforced(table, device, list, direction);
    if (this.#option.panics) this.#kernel.panic(`${place}: overflow on ${pages} pages`, place);
    this.#full(device, pages * PAGE, direction, false);
    for (const one of list) one.address = bus(table.base);
    return 0;
  }

  /** dma_map_sg_nonforce. */
  #unforced(
    table: GartTable,
    device: DmaDevice,
    list: readonly Element[],
    direction: AnyDirection,
  ): number {
    let count = list.length;
    for (const [i, one] of list.entries()) {
      let at = long(firstByte(one));
      if (at + one.length >= device.mask) {
        at = this.#mapArea(table, device, at, one.length, direction, false, "dma_map_sg");
        if (at === table.base) {
          if (i > 0) this.unmapSg(device, list, i);
          count = 0;
          list[0]!.mapped = 0;
          break;
        }
      }
      [one.address, one.mapped] = [bus(at), one.length];
    }
    table.flush();
    return count;
  }

  /**
   * init_k8_gatt: without the AGP driver the table is the kernel's own, and the whole aperture is for devices. One that
   * ends at 4 GB is none for read_aperture, which compares with the last byte below.
   */
  #takeOver(place: string): boolean {
    const { aperture, apertureMb, northbridges } = this.#of;
    this.#kernel.log("info", "PCI-DMA: Disabling AGP.", place);
    const size = apertureMb * MEGABYTE;
    if (aperture + size >= WORD) {
      const says = "PCI-DMA: More than 4GB of RAM and no IOMMU\n<3>";
      this.#kernel.log("err", `${says}PCI-DMA: 32bit PCI IO may malfunction.`, place);
      return false;
    }
    const gatt = freePages(this.#kernel, orderOf((size / PAGE) * 4, PAGE, 64), place);
    if (gatt === null) this.#kernel.panic("Cannot allocate GATT table", place);
    const control = Math.log2(apertureMb / 32) * 2 + 1;
    for (let i = 0; i < northbridges; i++) {
      const write = (at: number, word: number) =>
        this.#kernel.called(`pci_write_config_dword(${24 + i}, ${hex(at)}, ${hex(word)})`, place);
      write(0x98, Math.floor(long(gatt) / PAGE) * 16);
      write(0x90, control);
    }
    const text = `PCI-DMA: aperture base @ ${aperture.toString(16)} size ${size / 1024} KB`;
    this.#kernel.log("default", text, place);
    return true;
  }

  #open(base: number, size: number, isMemory: boolean): void {
    if (size <= 0) return;
    this.#kernel.machine.emit({
      kind: "iommu.opened",
      actor: "kernel",
      place: "pci_iommu_init",
      page: busPageOf(bus(base)),
      bus: bus(base),
      size,
      ...(isMemory && { machine: machine(base) }),
    });
  }
}

/** The first element of a run is copied whole, over one that is mapped already: *sout = *s. */
function copyTo(out: Element, { page, offset, length }: Element): void {
  [out.page, out.offset, out.length] = [page, offset, length];
}

/** to_pages. */
const pagesOf = (at: number, size: number): number => Math.ceil(((at % PAGE) + size) / PAGE);
