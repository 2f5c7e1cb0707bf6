// dart.ts - DMA mapping behind the DART of the G5: every page has an entry, and lists become fewer segments.
//
// arch/ppc64/kernel/iommu.c of linux 2.6.12, its virtual merging as g5_defconfig has it: an element joins the one
// before wherever its entries happen to follow.

import { type Bus, bus, hex, type Phys } from "../../address.ts";
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
  mapEach,
  orderOf,
  type Purpose,
} from "./code.ts";
import { DartTable } from "./dart-table.ts";
import { clear, freePages, giveBack } from "./memory.ts";
import { type Handle, RangeAlloc } from "./range-alloc.ts";

const PAGE = 4096;
/** DMA_ERROR_CODE, a dma_addr_t of 32 bits. */
const ERROR = 0xffffffff;
const WORD = 2 ** 32;
/** IOMAP_MAX_ORDER. */
const MAX_ORDER = 13;

export class DartDma implements DmaCode {
  readonly #kernel: Kernel;
  readonly #of: CodeOf<"dart">;
  readonly table: DartTable;
  /** Null where there is no table. */
  #ranges: RangeAlloc | null = null;

  constructor(kernel: Kernel, of: CodeOf<"dart">) {
    this.#kernel = kernel;
    this.#of = of;
    this.table = new DartTable(kernel, of);
  }

  boot(): Facts {
    const booted = this.table.boot();
    if (!("entries" in booted)) return booted.facts;
    const ranges = new RangeAlloc(booted.entries);
    // A prefetch past the end must find an entry.
    ranges.mark(ranges.length - 1, 1, true);
    this.#ranges = ranges;
    const merging = this.#of.merges ? "enabled" : "disabled";
    const text = `IOMMU table initialized, virtual merging ${merging}`;
    this.#kernel.log("info", text, "iommu_init_table");
    return { ...booted.facts, halfpoint: ranges.halfpoint };
  }

  mapSingle(_: DmaDevice, buffer: Phys, size: number, direction: AnyDirection): Bus {
    const place = "iommu_map_single";
    this.#refuseNone(direction, place);
    if (this.#ranges === null) return bus(long(buffer));
    const pages = pagesOf(long(buffer), size);
    const first = this.#alloc(this.#ranges, buffer, pages, 1, place);
    if (first === null) {
      this.#failed(long(buffer), `${pages}`, place);
      return bus(ERROR);
    }
    return bus(first * PAGE + (long(buffer) % PAGE));
  }

  unmapSingle(_: DmaDevice, address: Bus, size: number, direction: AnyDirection): BusRange[] {
    const place = "iommu_unmap_single";
    this.#refuseNone(direction, place);
    if (this.#ranges === null) return [{ address, size }];
    const isInside = this.#free(this.#ranges, long(address), busPagesOf(address, size), place);
    this.table.flush();
    return isInside ? [{ address, size }] : [];
  }

  mapSg(_: DmaDevice, list: readonly Element[], direction: AnyDirection): number {
    const place = "iommu_map_sg";
    this.#refuseNone(direction, place);
    if (this.#ranges === null) return mapEach(list, (one) => bus(long(firstByte(one))));
    const handle: Handle = { at: 0 };
    let [out, start, next] = [0, 0, 0];
    list[0]!.mapped = 0;
    for (const [i, one] of list.entries()) {
      if (one.length === 0) {
        next = 0;
        continue;
      }
      const at = long(firstByte(one));
      const pages = pagesOf(at, one.length);
      const entry = this.#take(this.#ranges, pages, 1, handle, place);
      if (entry === null) {
        this.#failed(at, pages.toString(16), place);
        return this.#takeBack(this.#ranges, list.slice(0, out + 1));
      }
      const address = entry * PAGE + (at % PAGE);
      this.table.build(entry, pages, firstByte(one), place);
      if (start !== i) {
        if (!this.#of.merges || address !== next) {
          start = i;
          out++;
        } else list[out]!.mapped += one.length;
      }
      if (start === i) [list[out]!.address, list[out]!.mapped] = [bus(address), one.length];
      next = address + one.length;
    }
    this.table.flush();
    // 2.6.12 compares with what it has counted down to 0, and never marks it.
    const end = list[out + 1];
    if (this.#of.marksEnd && end !== undefined) [end.address, end.mapped] = [bus(ERROR), 0];
    return out + 1;
  }

  unmapSg(
    _: DmaDevice,
    list: readonly Element[],
    elements: number,
    direction: AnyDirection,
  ): BusRange[] {
    const place = "iommu_unmap_sg";
    this.#refuseNone(direction, place);
    const ended: BusRange[] = [];
    for (const { address, mapped: size } of list.slice(0, elements)) {
      if (size === 0) break;
      if (this.#ranges === null) ended.push({ address, size });
      else if (this.#free(this.#ranges, long(address), busPagesOf(address, size), place))
        ended.push({ address, size });
    }
    if (this.#ranges !== null) this.table.flush();
    return ended;
  }

  allocCoherent(_: DmaDevice, bytes: number, { use }: Purpose): CoherentBlock {
    const place = "iommu_alloc_coherent";
    const none = { phys: null, address: null };
    // Without a table nothing rounds the size up.
    const size = this.#ranges === null ? bytes : Math.ceil(bytes / PAGE) * PAGE;
    const order = orderOf(size, PAGE, 64);
    if (this.#ranges !== null && order >= MAX_ORDER) {
      const text = `iommu_alloc_consistent size too large: ${hex(size)}`;
      this.#kernel.log("default", text, place);
      return none;
    }
    const block = freePages(this.#kernel, order, place, use);
    if (block === null) return none;
    clear(this.#kernel, block, size, place);
    if (this.#ranges === null) return { phys: block, address: bus(long(block)) };
    const first = this.#alloc(this.#ranges, block, size / PAGE, 2 ** order, place);
    if (first !== null) return { phys: block, address: bus(first * PAGE) };
    giveBack(this.#kernel, block, order, place, use);
    return none;
  }

  freeCoherent(
    _: DmaDevice,
    bytes: number,
    { phys: block, address }: CoherentBlock,
    { use }: Purpose,
    ended: () => void,
  ): void {
    const place = "iommu_free_coherent";
    const size = Math.ceil(bytes / PAGE) * PAGE;
    if (this.#ranges !== null) {
      this.#free(this.#ranges, address === null ? 0 : long(address), size / PAGE, place);
      this.table.flush();
    }
    ended();
    giveBack(this.#kernel, block, orderOf(size, PAGE, 64), place, use);
  }

  isError(address: Bus): boolean {
    return this.#ranges !== null && long(address) === ERROR;
  }

  after(): number[] | null {
    if (this.#ranges === null) return null;
    const { hint, largeHint, used } = this.#ranges;
    return [hint, largeHint, used, Number(this.table.isDirty)];
  }

  /** Any memory is behind some entry. */
  supported(): boolean {
    return true;
  }

  #refuseNone(direction: AnyDirection, place: string): void {
    if (direction === "none") this.#kernel.bug("iommu.c", place);
  }

  #take(
    ranges: RangeAlloc,
    pages: number,
    align: number,
    handle: Handle | null,
    place: string,
  ): number | null {
    if (pages > 0) return ranges.take(pages, align, handle);
    this.#kernel.called("WARN_ON(iommu.c)", place);
    return null;
  }

  /** iommu_alloc: entries for pages in a row, and a flush. */
  #alloc(
    ranges: RangeAlloc,
    buffer: Phys,
    pages: number,
    align: number,
    place: string,
  ): number | null {
    const first = this.#take(ranges, pages, align, null, place);
    if (first === null) return null;
    this.table.build(first, pages, buffer, place);
    this.table.flush();
    return first;
  }

  /** __iommu_free: an address outside the table is told, any other cleared, whether or not it is in use. */
  #free(ranges: RangeAlloc, at: number, pages: number, place: string): boolean {
    const entry = Math.floor(at / PAGE);
    if (entry + pages > ranges.length) {
      const lines = [
        "iommu_free: invalid entry",
        `\tentry     = ${hex(entry)}`,
        `\tdma_addr  = ${hex(at)}`,
        "\tTable     = (pointer)",
        "\tbus#      = 0x0",
        `\tsize      = ${hex(ranges.length)}`,
        "\tstartOff  = 0x0",
        "\tindex     = 0x0",
      ];
      for (const line of lines) this.#kernel.log("info", line, place);
      this.#kernel.called("WARN_ON(iommu.c)", place);
      return false;
    }
    this.table.free(entry, pages, place);
    ranges.mark(entry, pages, false);
    return true;
  }

  /** What a list got before it failed; the TLB is not flushed. */
  #takeBack(ranges: RangeAlloc, made: readonly Element[]): 0 {
    for (const { address, mapped } of made)
      if (mapped !== 0)
        this.#free(ranges, long(address), busPagesOf(address, mapped), "iommu_map_sg");
    return 0;
  }

  #failed(at: number, pages: string, place: string): void {
    const virt = (this.#kernel.platform.virtBase + BigInt(at)).toString(16);
    const text = `iommu_alloc failed, tbl (pointer) vaddr ${virt} npages ${pages}`;
    this.#kernel.log("info", text, place);
  }
}

/** Pages that bytes of memory touch. */
const pagesOf = (at: number, size: number): number =>
  Math.ceil((at + size) / PAGE) - Math.floor(at / PAGE);

/** The same on the bus: what does not fit a dma_addr_t begins again at 0, and comes to more than any table has. */
function busPagesOf(address: Bus, size: number): number {
  const at = long(address);
  const pages = Math.ceil(((at + size) % WORD) / PAGE) - Math.floor(at / PAGE);
  return pages < 0 ? pages + WORD : pages;
}
