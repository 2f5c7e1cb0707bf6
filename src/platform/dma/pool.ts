// pool.ts - the memory of a swiotlb: the pool and the overflow buffer, its size by the era's own rule, and its copies.

import {
  type Bus,
  bus,
  distance,
  hex,
  mfnOf,
  offset,
  onBus,
  PAGE_SIZE,
  type Phys,
  pageOffset,
  pfnOnBareMetal,
  phys,
  physOf,
  untranslated,
} from "../../address.ts";
import type { Facts } from "../../event/field.ts";
import type { Of } from "../../event/vocabulary.ts";
import type { Exchange } from "../exchange.ts";
import type { Kernel } from "../kernel.ts";
import type { CodeOf, SwiotlbEra } from "../platform.ts";
import { long } from "./code.ts";
import { SLAB, Slots } from "./slots.ts";

const SEGMENT = 128;
/** io_tlb_overflow. */
export const OVERFLOW = 32768;
const MEGABYTE = 2 ** 20;
const DEFAULT = 64 * MEGABYTE;
/** Of domain 0 on a machine below 2 GB, from December on. */
const SMALL = 2 * MEGABYTE;
const TWO_GB_FRAMES = 0x7ffff;

export class Pool {
  readonly #kernel: Kernel;
  readonly #of: CodeOf<"swiotlb">;
  readonly slots: Slots;
  readonly #start: Phys;
  readonly #overflow: Phys;
  /** io_tlb_orig_addr: the buffer that a slot stands for, whether or not it still does. */
  readonly #buffers = new Map<number, Phys | null>();

  /** swiotlb_init_with_default_size. */
  constructor(kernel: Kernel, of: CodeOf<"swiotlb">, exchange: Exchange) {
    this.#kernel = kernel;
    this.#of = of;
    const place = "swiotlb_init";
    this.slots = new Slots(slabsOf(kernel, of));
    const bytes = this.slots.length * SLAB;
    this.#start = bootmem(kernel, of, bytes, place);
    if (of.era.isXen) {
      const order = Math.ceil(Math.log2(bytes / PAGE_SIZE));
      const by = "xen_create_contiguous_region";
      exchange.makeContiguous(kernel.virtOf(this.#start), order, by);
    }
    this.#overflow = bootmem(kernel, of, OVERFLOW, place);
    kernel.log("info", this.#placed(), place);
  }

  get facts(): Facts {
    const { isXen } = this.#of.era;
    const at = { pool_at: hex(this.#start), overflow_at: hex(this.#overflow) };
    const onTheBus = { pool_bus: hex(this.busOf(this.#start)), overflow_bus: hex(this.overflow) };
    return { swiotlb: 1, slabs: this.slots.length, ...at, ...(isXen && onTheBus) };
  }

  get overflow(): Bus {
    return this.busOf(this.#overflow);
  }

  /** The bus address behind the pool's last byte. */
  get busEnd(): Bus {
    return offset(this.busOf(this.#start), this.slots.length * SLAB);
  }

  busOf(at: Phys): Bus {
    return busOf(this.#kernel, this.#of.era, at);
  }

  /** bus_to_virt, as the kernel-physical address: under Xen what M2P says, whoever has the frame. */
  physAt(address: Bus): Phys {
    if (!this.#of.era.isXen) return phys(long(address));
    const frame = mfnOf(untranslated(address));
    const { platform } = this.#kernel;
    const page = platform.strangersPage(frame) ?? this.#kernel.pageAt(frame);
    return offset(physOf(page ?? pfnOnBareMetal(frame)), pageOffset(address));
  }

  /** Whether the code takes an address for a slot's, by its own test. */
  holds(address: Bus): boolean {
    if (this.#of.era.poolTest !== "bus range") return this.slotAt(this.physAt(address)) !== null;
    return address >= this.busOf(this.#start) && address < this.busEnd;
  }

  /** The slot at a kernel-physical address; null outside the pool. */
  slotAt(at: Phys): number | null {
    const within = distance(this.#start, at);
    return within < 0 || within >= this.slots.length * SLAB ? null : Math.floor(within / SLAB);
  }

  memoryOf(slot: number): Phys {
    return offset(this.#start, slot * SLAB);
  }

  /** map_single: slabs for so many bytes, and the buffer's bytes in them if the device reads; null where none are free. */
  take(buffer: Phys | null, size: number, copies: boolean): Phys | null {
    const slabs = Math.ceil(size / SLAB);
    if (slabs === 0) this.#kernel.bug("swiotlb.c", "map_single");
    const pageSize = this.#kernel.sizeOf(0);
    const slot = this.slots.take(slabs, size > pageSize ? pageSize / SLAB : 1);
    if (slot === null) return null;
    this.#buffers.set(slot, buffer);
    const memory = this.memoryOf(slot);
    if (copies && buffer !== null) this.#copy("to-slot", buffer, memory, size);
    return memory;
  }

  /** unmap_single: what the device wrote goes to the buffer, the slabs are free. */
  give(at: Phys, size: number, copies: boolean): void {
    const slot = this.#slotOf(at, "unmap_single");
    const buffer = this.#bufferOf(slot);
    if (copies && buffer !== null) this.#copy("from-slot", at, buffer, size);
    this.slots.give(slot, Math.ceil(size / SLAB));
  }

  /** sync_single: by the mapping's direction alone. */
  sync(at: Phys, size: number, direction: string): void {
    const place = "sync_single";
    const slot = this.#slotOf(at, place);
    const buffer = this.#bufferOf(slot);
    if (direction !== "from-device" && direction !== "to-device")
      this.#kernel.bug("swiotlb.c", place);
    if (buffer === null) this.#kernel.oops("no buffer", this.#kernel.virtOf(phys(0)), place);
    if (direction === "from-device") this.#copy("from-slot", at, buffer, size);
    else this.#copy("to-slot", buffer, at, size);
  }

  #slotOf(at: Phys, place: string): number {
    const slot = this.slotAt(at);
    return slot ?? this.#kernel.oops("no slot of the swiotlb", this.#kernel.virtOf(at), place);
  }

  /** Of a slot that nothing was ever mapped to it is a null pointer, which under Xen is page 0. */
  #bufferOf(slot: number): Phys | null {
    return this.#buffers.get(slot) ?? (this.#of.era.isXen ? phys(0) : null);
  }

  /** memcpy: an event for each page that it touches on both sides. */
  #copy(direction: Of<"page.copied">["direction"], from: Phys, to: Phys, size: number): void {
    for (let done = 0; done < size; ) {
      const [source, target] = [offset(from, done), offset(to, done)];
      const room = PAGE_SIZE - Math.max(pageOffset(source), pageOffset(target));
      const bytes = Math.min(room, size - done);
      const reached = this.#kernel.machineOf(target)!;
      this.#kernel.machine.emit({
        kind: "page.copied",
        actor: "cpu",
        place: "__sync_single",
        frame: mfnOf(reached),
        direction,
        phys: source,
        machine: this.#kernel.machineOf(source),
        reached,
        size: bytes,
      });
      done += bytes;
    }
  }

  #placed(): string {
    const { isXen, sizeIn } = this.#of.era;
    const bytes = this.slots.length * SLAB;
    const [start, end] = [this.#start, offset(this.#start, bytes)];
    const placing = (from: Phys | Bus, to: Phys | Bus) =>
      `Placing software IO TLB between ${hex(from)} - ${hex(to)}`;
    if (!isXen) return placing(start, end);
    if (sizeIn === "pages") return placing(this.busOf(start), offset(this.busEnd, -1));
    const wide = (at: number) => `0x${at.toString(16).padStart(16, "0")}`;
    const { pageOffset: kernel } = this.#kernel.platform;
    return [
      "Software IO TLB enabled: ",
      ` Aperture:     ${bytes / MEGABYTE} megabytes`,
      ` Bus range:    ${wide(long(this.busOf(start)))} - ${wide(long(this.busEnd))}`,
      ` Kernel range: ${wide(long(start) + kernel)} - ${wide(long(end) + kernel)}`,
    ].join("\n");
  }
}

/** virt_to_bus, as wide as a dma_addr_t is. */
export function busOf(kernel: Kernel, { addressBits }: SwiotlbEra, at: Phys): Bus {
  // phys_to_machine() reads past the end of its table.
  const machine =
    kernel.machineOf(at) ?? kernel.oops("no page of this kernel", kernel.virtOf(at), "virt_to_bus");
  const whole = onBus(machine);
  return bus(long(whole) % 2 ** Math.min(53, addressBits));
}

/** setup_io_tlb_npages: the number and the word of the option. */
export function optionOf(text: string | null): { readonly size: number; readonly word: string } {
  const [digits = ""] = /^(0x[\da-f]+|\d*)/i.exec(text ?? "") ?? [];
  // simple_strtoul with base 0.
  const isOctal = /^0\d/.test(digits);
  const size = digits === "" ? 0 : isOctal ? Number.parseInt(digits, 8) : Number(digits);
  return { size, word: (text ?? "").slice(digits.length).replace(/^,/, "") };
}

function slabsOf(kernel: Kernel, { option, era, totalPages }: CodeOf<"swiotlb">): number {
  const { size } = optionOf(option);
  const inPages = era.sizeIn === "pages";
  const page = kernel.sizeOf(0);
  const small = era.enabled === "in domain 0" && totalPages <= TWO_GB_FRAMES;
  const { word } = optionOf(option);
  const bytes = small && word !== "force" ? SMALL : DEFAULT;
  // The default is divided by the page's size where the slab's was meant.
  const wanted =
    size > 0 ? size * ((inPages ? page : MEGABYTE) / SLAB) : bytes / (inPages ? page : SLAB);
  const slabs = Math.ceil(wanted / SEGMENT) * SEGMENT;
  return inPages ? slabs : 2 ** Math.ceil(Math.log2(slabs));
}

/** alloc_bootmem_low: from the boot allocator's beginning on, one after the other. */
function bootmem(
  kernel: Kernel,
  { bootPfn }: CodeOf<"swiotlb">,
  size: number,
  place: string,
): Phys {
  const from = bootPfn === null ? null : phys(bootPfn * kernel.sizeOf(0));
  const found = kernel.allocateAtBoot(size, from, place);
  return found ?? kernel.panic("Cannot allocate SWIOTLB buffer", place);
}
