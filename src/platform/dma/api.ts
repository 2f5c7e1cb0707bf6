// api.ts - the DMA-mapping interface: what a driver asks is done by the platform's code, and told as events.
//
// Each element of a list is a mapping of its own, at its place in the segment that the code made of it: a segment can
// have pages that only an IOMMU puts in a row.

import { type Bus, distance, offset, PAGE_SIZE, type Phys, type Virt } from "../../address.ts";
import type { Kernel } from "../kernel.ts";
import { reachedBy } from "../pci-bus.ts";
import {
  type AnyDirection,
  type BusRange,
  type CoherentBlock,
  type DmaCode,
  type DmaDevice,
  type Element,
  firstByte,
  long,
  type Owner,
  type Purpose,
} from "./code.ts";

/** A buffer as it is mapped for a device, until that ends. */
export interface Mapping {
  readonly device: DmaDevice;
  readonly direction: AnyDirection | "coherent";
  readonly handle: Bus;
  readonly size: number;
  readonly virt: Virt;
  /** What the device has to reach: the buffer's first byte, or that of what stands in for it. */
  readonly target: Phys;
  readonly place: string;
  readonly seq: number;
}

/** What came of a list. */
export interface MappedList {
  readonly segments: readonly (readonly [Bus, number])[];
  /** One for each element that has bytes. */
  readonly mappings: readonly Mapping[];
}

export class DmaApi {
  readonly #kernel: Kernel;
  readonly code: DmaCode;
  /** The mappings in force, by the page of the bus that each begins in. */
  readonly #live = new Map<number, Mapping[]>();
  /** What was mapped of a list. */
  readonly #lists = new WeakMap<readonly Element[], readonly Mapping[]>();

  constructor(kernel: Kernel, code: DmaCode) {
    this.#kernel = kernel;
    this.code = code;
  }

  /**
   * dma_map_single or dma_map_page; the mapping is null where the address stands for none. `target` is the buffer's
   * first byte where the caller computed another one.
   */
  map(
    how: "single" | "page",
    device: DmaDevice,
    buffer: Phys,
    size: number,
    direction: AnyDirection,
    target = buffer,
  ): { readonly address: Bus; readonly mapping: Mapping | null } {
    const by = how === "single" ? this.code.mapSingle : this.code.mapPage;
    const address = by!.call(this.code, device, buffer, size, direction);
    if (this.code.isError(address)) return { address, mapping: null };
    const about = { buffer, target, size };
    return { address, mapping: this.#mapped(`dma_map_${how}`, device, direction, address, about) };
  }

  unmap(
    how: "single" | "page",
    device: DmaDevice,
    address: Bus,
    size: number,
    direction: AnyDirection,
  ): void {
    const by = how === "single" ? this.code.unmapSingle : this.code.unmapPage;
    const ended = by!.call(this.code, device, address, size, direction);
    this.#end(`dma_unmap_${how}`, device, direction, ended);
  }

  mapSg(device: DmaDevice, list: readonly Element[], direction: AnyDirection): MappedList {
    // The code may overwrite an element with one that follows it.
    const elements = list.map((one) => ({ ...one }));
    const count = this.code.mapSg(device, list, direction);
    const segments = list.slice(0, count).map(({ address, mapped }) => [address, mapped] as const);
    const mappings: Mapping[] = [];
    let [segment, within] = [0, 0];
    for (const one of elements) {
      if (count === 0 || one.length === 0) continue;
      while (segment < count && within >= segments[segment]![1])
        [segment, within] = [segment + 1, 0];
      if (segment === count) break;
      const handle = offset(segments[segment]![0], within);
      const byte = firstByte(one);
      const { length: size } = one;
      const about = { buffer: byte, target: byte, size };
      mappings.push(this.#mapped("dma_map_sg", device, direction, handle, about));
      within += one.length;
    }
    this.#lists.set(list, mappings);
    return { segments, mappings };
  }

  unmapSg(
    device: DmaDevice,
    list: readonly Element[],
    elements: number,
    direction: AnyDirection,
  ): void {
    const ended = this.code.unmapSg(device, list, elements, direction);
    // What the code frees beside it, the driver never asked for: that is no end of a mapping.
    this.#end("dma_unmap_sg", device, direction, ended, this.#lists.get(list));
  }

  /** dma_alloc_coherent; `place` is who asks. */
  alloc(
    device: DmaDevice,
    size: number,
    purpose: Purpose = { use: "kernel", place: "dma_alloc_coherent" },
  ): { readonly block: CoherentBlock; readonly mapping: Mapping | null } {
    const block = this.code.allocCoherent(device, size, purpose);
    const { phys, address } = block;
    if (phys === null || address === null) return { block, mapping: null };
    const about = { buffer: phys, target: phys, size };
    return { block, mapping: this.#mapped(purpose.place, device, "coherent", address, about) };
  }

  free(
    device: DmaDevice,
    size: number,
    block: CoherentBlock,
    purpose: Purpose = { use: "kernel", place: "dma_free_coherent" },
  ): void {
    const { address } = block;
    this.code.freeCoherent(device, size, block, purpose, () =>
      this.#end(purpose.place, device, "coherent", address === null ? [] : [{ address, size }]),
    );
  }

  sync(address: Bus, size: number, direction: AnyDirection, side: Owner): void {
    const text = `dma_sync_single_for_${side}`;
    this.#kernel.called(text, text);
    this.code.syncSingle?.(address, size, direction, side);
  }

  syncSg(list: readonly Element[], direction: AnyDirection, side: Owner): void {
    const text = `dma_sync_sg_for_${side}`;
    this.#kernel.called(text, text);
    this.code.syncSg?.(list, direction, side);
  }

  #mapped(
    place: string,
    device: DmaDevice,
    direction: Mapping["direction"],
    handle: Bus,
    { buffer, target: buffered, size }: { buffer: Phys; target: Phys; size: number },
  ): Mapping {
    const target = this.code.standsAt?.(handle) ?? buffered;
    const virt = this.#kernel.virtOf(buffer);
    const fields = { device, direction, handle, size, virt, target, place };
    const seq = this.#kernel.machine.emit({ kind: "dma.mapped", ...this.#about(fields), place });
    const mapping = { ...fields, seq };
    const page = pageOf(handle);
    this.#live.set(page, [...(this.#live.get(page) ?? []), mapping]);
    return mapping;
  }

  /** The mappings that begin in what the code ended; where none does, the range that was not mapped. */
  #end(
    place: string,
    device: DmaDevice,
    direction: Mapping["direction"],
    ended: readonly BusRange[],
    ofList?: readonly Mapping[],
  ): void {
    for (const { address, size } of ended) {
      const found = this.#in(address, size);
      for (const mapping of found) {
        if (ofList !== undefined && !ofList.includes(mapping)) continue;
        this.#forget(mapping);
        const { seq: cause, ...fields } = mapping;
        this.#kernel.machine.emit({ kind: "dma.unmapped", ...this.#about(fields), place, cause });
      }
      if (found.length > 0 || direction === "none") continue;
      const about = { handle: address, bus: address, direction, ...deviceField(device), size };
      this.#kernel.machine.emit({ kind: "dma.unmapped", actor: "kernel", place, ...about });
    }
  }

  #in(address: Bus, size: number): Mapping[] {
    const found: Mapping[] = [];
    const last = pageOf(offset(address, Math.max(size, 1) - 1));
    for (let page = pageOf(address); page <= last; page++)
      for (const mapping of this.#live.get(page) ?? []) {
        const at = distance(address, mapping.handle);
        if (at === 0 || (at > 0 && at < size)) found.push(mapping);
      }
    return found;
  }

  #forget(mapping: Mapping): void {
    const page = pageOf(mapping.handle);
    const rest = this.#live.get(page)!.filter((one) => one !== mapping);
    if (rest.length > 0) this.#live.set(page, rest);
    else this.#live.delete(page);
  }

  #about({ device, direction, handle, size, virt, target }: Omit<Mapping, "seq">) {
    return {
      actor: "kernel",
      handle,
      // No code maps in no direction.
      direction: direction === "none" ? "bidirectional" : direction,
      ...deviceField(device),
      virt,
      phys: target,
      machine: this.#kernel.machineOf(target),
      bus: handle,
      reached: reachedBy(this.#kernel, handle),
      size,
    } as const;
  }
}

/** The device of an event; a mapping of the kernel's own is no device's. */
const deviceField = ({ bdf }: DmaDevice) => (bdf === null ? {} : { device: bdf });

const pageOf = (address: Bus): number => Math.floor(long(address) / PAGE_SIZE);
