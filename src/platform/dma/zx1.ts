// zx1.ts - DMA mapping of HP's zx1: what a device reaches is not mapped, the rest and every list by the I/O MMU.
//
// arch/ia64/hp/common/sba_iommu.c of linux 2.6.12. An ended mapping is saved up and stays valid until 64 are.

import { type Bus, bus, busPageOf, hex, machine, type Phys, phys } from "../../address.ts";
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
  needsMore,
  orderOf,
  type Purpose,
} from "./code.ts";
import { clear, freePages, giveBack, markClean } from "./memory.ts";
import { ResMap } from "./res-map.ts";

const PAGE = 4096;
const SHIFT = 12;
/** DELAYED_RESOURCE_CNT. */
const SAVED = 64;
/** DMA_CHUNK_SIZE: 64 entries. */
const CHUNK = 64 * PAGE;
const TOP = 2 ** 52;
const [IBASE, PCOM, TCNFG, PDIR_BASE] = [0x300, 0x310, 0x318, 0x320];
/** ZX1_SBA_IOMMU_COOKIE, behind PCI's half for the GART's driver. */
const COOKIE = 0xbadbadc0ffee;
const WORD = 0xffffffff;

export class Zx1Dma implements DmaCode {
  readonly #kernel: Kernel;
  readonly #of: CodeOf<"zx1">;
  readonly #base: number;
  readonly #size: number;
  readonly #map: ResMap;
  /** The page in each entry, and whether it is valid. */
  readonly #pages: Float64Array;
  readonly #valid: Uint8Array;
  /** What was saved up, and behind it what the last time left there. */
  readonly #saved: { iova: number; size: number }[];
  #count = 0;

  constructor(kernel: Kernel, of: CodeOf<"zx1">) {
    this.#kernel = kernel;
    this.#of = of;
    this.#base = of.iovaBase - (of.iovaBase % 2);
    this.#size = 2 ** 32 - of.iovaMask;
    const entries = this.#size / PAGE / (of.hasAgp ? 2 : 1);
    this.#map = new ResMap(entries);
    this.#pages = new Float64Array(entries);
    this.#valid = new Uint8Array(entries);
    this.#saved = Array.from({ length: SAVED }, () => ({ iova: 0, size: 0 }));
  }

  boot(): Facts {
    const place = "ioc_init";
    const [base, size] = [this.#base, this.#size];
    this.#write(TCNFG, 0);
    this.#write(PDIR_BASE, 0);
    const half = base + size / 2;
    if (this.#of.hasAgp)
      this.#kernel.log(
        "info",
        `IOC: reserving ${size / 2 ** 21}Mb of IOVA space at ${hex(half)} for agpgart`,
        place,
      );
    this.#write(PCOM, base + Math.log2(size));
    this.#write(IBASE, base + 1);
    const space = `IOVA space ${size / 2 ** 20}Mb at ${hex(base)}`;
    this.#kernel.log("info", `IOC: zx1 2.3 HPA 0xfed01000 ${space}`, place);
    this.#open(0, base, true);
    this.#open(base, size, false);
    this.#open(base + size, TOP - base - size, true);
    const cookie = this.#of.hasAgp ? { cookie: hex(COOKIE) } : {};
    return { iova_base: hex(base), entries: this.#pages.length, ...cookie };
  }

  mapSingle(device: DmaDevice, buffer: Phys, size: number): Bus {
    const place = "sba_map_single";
    const at = long(buffer);
    if (!needsMore(at, device.mask)) return bus(at);
    const within = at % PAGE;
    const count = Math.ceil((size + within) / PAGE);
    const first = this.#take(count);
    this.#fill(first, at - within, count, place);
    return bus(this.#base + first * PAGE + within);
  }

  unmapSingle(_: DmaDevice, address: Bus, size: number, direction: AnyDirection): BusRange[] {
    const place = "sba_unmap_single";
    const at = long(address);
    const ended = [{ address, size }];
    if (at < this.#base || at >= this.#base + this.#size) {
      if (direction === "from-device") markClean(this.#kernel, phys(at), size, place);
      return ended;
    }
    const within = at % PAGE;
    const bytes = Math.ceil((size + within) / PAGE) * PAGE;
    const slot = this.#saved[this.#count]!;
    [slot.iova, slot.size] = [at - within, bytes];
    if (++this.#count >= SAVED) this.#freeSaved(SAVED - 1, SAVED);
    if (direction === "from-device")
      for (let i = 0; i < Math.max(1, bytes / PAGE); i++) {
        const page = this.#pages[(at - within - this.#base) / PAGE + i]!;
        markClean(this.#kernel, phys(page), Math.min(PAGE, bytes), place);
      }
    return ended;
  }

  mapSg(device: DmaDevice, list: readonly Element[]): number {
    if (list.length === 1) {
      const [only] = list as [Element];
      only.mapped = only.length;
      only.address = this.mapSingle(device, firstByte(only), only.length);
      return 1;
    }
    return this.#fillStreams(list, this.#coalesce(list));
  }

  unmapSg(
    device: DmaDevice,
    list: readonly Element[],
    elements: number,
    direction: AnyDirection,
  ): BusRange[] {
    const ended: BusRange[] = [];
    for (const { address, mapped } of list.slice(0, elements)) {
      if (mapped === 0) break;
      ended.push(...this.unmapSingle(device, address, mapped, direction));
    }
    return ended;
  }

  allocCoherent(device: DmaDevice, size: number, { use }: Purpose): CoherentBlock {
    const place = "sba_alloc_coherent";
    const block = freePages(this.#kernel, orderOf(size, PAGE, 64), place, use);
    if (block === null) return { phys: null, address: null };
    clear(this.#kernel, block, size, place);
    if (!needsMore(long(block), device.mask)) return { phys: block, address: bus(long(block)) };
    // A pretended device of 32 lines: the address must fit a single cycle.
    const address = this.mapSingle({ ...device, mask: WORD }, block, size);
    return { phys: block, address };
  }

  freeCoherent(
    device: DmaDevice,
    size: number,
    { phys: block, address }: CoherentBlock,
    { use }: Purpose,
    ended: () => void,
  ): void {
    this.unmapSingle(device, address ?? bus(0), size, "bidirectional");
    ended();
    giveBack(this.#kernel, block, orderOf(size, PAGE, 64), "sba_free_coherent", use);
  }

  isError(): boolean {
    return false;
  }

  after(): number[] {
    return [this.#map.hint, this.#map.shift, this.#map.used, this.#count];
  }

  /** sba_alloc_range: searched twice; then the saved ones are freed, as it means to. */
  #take(count: number): number {
    const found = this.#map.take(count) ?? this.#map.take(count);
    if (found !== null) return found;
    // It begins one behind the last one that was saved: there is what an earlier time left, and the first is missed.
    const from = this.#count - (this.#of.lastResort === "stale" ? 0 : 1);
    if (this.#count > 0) this.#freeSaved(from, this.#count);
    const last = this.#map.take(count);
    if (last !== null) return last;
    return this.#kernel.panic("I/O MMU is out of mapping resources", "sba_alloc_range");
  }

  /** From one slot downwards, so many. */
  #freeSaved(from: number, count: number): void {
    for (let i = 0; i < count; i++) {
      const { iova, size } = this.#saved[from - i]!;
      this.#markInvalid(iova, size);
      this.#map.give(this.#entryAt(iova), size / PAGE);
    }
    this.#count = 0;
  }

  /** SBA_IOVP: the bits that the window's base has are taken off. */
  #entryAt(iova: number): number {
    return Math.floor(Number(BigInt(iova) & ~BigInt(this.#base)) / PAGE);
  }

  /** sba_mark_invalid: entries lose their valid bit and keep the address; the TLB loses a power of two of them. */
  #markInvalid(iova: number, size: number): void {
    const place = "sba_mark_invalid";
    const first = this.#entryAt(iova);
    const count = Math.max(1, size / PAGE);
    this.#valid.fill(0, first, first + count);
    this.#tell(first, count, (page, run) => {
      const at = bus(this.#base + run.first * PAGE);
      this.#kernel.machine.emit({
        kind: "iommu.unmapped",
        actor: "kernel",
        place,
        page: busPageOf(at),
        bus: at,
        size: run.count * PAGE,
        word: page,
      });
    });
    const order = SHIFT + Math.ceil(Math.log2(count));
    this.#write(PCOM, Number(BigInt(first * PAGE) | BigInt(order) | BigInt(this.#base)));
    this.#kernel.machine.emit({ kind: "tlb.flushed", actor: "kernel", place, which: "iommu" });
  }

  /** The runs of entries whose pages follow each other. */
  #tell(
    first: number,
    count: number,
    tell: (page: number, run: { first: number; count: number }) => void,
  ): void {
    for (let i = first, end = first; i < first + count; i = end) {
      do end++;
      while (end < first + count && this.#pages[end] === this.#pages[end - 1]! + PAGE);
      tell(this.#pages[i]!, { first: i, count: end - i });
    }
  }

  /** sba_io_pdir_entry: a valid bit, and the page's address. */
  #fill(first: number, page: number, count: number, place: string): void {
    for (let i = 0; i < count; i++) this.#pages[first + i] = page + i * PAGE;
    this.#valid.fill(1, first, first + count);
    if (count === 0) return;
    const at = bus(this.#base + first * PAGE);
    const real = this.#kernel.machineOf(phys(page))!;
    this.#kernel.machine.emit({
      kind: "iommu.mapped",
      actor: "kernel",
      place,
      page: busPageOf(at),
      bus: at,
      phys: phys(page),
      machine: real,
      reached: real,
      size: count * PAGE,
      word: page,
    });
  }

  /**
   * sba_coalesce_chunks: streams of at most 64 entries, made of chunks in a row that begin and end with pages. Returns
   * where each stream's entries begin, by its first element; the first element of a chunk holds the chunk's length.
   */
  #coalesce(list: readonly Element[]): Map<Element, number> {
    const streams = new Map<Element, number>();
    for (let i = 0; i < list.length; ) {
      const head = list[i]!;
      let chunk = head;
      let chunkLength = head.length;
      let end = long(firstByte(head)) + head.length;
      let length = head.length;
      const within = long(firstByte(head)) % PAGE;
      [head.address, head.mapped] = [bus(0), 0];
      for (i++; i < list.length; i++) {
        const next = list[i]!;
        [next.address, next.mapped] = [bus(0), 0];
        if (roundUp(length + within + next.length) > CHUNK) break;
        const at = long(firstByte(next));
        if (end === at) {
          chunkLength += next.length;
          end += next.length;
          length += next.length;
          continue;
        }
        chunk.mapped = chunkLength;
        [chunk, chunkLength] = [next, next.length];
        if (end % PAGE !== 0 || at % PAGE !== 0) break;
        end = at + next.length;
        length += next.length;
      }
      chunk.mapped = chunkLength;
      const first = this.#take(roundUp(length + within) / PAGE);
      streams.set(head, first * PAGE + within);
    }
    return streams;
  }

  /** sba_fill_pdir: writes the entries, and the streams into the first elements of the list. */
  #fillStreams(list: readonly Element[], streams: ReadonlyMap<Element, number>): number {
    let [made, entry, within] = [0, 0, 0];
    for (const one of list) {
      const bytes = one.mapped;
      one.mapped = 0;
      const start = streams.get(one);
      if (start !== undefined) {
        // Bit 0 marks the beginning of a stream: of an odd address it is lost.
        const iova = start - (start % 2);
        list[made++]!.address = bus(this.#base + iova);
        [entry, within] = [Math.floor(iova / PAGE), iova % PAGE];
      }
      if (bytes === 0) continue;
      list[made - 1]!.mapped += bytes;
      const at = long(firstByte(one));
      const count = roundUp(bytes + within) / PAGE;
      this.#fill(entry, at - (at % PAGE), count, "sba_map_sg");
      entry += count;
      within = 0;
    }
    return made;
  }

  #write(register: number, word: number): void {
    this.#kernel.called(`WRITE_REG(${hex(register)}, ${hex(word)})`, "WRITE_REG");
  }

  #open(base: number, size: number, isMemory: boolean): void {
    this.#kernel.machine.emit({
      kind: "iommu.opened",
      actor: "kernel",
      place: "ioc_iova_init",
      page: busPageOf(bus(base)),
      bus: bus(base),
      size,
      ...(isMemory && { machine: machine(base) }),
    });
  }
}

const roundUp = (bytes: number): number => Math.ceil(bytes / PAGE) * PAGE;
