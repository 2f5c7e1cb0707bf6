// kernel.ts - what a Linux kernel offers a driver on one platform: pages, attributes, messages.
//
// The functions here decide and emit events; only `apply` changes the state. Other parts of the same kernel:
// remap.ts (ioremap and access through it), pci.ts (configuration space), coherent.ts (DMA memory).

import {
  type Bus,
  linearPhys,
  linearVirt,
  type Machine as MachineAddress,
  type Mfn,
  machineOf,
  misreadAsPhys,
  offset,
  PAGE_SIZE,
  type Pfn,
  type Phys,
  pfnOf,
  pfnOnBareMetal,
  physOf,
  powerOf2,
  untranslated,
  type Virt,
  virt,
} from "../address.ts";
import { Dice } from "../dice.ts";
import type { attributes } from "../event/cache.ts";
import type { allocators, uses } from "../event/memory.ts";
import type { Of } from "../event/vocabulary.ts";
import type { Machine } from "../machine/machine.ts";
import type { State } from "../machine/state.ts";
import { PageAllocator } from "./page-allocator.ts";
import type { Backing, Platform } from "./platform.ts";

/** An address for a device, as a hook returns it: the number, the page it is for, and the event of the call. */
export interface DeviceAddress {
  readonly bus: Bus;
  readonly phys: Phys;
  readonly seq: number;
}

/** Ends the op of a task that an oops or a BUG kills; after a panic no other runs. The fault itself is an event. */
export class Killed extends Error {
  override readonly name = "Killed";
  readonly by: "oops" | "BUG" | "panic";

  constructor(text: string, by: Killed["by"] = "oops") {
    super(text);
    this.by = by;
  }
}

/** One more than the pages that can be in use before the driver is loaded. */
const MOST_USED = 256;
/** current->comm while no process is in the kernel, as the reference's recordings name it. */
const NO_PROCESS = "harness";

export class Kernel {
  /** current->comm: the name of the process that is in the kernel. */
  comm = NO_PROCESS;
  readonly machine: Machine;
  readonly platform: Platform;
  readonly pages: PageAllocator;
  readonly seed: number;
  readonly #backing: Backing;
  /** Where the boot allocator goes on. */
  #bootNext: Phys | null = null;

  constructor(machine: Machine, platform: Platform, seed: number) {
    this.machine = machine;
    this.platform = platform;
    this.seed = seed;
    this.pages = new PageAllocator(initialRam(platform, seed), platform.lowPages);
    this.#backing = platform.backing(seed);
  }

  get state(): State {
    return this.machine.state;
  }

  /** Runs a system call of a process: current->comm is its name until the call returns. */
  runAs<T>(comm: string, call: () => T): T {
    this.comm = comm;
    try {
      return call();
    } finally {
      this.comm = NO_PROCESS;
    }
  }

  /** __pa: the kernel-physical address behind an address of the linear mapping. */
  physOf(address: Virt): Phys {
    return linearPhys(address, this.platform.pageOffset);
  }

  /** __va: the address in the linear mapping of a kernel-physical one. */
  virtOf(address: Phys): Virt {
    return linearVirt(address, this.platform.pageOffset);
  }

  /** Where a page is now; on a P2M platform the first look at a page emits its p2m.set. */
  machineOf(address: Phys): MachineAddress | null {
    this.meet(pfnOf(address));
    return this.state.machineOf(address);
  }

  /** machine_to_phys: this kernel's page in a frame; null for a frame of anybody else. */
  pageAt(frame: Mfn): Pfn | null {
    if (this.platform.physIsMachine) return pfnOnBareMetal(frame);
    const known = this.state.m2p.get(frame);
    if (known !== undefined) return known;
    const page = this.#backing.pageOf(frame);
    if (page === null || this.state.p2m.get(page) !== undefined) return null;
    this.meet(page);
    return page;
  }

  /** Whether a frame is this kernel's now; emits nothing. */
  owns(frame: Mfn): boolean {
    if (this.platform.physIsMachine || this.state.m2p.get(frame) !== undefined) return true;
    const page = this.#backing.pageOf(frame);
    return page !== null && this.state.p2m.get(page) === undefined;
  }

  /** Emits which frame a page has, unless an event has said it already. */
  meet(page: Pfn): void {
    const { physIsMachine, ram } = this.platform;
    if (physIsMachine || this.state.p2m.get(page) !== undefined) return;
    if (page < ram.first || page >= offset(ram.first, ram.pages)) return;
    this.machine.emit({
      kind: "p2m.set",
      actor: "hypervisor",
      page,
      phys: physOf(page),
      machine: machineOf(this.#backing.frameOf(page)),
    });
  }

  /** Bytes of 2^order pages of this kernel. */
  sizeOf(order: number): number {
    return PAGE_SIZE * powerOf2(order + this.platform.pageOrder);
  }

  /** 2^order pages, or null where there are none. */
  allocate(
    by: (typeof allocators)[number],
    order: number,
    use: (typeof uses)[number],
    place: string,
  ): Virt | null {
    const size = this.sizeOf(order);
    const first = this.pages.take(order + this.platform.pageOrder);
    if (first === null) {
      this.machine.emit({
        kind: "fault.raised",
        actor: "kernel",
        place,
        fault: "no-memory",
        text: by,
        size,
      });
      return null;
    }
    const at = physOf(first);
    this.#allocated(by, at, size, use, place);
    return this.virtOf(at);
  }

  #allocated(
    by: (typeof allocators)[number],
    at: Phys,
    size: number,
    use: (typeof uses)[number],
    place: string,
  ): void {
    const first = pfnOf(at);
    for (let i = 0; i < size / PAGE_SIZE; i++) this.meet(offset(first, i));
    this.machine.emit({
      kind: "page.allocated",
      actor: "kernel",
      place,
      allocation: first,
      by,
      use,
      size,
      virt: this.virtOf(at),
      phys: at,
      machine: this.state.machineOf(at),
    });
  }

  /** alloc_bootmem_low: so many bytes from an address on, or from the page allocator's; one behind the other. */
  allocateAtBoot(size: number, from: Phys | null, place: string): Phys | null {
    if (from === null) {
      const order = Math.max(0, Math.ceil(Math.log2(size / this.sizeOf(0))));
      const found = this.allocate("alloc_bootmem", order, "kernel", place);
      return found === null ? null : this.physOf(found);
    }
    const at = this.#bootNext ?? from;
    this.#bootNext = offset(at, Math.ceil(size / PAGE_SIZE) * PAGE_SIZE);
    this.#allocated("alloc_bootmem", at, size, "kernel", place);
    return at;
  }

  /** lmb_alloc: memory from the top that is never freed; if it has any from there, the page allocator ends before it. */
  allocateTop(at: Phys, size: number, place: string): void {
    if (pfnOf(at) >= this.platform.ram.first) this.pages.endAt(pfnOf(at));
    this.#allocated("lmb_alloc", at, size, "kernel", place);
  }

  free(
    by: (typeof allocators)[number],
    address: Virt,
    order: number,
    use: (typeof uses)[number],
    place: string,
  ): void {
    const at = this.physOf(address);
    const first = pfnOf(at);
    const { ram } = this.platform;
    // For an address outside this kernel's memory virt_to_page computes an entry past the end of mem_map.
    if (first < ram.first || first >= offset(ram.first, ram.pages))
      this.oops("no page of this kernel", address, place);
    this.machine.emit({
      kind: "page.freed",
      actor: "kernel",
      place,
      allocation: first,
      by,
      use,
      size: this.sizeOf(order),
      virt: address,
      phys: at,
      machine: this.machineOf(at),
    });
    this.pages.give(first, order + this.platform.pageOrder);
  }

  /** SetPageReserved, ClearPageReserved and change_page_attr over consecutive pages. */
  attribute(
    attribute: (typeof attributes)[number],
    address: Virt,
    pages: number,
    by: Required<Pick<Of<"attribute.changed">, "actor" | "place">>,
  ): void {
    this.machine.emit({
      kind: "attribute.changed",
      actor: by.actor,
      place: by.place,
      attribute,
      phys: this.physOf(address),
      size: pages * PAGE_SIZE,
    });
  }

  globalFlushTlb(by: Required<Pick<Of<"tlb.flushed">, "actor" | "place">>): void {
    this.machine.emit({ kind: "tlb.flushed", actor: by.actor, place: by.place, which: "cpu" });
  }

  wbinvd(place: string): void {
    this.machine.emit({ kind: "cache.flushed", actor: "driver", place, instruction: "wbinvd" });
  }

  mb(place: string): void {
    this.machine.emit({ kind: "cache.flushed", actor: "driver", place, instruction: "mb" });
  }

  /** flush_dcache_range of PowerPC: so many bytes of the data cache go to memory. */
  flushDcacheRange(address: Virt, size: number, place: string): void {
    const phys = this.physOf(address);
    const machine = this.machineOf(phys);
    const by = { actor: "driver", place, instruction: "flush_dcache_range" } as const;
    this.machine.emit({ kind: "cache.flushed", ...by, virt: address, phys, machine, size });
  }

  /** __va of a bus address: right only where bus and kernel-physical addresses are the same. */
  va(address: Bus): Virt {
    return this.virtOf(misreadAsPhys(address));
  }

  printk(level: Of<"message.logged">["level"], text: string, place: string): void {
    this.machine.emit({ kind: "message.logged", actor: "driver", place, level, text });
  }

  /** Emits a call of a kernel function that has no event of its own. */
  called(text: string, place: string): void {
    this.machine.emit({ kind: "call.entered", actor: "kernel", place, text });
  }

  /** The kernel follows a bad pointer, of which the value need not be known: emits the oops and kills the task. */
  oops(text: string, address: Virt | null, place: string): never {
    this.machine.emit({
      kind: "fault.raised",
      actor: "kernel",
      place,
      fault: "oops",
      text,
      // An address near zero is below the virt base of a 64-bit kernel, and `virt` is relative to that base.
      virt: address === null || isTooLow(this.platform, address) ? null : address,
    });
    throw new Killed(text);
  }

  /** BUG() in a file of the kernel's: the task is killed. */
  bug(file: string, place: string): never {
    const fault = { fault: "oops", text: `kernel BUG at ${file}` } as const;
    this.machine.emit({ kind: "fault.raised", actor: "kernel", place, ...fault });
    throw new Killed(file, "BUG");
  }

  /** panic(): the machine stands still. */
  panic(text: string, place: string): never {
    const fault = { fault: "panic", text } as const;
    this.machine.emit({ kind: "fault.raised", actor: "kernel", place, ...fault });
    throw new Killed(text, "panic");
  }

  /** A printk of the kernel's own, outside the AGP driver. */
  log(level: Of<"message.logged">["level"], text: string, place: string): void {
    this.machine.emit({ kind: "message.logged", actor: "kernel", place, level, text });
  }
}

/**
 * RAM as the driver finds it: seed 0 is the machine of the reference's recordings; of any other a few pages are in use,
 * so that others lie before and behind what the driver is given.
 */
function initialRam({ ram, pageOrder }: Platform, seed: number): Platform["ram"] {
  if (seed === 0 || ram.reused === false) return ram;
  return { ...ram, bump: offset(ram.bump, new Dice(seed).roll(MOST_USED) * 2 ** pageOrder) };
}

const isTooLow = ({ virtBase }: Platform, address: Virt): boolean =>
  virtBase > 0n && address < virt(PAGE_SIZE);

/** The address that is so many pages higher. */
export const pagesOn = <A extends Bus | Phys | Virt | MachineAddress>(
  address: A,
  pages: number,
): A => offset(address, pages * PAGE_SIZE);

/** The fields of an event in which hardware gets a number that nothing translates: page, truth, where it leads. */
export const addressFields = (kernel: Kernel, { phys, seq }: DeviceAddress, address: Bus) => ({
  cause: seq,
  phys,
  machine: kernel.machineOf(phys),
  bus: address,
  reached: untranslated(address),
});
