// remap.ts - ioremap: maps memory or the registers of a device at another virtual address, uncached.
//
// Cookies go upward from the platform's first, each mapping followed by a guard page (the reference's layout). Native
// ioremap takes a physical address and refuses RAM that is not PageReserved (linux 2.6.12, arch/i386/mm/ioremap.c).
// Xen's takes a machine address and refuses frames that are not this domain's (xen 2594f8caad,
// arch/xen/i386/mm/ioremap.c, and get_page_from_l1e in the hypervisor).

import {
  type Bus,
  type Machine as MachineAddress,
  mfnOf,
  misreadAsPhys,
  offset,
  PAGE_SIZE,
  type Pfn,
  pfnOf,
  physOf,
  untranslated,
  type Virt,
  virt,
  vpnOf,
} from "../address.ts";
import type { Of } from "../event/vocabulary.ts";
import { RESERVED } from "../machine/state.ts";
import { type DeviceAddress, type Kernel, pagesOn } from "./kernel.ts";
import { type IoremapRule, isDevice } from "./platform.ts";
import { meetNeighbour } from "./vmalloc-neighbour.ts";

type Refusal = Extract<Of<"fault.raised">["fault"], "foreign-ram" | "not-reserved" | "injected">;
/** The frames of the pages that were asked for, or why they are refused. */
type Backed = { frames: MachineAddress[] } | { refused: Refusal; frame: MachineAddress };

/** A mapping from ioremap until iounmap. */
export interface Window {
  readonly cookie: Virt;
  readonly pages: number;
  /** The pages that the linear mapping has uncached until iounmap; null for devices. */
  readonly alias: Virt | null;
}

export class Remap {
  readonly #kernel: Kernel;
  rule: IoremapRule;
  #next: number;
  /** A workload may let every ioremap of RAM fail. */
  failing = false;

  constructor(kernel: Kernel, rule: IoremapRule) {
    this.#kernel = kernel;
    this.rule = rule;
    this.#next = kernel.platform.remapFrom;
  }

  /** ioremap_nocache(address, pages * PAGE_SIZE); null where it is refused. */
  map(address: DeviceAddress, pages: number, place: string): Window | null {
    const { machine } = this.#kernel;
    const by = { actor: "kernel", place } as const;
    const caller = "ioremap_nocache";
    const backed = this.#behind(address.bus, pages);
    if ("refused" in backed) {
      machine.emit({
        kind: "fault.raised",
        ...by,
        fault: backed.refused,
        text: caller,
        phys: address.phys,
        bus: address.bus,
        machine: this.#kernel.machineOf(address.phys),
        reached: backed.frame,
        size: pages * PAGE_SIZE,
        cause: address.seq,
      });
      return null;
    }
    const cookie = this.#takeCookie(pages);
    for (let i = 0; i < pages; i++) {
      const target = pagesOn(address.phys, i);
      machine.emit({
        kind: "table.remapped",
        ...by,
        function: caller,
        page: offset(vpnOf(cookie), i),
        virt: pagesOn(cookie, i),
        phys: target,
        bus: pagesOn(address.bus, i),
        machine: this.#kernel.machineOf(target),
        reached: backed.frames[i]!,
        size: PAGE_SIZE,
        cause: address.seq,
      });
    }
    const alias = this.#alias(backed.frames[0]!);
    if (alias !== null) this.#cacheAlias(alias, pages, "uncached", caller);
    return { cookie, pages, alias };
  }

  unmap(window: Window, place: string): void {
    for (let i = 0; i < window.pages; i++)
      this.#kernel.machine.emit({
        kind: "table.remapped",
        actor: "kernel",
        place,
        function: "iounmap",
        page: offset(vpnOf(window.cookie), i),
        virt: pagesOn(window.cookie, i),
        size: PAGE_SIZE,
      });
    if (window.alias !== null) this.#cacheAlias(window.alias, window.pages, "cached", "iounmap");
  }

  /** ioremap of a device's registers: never refused here, and no RAM behind it. */
  mapDevice(at: Bus, pages: number, place: string): Window {
    const cookie = this.#takeCookie(pages);
    for (let i = 0; i < pages; i++)
      this.#kernel.machine.emit({
        kind: "table.remapped",
        actor: "kernel",
        place,
        function: "ioremap",
        page: offset(vpnOf(cookie), i),
        virt: pagesOn(cookie, i),
        bus: pagesOn(at, i),
        reached: untranslated(pagesOn(at, i)),
        size: PAGE_SIZE,
      });
    return { cookie, pages, alias: null };
  }

  /** Oopses unless the byte lies in a live mapping: what is not mapped is the guard page of some mapping. */
  check(address: Virt, access: "read" | "write", place: string): void {
    meetNeighbour(this.#kernel, vpnOf(address));
    if (this.#kernel.state.mappings.has(vpnOf(address))) return;
    const does = access === "read" ? "read from" : "write to";
    this.#kernel.oops(`${does} unmapped ioremap address (guard page)`, address, place);
  }

  /** A mapping is followed by a guard page. */
  #takeCookie(pages: number): Virt {
    const cookie = virt(this.#next);
    this.#next += (pages + 1) * PAGE_SIZE;
    return cookie;
  }

  #cacheAlias(alias: Virt, pages: number, attribute: "uncached" | "cached", place: string): void {
    const by = { actor: "kernel", place } as const;
    this.#kernel.attribute(attribute, alias, pages, by);
    this.#kernel.globalFlushTlb(by);
  }

  /** The kernel-physical page of a frame of RAM; null for devices. */
  #alias(frame: MachineAddress): Virt | null {
    const page = isDevice(frame) ? null : this.#kernel.pageAt(mfnOf(frame));
    return page === null ? null : this.#kernel.virtOf(physOf(page));
  }

  #behind(address: Bus, pages: number): Backed {
    const frame = untranslated(address);
    if (isDevice(frame))
      return { frames: Array.from({ length: pages }, (_, i) => pagesOn(frame, i)) };
    if (this.failing) return { refused: "injected", frame };
    return this.rule === "phys" ? this.#byPage(address, pages) : this.#byFrame(frame, pages);
  }

  /** The number is read as a kernel-physical address: the P2M says where each page is. */
  #byPage(address: Bus, pages: number): Backed {
    const first = misreadAsPhys(address);
    const frames: MachineAddress[] = [];
    for (let i = 0; i < pages; i++) {
      const page = pagesOn(first, i);
      const at = this.#kernel.machineOf(page);
      if (at === null) return { refused: "foreign-ram", frame: untranslated(pagesOn(address, i)) };
      if (!this.#isReserved(pfnOf(page))) return { refused: "not-reserved", frame: at };
      frames.push(at);
    }
    return { frames };
  }

  /** The number is read as a machine address: consecutive frames, each of which must be this domain's. */
  #byFrame(first: MachineAddress, pages: number): Backed {
    const frames = Array.from({ length: pages }, (_, i) => pagesOn(first, i));
    for (const frame of frames) {
      const page = this.#kernel.pageAt(mfnOf(frame));
      if (page === null) return { refused: "foreign-ram", frame: first };
      if (!this.#isReserved(page)) return { refused: "not-reserved", frame: first };
    }
    return { frames };
  }

  #isReserved(page: Pfn): boolean {
    return ((this.#kernel.state.flags.get(page) ?? 0) & RESERVED) !== 0;
  }
}
