// dma-buffers.ts - the buffers of drivers of PCI devices: where their pages are, and the CPU's accesses to them.
//
// For each page of a buffer the tag of the last write is kept: a read then counts the pages with another tag, without
// knowing where anything is.

import { type Bus, hex, mfnOf, offset, PAGE_SIZE, type Phys, type Virt, virt } from "../address.ts";
import type { Facts } from "../event/field.ts";
import { type Card, tagIn } from "../platform/card.ts";
import type { DmaApi } from "../platform/dma/api.ts";
import type { CoherentBlock, Direction, DmaDevice, Element } from "../platform/dma/code.ts";
import { type Kernel, pagesOn } from "../platform/kernel.ts";

const ENOMEM = -12;
/** Where vmalloc's addresses begin in the area that ioremap uses from its start. */
const VMALLOC = 0x4000000;

/** How a device reaches a page of a buffer: the bus address, the event that it came from, and the page that is meant. */
export interface Reach {
  readonly device: DmaDevice;
  readonly address: Bus;
  readonly cause: number;
  readonly target: Phys;
}

/** What a driver keeps of a mapping, to end it: an address, or its list. */
export type DriverMapping = { readonly device: DmaDevice; readonly direction: Direction } & (
  | { readonly by: "single"; readonly address: Bus; readonly size: number }
  | { readonly by: "sg"; readonly list: readonly Element[] }
);

export interface Buffer {
  readonly kind: "pages" | "vmalloc" | "coherent";
  readonly virts: readonly Virt[];
  readonly pages: readonly Phys[];
  /** The tag that each page should have; null where nobody has written. */
  readonly tags: (number | null)[];
  /** Of coherent memory: for whom, and what dma_alloc_coherent gave. */
  readonly shared: { readonly device: DmaDevice; readonly block: CoherentBlock } | null;
  /** The mapping in force. */
  mapped: DriverMapping | null;
  /** The addresses of the last mapping, page by page. */
  reach: readonly Reach[];
}

export interface BufferParts {
  readonly kernel: Kernel;
  readonly dma: DmaApi;
  readonly card: Card;
}

export class Buffers {
  readonly #parts: BufferParts;
  readonly #buffers = new Map<number, Buffer>();
  #vmalloc: Virt;

  constructor(parts: BufferParts) {
    this.#parts = parts;
    this.#vmalloc = virt(parts.kernel.platform.remapFrom + VMALLOC);
  }

  get(buffer: number): Buffer | undefined {
    return this.#buffers.get(buffer);
  }

  /** Contiguous pages, or single ones that vmalloc maps contiguously for the CPU alone. */
  make(buffer: number, pages: number, kind: "pages" | "vmalloc"): Facts {
    const { kernel } = this.#parts;
    const found = kind === "pages" ? this.#inARow(pages) : this.#apart(pages);
    if (found === null) return { ret: ENOMEM };
    let virts = found;
    if (kind === "vmalloc") {
      const first = this.#vmalloc;
      virts = found.map((_, i) => pagesOn(first, i));
      // A guard page lies between two areas.
      this.#vmalloc = pagesOn(first, pages + 1);
    }
    const where = found.map((address) => kernel.physOf(address));
    return this.#keep(buffer, { kind, virts, pages: where, shared: null });
  }

  /** dma_alloc_coherent: mapped until it is freed. */
  makeCoherent(buffer: number, pages: number, device: DmaDevice): Facts {
    const { kernel, dma } = this.#parts;
    const { block, mapping } = dma.alloc(device, pages * PAGE_SIZE);
    if (mapping === null) return { ret: ENOMEM };
    const virts = inARow(mapping.virt, pages);
    const where = virts.map((address) => kernel.physOf(address));
    const shared = { device, block };
    const kept = this.#keep(buffer, { kind: "coherent", virts, pages: where, shared });
    const { handle, seq } = mapping;
    this.get(buffer)!.reach = where.map((target, i) => ({
      ...{ device, address: pagesOn(handle, i), cause: seq, target },
    }));
    return { ...kept, segments: 1, handles: [hex(handle)] };
  }

  free(buffer: number): Facts {
    const { kernel, dma } = this.#parts;
    const { kind, virts, pages, shared } = this.#buffers.get(buffer)!;
    const order = orderOf(pages.length);
    const first = virts[0]!;
    if (shared !== null) dma.free(shared.device, pages.length * PAGE_SIZE, shared.block);
    else if (kind === "pages") kernel.free("free_pages", first, order, "kernel", "free_pages");
    else
      for (const page of pages) kernel.free("free_page", kernel.virtOf(page), 0, "kernel", "vfree");
    this.#buffers.delete(buffer);
    return { ret: 0 };
  }

  /** The CPU gives each page content that no page had before. */
  write(buffer: Buffer): Facts {
    for (const [i, page] of buffer.pages.entries()) {
      const tag = this.#parts.card.newTag();
      buffer.tags[i] = tag;
      this.#parts.kernel.machine.emit({ kind: "cpu.wrote", ...this.#byCpu(buffer, i, page), tag });
    }
    return { ret: 0 };
  }

  /** The CPU reads them; returns how many have another tag than they should. */
  read(buffer: Buffer): Facts {
    let wrong = 0;
    for (const [i, page] of buffer.pages.entries()) {
      const access = this.#byCpu(buffer, i, page);
      const tag = tagIn(this.#parts.kernel, access.frame)!;
      this.#parts.kernel.machine.emit({ kind: "cpu.read", ...access, tag });
      if (buffer.tags[i] !== null && tag !== buffer.tags[i]) wrong++;
    }
    return { ret: 0, wrong_pages: wrong };
  }

  #byCpu({ virts }: Buffer, i: number, page: Phys) {
    const machine = this.#parts.kernel.machineOf(page)!;
    const where = { virt: virts[i]!, phys: page, machine, frame: mfnOf(machine) };
    return { actor: "cpu", place: "driver of a PCI device", ...where } as const;
  }

  #keep(buffer: number, made: Pick<Buffer, "kind" | "virts" | "pages" | "shared">): Facts {
    const tags = made.pages.map(() => null);
    this.#buffers.set(buffer, { ...made, tags, mapped: null, reach: [] });
    return { ret: 0, memory: made.pages.map((page) => hex(page)) };
  }

  #inARow(pages: number): Virt[] | null {
    const by = "__get_free_pages";
    const first = this.#parts.kernel.allocate(by, orderOf(pages), "kernel", by);
    return first === null ? null : inARow(first, pages);
  }

  #apart(pages: number): Virt[] | null {
    const { kernel } = this.#parts;
    const found: Virt[] = [];
    while (found.length < pages) {
      const page = kernel.allocate("vmalloc", 0, "kernel", "vmalloc");
      if (page === null) {
        for (const one of found) kernel.free("free_page", one, 0, "kernel", "vmalloc");
        return null;
      }
      found.push(page);
    }
    return found;
  }
}

const orderOf = (pages: number): number => Math.ceil(Math.log2(pages));
const inARow = (first: Virt, pages: number): Virt[] =>
  Array.from({ length: pages }, (_, i) => offset(first, i * PAGE_SIZE));
