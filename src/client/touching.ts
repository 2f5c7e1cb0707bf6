// touching.ts - accesses to the aperture: by programs with the CPU, and by the card to what they bound.

import { aperture, machine, PAGE_SIZE } from "../address.ts";
import type { AgpMemory, Bridge } from "../agpgart/bridge.ts";
import type { Answer } from "../agpgart/frontend-commands.ts";
import type { Command } from "../agpgart/ioctl.ts";
import type { Facts } from "../event/field.ts";
import type { Card } from "../platform/card.ts";
import type { DeviceAddress } from "../platform/kernel.ts";
import type { Operation } from "../workload/operation.ts";
import type { Files, Mapping } from "./files.ts";

type Touch = Extract<Operation, { readonly op: "fill" | "verify" }>;
const READ = 1;
const WRITE = 2;

export class Touching {
  readonly #card: Card;
  readonly #files: Files;
  readonly #bridge: () => Bridge | null;
  /** Whether the client fills new pages and the card reads bound ones. */
  isUsed: boolean;
  /** The DMA handle of the driver's table, if it has one. */
  #handle: DeviceAddress | null = null;
  readonly #bound = new Set<AgpMemory>();
  /** The tag that stands for a page full of a pattern. */
  readonly #patterns = new Map<string, number>();

  constructor(card: Card, files: Files, bridge: () => Bridge | null, isUsed: boolean) {
    this.#card = card;
    this.#files = files;
    this.#bridge = bridge;
    this.isUsed = isUsed;
  }

  /** An ioctl succeeded. */
  answered(command: Command | null, { memory }: Answer): void {
    if (command === "ALLOCATE") this.allocated(memory!);
    if (command === "BIND") this.bound(memory!);
  }

  /** A client has new memory: it writes something into each page. */
  allocated({ memory }: AgpMemory): void {
    if (this.isUsed) this.#card.fill(memory);
  }

  /**
   * The driver's table has got a DMA handle, or has lost it. The card reads by the handle as a PCI master, and once
   * more after the handle is freed: then it reads through an old translation in the TLB, or a spare page.
   */
  hasHandle(live: DeviceAddress | null): void {
    const used = live ?? this.#handle;
    this.#handle = live;
    if (used !== null && this.isUsed) this.#card.readByDma(used.bus, live);
  }

  /** Memory is bound: the card reads it. */
  bound(memory: AgpMemory): void {
    for (const other of this.#bound) if (!other.isBound) this.#bound.delete(other);
    this.#bound.add(memory);
    this.#read(memory);
  }

  /** The machine was suspended: the card reads all that is bound. */
  resumed(): void {
    for (const memory of this.#bound) if (memory.isBound) this.#read(memory);
  }

  /** What of a block lies in the aperture. */
  #read({ bridge, pgStart, memory: pages }: AgpMemory): void {
    const first = Math.max(0, pgStart);
    if (!this.isUsed) return;
    this.#card.read(aperture(bridge!.gartBusAddr), first, pages.slice(first - pgStart));
  }

  /** A program writes a pattern to pages of a mapping: gart[i] = i % 256 in testgart. */
  fill(touch: Touch): Facts {
    const mapping = this.#mapping(touch, WRITE);
    if (mapping === null) return { ret: "SIGSEGV" };
    const tag = this.#patterns.get(touch.pattern) ?? this.#card.newTag();
    this.#patterns.set(touch.pattern, tag);
    for (const { page, target } of this.#pages(mapping, touch))
      if (this.#isTranslated) this.#card.writeThrough(aperture(page), tag, target);
      else this.#card.writeDirectly(machine(page), tag);
    return { ret: 0 };
  }

  /** A program reads them back; returns whether the pattern is there, and the first page where it is not. */
  verify(touch: Touch): Facts {
    const mapping = this.#mapping(touch, READ);
    if (mapping === null) return { ret: "SIGSEGV" };
    const tag = this.#patterns.get(touch.pattern);
    let wrong = 0;
    let first: number | null = null;
    for (const { index, page, target } of this.#pages(mapping, touch)) {
      const met = this.#isTranslated
        ? this.#card.readThrough(aperture(page), target)
        : this.#card.readDirectly(machine(page));
      if (met === tag && met !== undefined) continue;
      wrong++;
      first ??= index;
    }
    return {
      ret: 0,
      result: wrong === 0 ? "passed" : "failed",
      wrong_pages: wrong,
      first_wrong: first,
    };
  }

  /** Whether the chipset translates CPU accesses to the aperture; on U3 they reach RAM at that address. */
  get #isTranslated(): boolean {
    return this.#bridge()?.driver.cantUseAperture !== true;
  }

  /** The mapping, if the program may touch those pages of it; null where it gets a signal. */
  #mapping({ pid, map, first, pages }: Touch, right: number): Mapping | null {
    const mapping = this.#files.mapping(map);
    if (mapping === null || mapping.pid !== pid || first + pages > mapping.pages) return null;
    return (mapping.prot & right) === 0 ? null : mapping;
  }

  /** Each page accessed: its index in the mapping, its address, and the page of memory that is meant. */
  *#pages(
    { address }: Mapping,
    { first, pages }: Touch,
  ): Generator<{ index: number; page: number; target: DeviceAddress | null }> {
    const base = this.#bridge()?.gartBusAddr ?? 0;
    const blocks = [...this.#bound].filter(({ isBound }) => isBound);
    for (let index = first; index < first + pages; index++) {
      const page = address + index * PAGE_SIZE;
      const entry = (page - base) / PAGE_SIZE;
      const block = blocks.find(
        ({ pgStart, memory }) => entry >= pgStart && entry < pgStart + memory.length,
      );
      yield { index, page, target: block?.memory[entry - block.pgStart] ?? null };
    }
  }
}
