// alpha.ts - alpha's DMA mapping: a direct window, double address cycles, or the I/O MMU.
//
// arch/alpha/kernel/pci_iommu.c of linux 2.6.12 with the windows of core_titan.c: 1 GB of memory is seen from 2 GB up,
// all of it above bit 40 for who can say so, and the rest goes through two arenas, one within reach of ISA.

import { type Bus, bus, busPageOf, machine, offset, type Phys } from "../../address.ts";
import type { Facts } from "../../event/field.ts";
import type { Kernel } from "../kernel.ts";
import type { CodeOf } from "../platform.ts";
import { Arena } from "./arena.ts";
import {
  type AnyDirection,
  type BusRange,
  type CoherentBlock,
  type DmaCode,
  type DmaDevice,
  type Element,
  firstByte,
  long,
  orderOf,
  type Purpose,
} from "./code.ts";
import { clear, freePages, giveBack } from "./memory.ts";

/** The direct-map window: __direct_map_base and __direct_map_size. */
const [DIRECT, DIRECT_SIZE] = [0x80000000, 0x40000000];
const PCI_ARENA = 0xc0000000;
const ISA_ARENA = 0x800000;
const ISA_SIZE = 0x800000;
/** Titan caches four entries at a time; ISA bridges want 64 KB. */
const [PCI_ALIGN, ISA_ALIGN] = [4, 8];
const FOUR_GB = 2 ** 32;
const FAILED = "could not allocate dma page tables";

/** How a run of elements stands to the one before: sg_classify's marks. */
type Mark = "leader" | "leader of scattered pages" | "adjacent" | "scattered";

export class AlphaDma implements DmaCode {
  readonly #kernel: Kernel;
  readonly #of: CodeOf<"alpha">;
  readonly #pci: Arena;
  readonly #isa: Arena;
  readonly #pageSize: number;

  constructor(kernel: Kernel, of: CodeOf<"alpha">) {
    this.#kernel = kernel;
    this.#of = of;
    this.#pageSize = kernel.sizeOf(0);
    this.#pci = new Arena(kernel, PCI_ARENA, of.pciWindow, PCI_ALIGN);
    this.#isa = new Arena(kernel, ISA_ARENA, ISA_SIZE, ISA_ALIGN);
  }

  /** The arena that AGP's pages come out of. */
  get arena(): Arena {
    return this.#pci;
  }

  boot(): Facts {
    this.#open(DIRECT, DIRECT_SIZE, true);
    if (this.#of.dacOffset > 0) this.#open(this.#of.dacOffset, this.#of.dacOffset, true);
    this.#open(PCI_ARENA, this.#of.pciWindow, false);
    this.#open(ISA_ARENA, ISA_SIZE, false);
    return { entries: this.#pci.length };
  }

  mapSingle(device: DmaDevice, buffer: Phys, size: number, direction: AnyDirection): Bus {
    if (direction === "none") this.#kernel.bug("pci_iommu.c", "pci_map_single");
    return this.#map(device, buffer, size, this.#mayDac(device));
  }

  unmapSingle(_: DmaDevice, address: Bus, size: number, direction: AnyDirection): BusRange[] {
    const place = "pci_unmap_single";
    if (direction === "none") this.#kernel.bug("pci_iommu.c", place);
    const at = long(address);
    if (isDirect(at) || at >= FOUR_GB) return [{ address, size }];
    const arena = at < this.#pci.base ? this.#isa : this.#pci;
    const first = Math.floor((at - arena.base) / this.#pageSize);
    if (at < arena.base || first * this.#pageSize >= arena.size) {
      const where = `dma_addr ${at.toString(16)}  base ${arena.base.toString(16)}`;
      this.#kernel.log("err", `Bogus ${place}: ${where} size ${arena.size.toString(16)}`, place);
      return [];
    }
    arena.give(first, arena.pagesIn(at, size), place);
    // The TLB can have fetched again what lies ahead of the search.
    if (first >= arena.next) arena.flush(address, offset(address, size - 1));
    return [{ address, size }];
  }

  mapSg(device: DmaDevice, list: readonly Element[], direction: AnyDirection): number {
    const place = "pci_map_sg";
    if (direction === "none") this.#kernel.bug("pci_iommu.c", place);
    const mayDac = this.#mayDac(device);
    if (list.length === 1) {
      const [only] = list as [Element];
      only.mapped = only.length;
      only.address = this.#map(device, firstByte(only), only.length, mayDac);
      return this.isError(only.address) ? 0 : 1;
    }
    const arena = this.#arenaFor(device);
    const marks = this.#classify(list, 0, true);
    let made = 0;
    for (let i = 0; i < list.length; i++) {
      if (!marks[i]!.startsWith("leader")) continue;
      const filled = this.#fill({
        list,
        marks,
        leader: i,
        out: list[made]!,
        arena,
        device,
        mayDac,
      });
      if (!filled) {
        this.#kernel.log("warning", `${place} failed: ${FAILED}`, place);
        if (made > 0) this.unmapSg(device, list, made, direction);
        return 0;
      }
      made++;
    }
    if (made < list.length) list[made]!.mapped = 0;
    return made;
  }

  unmapSg(
    device: DmaDevice,
    list: readonly Element[],
    elements: number,
    direction: AnyDirection,
  ): BusRange[] {
    const place = "pci_unmap_sg";
    if (direction === "none") this.#kernel.bug("pci_iommu.c", place);
    const arena = this.#arenaFor(device);
    const ended: BusRange[] = [];
    let [from, to] = [Number.POSITIVE_INFINITY, 0];
    for (const { address, mapped: size } of list.slice(0, elements)) {
      if (size === 0) break;
      ended.push({ address, size });
      const at = long(address);
      if (at >= FOUR_GB || isDirect(at)) continue;
      const first = Math.floor((at - arena.base) / this.#pageSize);
      arena.give(first, arena.pagesIn(at, size), place);
      from = Math.min(from, at);
      to = Math.max(to, at + size - 1);
    }
    // Without a sign, what is below the arena is far beyond it: so is the 0 that stands for no entry at all.
    const last = Math.floor((to - arena.base) / this.#pageSize);
    if (last < 0 || last >= arena.next)
      arena.flush(Number.isFinite(from) ? bus(from) : null, bus(to));
    return ended;
  }

  allocCoherent(device: DmaDevice, size: number, { use }: Purpose): CoherentBlock {
    const place = "pci_alloc_consistent";
    const order = orderOf(size, this.#pageSize, 64);
    const block = freePages(this.#kernel, order, place, use);
    if (block === null) return { phys: null, address: null };
    clear(this.#kernel, block, size, place);
    const address = this.#map(device, block, size, false);
    if (!this.isError(address)) return { phys: block, address };
    giveBack(this.#kernel, block, order, place, use);
    return { phys: null, address: null };
  }

  freeCoherent(
    device: DmaDevice,
    size: number,
    { phys, address }: CoherentBlock,
    { use }: Purpose,
    ended: () => void,
  ): void {
    this.unmapSingle(device, address ?? bus(0), size, "bidirectional");
    ended();
    giveBack(this.#kernel, phys, orderOf(size, this.#pageSize, 64), "pci_free_consistent", use);
  }

  isError(address: Bus): boolean {
    return long(address) === 0;
  }

  after(): number[] {
    return [this.#pci.next, this.#isa.next];
  }

  /** pci_dma_supported. */
  supported(_: DmaDevice, mask: number): boolean {
    const memory = this.#of.maxLowPfn * this.#pageSize;
    if (DIRECT + DIRECT_SIZE - 1 <= mask || DIRECT + memory - 1 <= mask) return true;
    return [this.#isa, this.#pci].some(({ base, size }) => base + size - 1 <= mask);
  }

  /** pci_map_single_1: directly if it lies in the window, else by a double address cycle, else by entries. */
  #map(device: DmaDevice, buffer: Phys, size: number, mayDac: boolean): Bus {
    const place = "pci_map_single";
    const direct = this.#directly(device, long(buffer), size, mayDac);
    if (direct !== null) return direct;
    const arena = this.#arenaFor(device);
    const pages = arena.pagesIn(long(buffer), size);
    const first = arena.take(pages, device.isIsaBridge ? ISA_ALIGN : 0);
    if (first < 0) {
      this.#kernel.log("warning", `${place} failed: ${FAILED}`, place);
      return bus(0);
    }
    arena.fill(first, pages, buffer, place);
    return arena.addressOf(first, long(buffer) % this.#pageSize);
  }

  #directly({ mask }: DmaDevice, at: number, size: number, mayDac: boolean): Bus | null {
    if (at + size + DIRECT - 1 <= mask && at + size <= DIRECT_SIZE) return bus(at + DIRECT);
    return mayDac ? bus(at + this.#of.dacOffset) : null;
  }

  #arenaFor({ mask }: DmaDevice): Arena {
    const { base, size } = this.#pci;
    return base + size - 1 > mask ? this.#isa : this.#pci;
  }

  /** pci_dac_dma_supported: the device must drive the bit that says so. */
  #mayDac({ mask }: DmaDevice): boolean {
    const { dacOffset } = this.#of;
    return dacOffset > 0 && (BigInt(mask) & BigInt(dacOffset)) === BigInt(dacOffset);
  }

  /** sg_classify: runs of what is adjacent, and of whole pages that entries can put in a row. */
  #classify(list: readonly Element[], from: number, canScatter: boolean): Mark[] {
    const marks: Mark[] = Array.from({ length: list.length }, () => "adjacent");
    let [leader, mark, length] = [from, "leader" as Mark, list[from]!.length];
    let next = long(firstByte(list[from]!)) + length;
    for (let i = from + 1; i < list.length; i++) {
      const at = long(firstByte(list[i]!));
      const onPages = next % this.#pageSize === 0 && at % this.#pageSize === 0;
      if (next === at) {
        marks[i] = "adjacent";
        length += list[i]!.length;
      } else if (onPages && canScatter) {
        marks[i] = "scattered";
        mark = "leader of scattered pages";
        length += list[i]!.length;
      } else {
        marks[leader] = mark;
        list[leader]!.mapped = length;
        [leader, mark, length] = [i, "leader", list[i]!.length];
      }
      next = at + list[i]!.length;
    }
    marks[leader] = mark;
    list[leader]!.mapped = length;
    return marks;
  }

  /** sg_fill: one segment out of a leader and those that follow it; false where there are no entries. */
  #fill(run: Run): boolean {
    const { list, marks, leader, out, arena, device, mayDac } = run;
    const at = long(firstByte(list[leader]!));
    const size = list[leader]!.mapped;
    const isInARow = marks[leader] === "leader";
    const direct = isInARow ? this.#directly(device, at, size, mayDac) : null;
    if (direct !== null) {
      out.address = direct;
      out.mapped = size;
      return true;
    }
    const within = at % this.#pageSize;
    const first = arena.take(arena.pagesIn(within, size));
    if (first < 0) {
      if (isInARow) return false;
      // The rest of the list is broken up into what lies in a row, and tried again.
      for (const [i, mark] of this.#classify(list, leader, false).entries())
        if (i >= leader) marks[i] = mark;
      return this.#fill(run);
    }
    out.address = arena.addressOf(first, within);
    out.mapped = size;
    this.#enter(run, first);
    return true;
  }

  /** An entry for each page, one run of what lies in a row after the other. */
  #enter({ list, marks, leader, arena }: Run, entry: number): void {
    let [i, next] = [leader, entry];
    do {
      const start = firstByte(list[i]!);
      let size = list[i]!.length;
      while (i + 1 < list.length && marks[i + 1] === "adjacent") size += list[++i]!.length;
      const pages = arena.pagesIn(long(start), size);
      arena.fill(next, pages, start, "pci_map_sg");
      next += pages;
      i++;
    } while (i < list.length && !marks[i]!.startsWith("leader"));
  }

  #open(base: number, size: number, isMemory: boolean): void {
    this.#kernel.machine.emit({
      kind: "iommu.opened",
      actor: "kernel",
      place: "titan_init_one_pachip_port",
      page: busPageOf(bus(base)),
      bus: bus(base),
      size,
      ...(isMemory && { machine: machine(0) }),
    });
  }
}

/** A part of a list that becomes one segment. */
interface Run {
  readonly list: readonly Element[];
  readonly marks: Mark[];
  readonly leader: number;
  readonly out: Element;
  readonly arena: Arena;
  readonly device: DmaDevice;
  readonly mayDac: boolean;
}

const isDirect = (at: number): boolean => at >= DIRECT && at < DIRECT + DIRECT_SIZE;
