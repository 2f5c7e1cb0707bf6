// buffers.ts - the kernel's DMA buffers: emits the events of mapping and unmapping them.

import {
  hex,
  type Machine,
  PAGE_SIZE,
  type Phys,
  pageOffset,
  phys,
  virt,
} from "../../../address.ts";
import { deviceOf } from "../../../event/register.ts";
import { UserError } from "../../../fault.ts";
import { allocatedAt } from "../../../machine/memory.ts";
import { wholeOf } from "../source/far.ts";
import {
  type Command,
  type Direction,
  type Mapped,
  Mapping,
  placeOf,
  type SourceLine,
} from "./command.ts";
import type { Emitter } from "./emitter.ts";
import type { Frames } from "./frames.ts";
import type { IommuEntries } from "./iommu-entries.ts";
import type { Ending, Mappings } from "./mappings.ts";
import { Slots } from "./slots.ts";
import { Spaces } from "./spaces.ts";

/** A buffer that a DMA function of the kernel maps, and the address that it returns. */
export interface Buffer {
  /** The DMA function, by its own name. */
  readonly place: string;
  readonly device: number | null;
  readonly direction: Direction;
  readonly phys: number | null;
  readonly bus: number;
  readonly size: number;
  readonly inPages?: boolean;
  readonly virt?: number | null;
  readonly attributes?: string | null;
  readonly command: Command | null;
}

/** A DMA function that ends a mapping, and what its caller says of it. */
export interface End extends Ending {
  readonly place: string;
  readonly attributes?: string | null;
}

/** A DMA function that hands a part of a buffer over. */
export interface Sync {
  readonly place: string;
  readonly device: number | null;
  readonly start: number;
  readonly size: number;
  readonly direction: Direction;
}

/** A byte by the kernel's address and by where it is, each where known. */
export interface ByteAddress {
  readonly phys: Phys | null;
  readonly machine: Machine | null;
}

/** When and in which line of which file a buffer was first mapped for a device. */
export interface FirstMapped {
  readonly at: number | null;
  readonly origin: SourceLine;
}

/** The largest buffer that swiotlb has slots for (IO_TLB_SEGSIZE and IO_TLB_SHIFT, include/linux/swiotlb.h). */
const LARGEST_BOUNCED = 2 ** 18;
/** Bytes of a sync whose pages are looked at one by one. */
const LARGEST_SYNC = 2 ** 24;

/** DMA directions as tracepoints print them and as the kernel numbers them (enum dma_data_direction). */
export const directions: ReadonlyMap<string, Direction> = new Map([
  ["BIDIRECTIONAL", "bidirectional"],
  ["TO_DEVICE", "to-device"],
  ["FROM_DEVICE", "from-device"],
  ["0", "bidirectional"],
  ["1", "to-device"],
  ["2", "from-device"],
]);

export class Buffers {
  readonly #emitter: Emitter;
  readonly #frames: Frames;
  readonly #iommu: IommuEntries;
  readonly #mappings: Mappings;
  /** Those that anything was ever mapped for, and when and where first. */
  readonly devices = new Map<number | null, FirstMapped>();
  readonly spaces = new Spaces();
  readonly slots: Slots;

  constructor(emitter: Emitter, frames: Frames, iommu: IommuEntries, mappings: Mappings) {
    this.#emitter = emitter;
    this.#frames = frames;
    this.#iommu = iommu;
    this.#mappings = mappings;
    this.slots = new Slots(emitter, frames);
  }

  map(at: Buffer): Mapping {
    const { place, device, direction, phys: own, bus: start, size, command } = at;
    const inPages = at.inPages ?? false;
    const leads = this.#iommu.reachedBy(device, start);
    const slot = this.slots.at(leads, own);
    const buffer = own === null ? null : phys(own);
    const handle = wholeOf(start);
    // Without an IOMMU only a bounce slot makes another address of a buffer's, and of its copy nothing is told.
    const isBounced = this.slots.isBounced(device, own);
    const isMoved = slot === null && (isBounced || this.#isMoved(leads, buffer, at));
    const reached = isMoved ? null : leads;
    const seq = this.#emitter.emit({
      kind: "dma.mapped",
      actor: "kernel",
      place,
      at: this.#emitter.at,
      cause: slot === null ? this.#causeOf(device, start, buffer) : slot.seq,
      handle,
      direction,
      device,
      phys: buffer,
      machine: buffer === null ? null : this.#frames.machineOf(buffer),
      bus: handle,
      // The slot is reached, not the buffer: the copy says how the bytes come there.
      reached: slot === null ? reached : null,
      virt: at.virt == null ? null : virt(at.virt),
      size,
      text: attributed(at.attributes),
    });
    const { source } = this.#emitter;
    const mapped = isMoved ? null : own;
    const before = slot === null ? this.#mappings.callAt(start) : null;
    const call =
      before !== null && saysSame(before, at, mapped, source)
        ? before
        : {
            start,
            size,
            inPages,
            device,
            direction,
            phys: mapped,
            own,
            place,
            slot: slot === null ? null : { phys: slot.phys, machine: leads! },
            source,
          };
    const mapping = new Mapping(call, seq, source?.line ?? 0, command);
    if (command !== null) command.segments.push(mapping);
    this.#mappings.add(mapping);
    if (!this.devices.has(device))
      this.devices.set(device, { at: this.#emitter.at, origin: this.#emitter.origin });
    this.spaces.see(mapping, this.#emitter.at, this.#iommu.entryOf(device, start) !== null);
    return mapping;
  }

  /** A call that ends a mapping; null where nothing is known to be mapped there. */
  unmap(mapping: Mapping | null, end: End): void {
    const { place, start } = end;
    const other = mapping === null ? undefined : this.#mappings.contradicting(mapping);
    if (mapping !== null && other !== undefined) this.#assertOneSpace(mapping, other, end);
    const handle = wholeOf(start);
    const seq = this.#emitter.emit({
      kind: "dma.unmapped",
      actor: "kernel",
      place,
      at: this.#emitter.at,
      cause: mapping?.seq ?? null,
      handle,
      direction: end.direction ?? mapping?.direction ?? "bidirectional",
      device: mapping?.device ?? end.device,
      phys: mapping === null || mapping.phys === null ? null : phys(mapping.phys),
      bus: handle,
      size: end.size ?? mapping?.size ?? 0,
      text: attributed(end.attributes),
    });
    if (mapping === null) return;
    this.#mappings.end(mapping, seq);
    this.slots.giveBack(mapping);
  }

  /** A call that hands a buffer over while it stays mapped, to the device or to the CPU. */
  synced({ place, device, start, size, direction }: Sync): void {
    const tie = this.#mappings.tie(device, start, size);
    // A range that begins in no mapping can reach into one.
    const within =
      tie.mapping?.ended === 0 || size > LARGEST_SYNC
        ? undefined
        : this.#mappings
            .within(device, start, size)
            .find((one) => one.start > start && one.start < start + size);
    const { mapping, cause } = within === undefined ? tie : { mapping: within, cause: within.seq };
    const { phys, machine } = this.byteAt(tie.mapping?.ended === 0 ? tie.mapping : null, start);
    this.#emitter.emit({
      kind: "dma.synced",
      actor: "kernel",
      place,
      at: this.#emitter.at,
      cause,
      direction,
      device: mapping?.device ?? device,
      phys,
      machine,
      bus: wholeOf(start),
      size,
    });
  }

  /** A mapping or allocation that failed, where nothing is mapped; or a call that ends one that had failed. */
  failed(
    fault: "no-memory" | "not-mapped" | "dma-api",
    place: string,
    device: number | null,
    text: string,
    handle?: number,
  ): void {
    const { at } = this.#emitter;
    const bus = handle === undefined ? null : wholeOf(handle);
    const complaint = { actor: "kernel", place, at, fault, device, text, bus } as const;
    this.#emitter.emit({ kind: "fault.raised", ...complaint });
  }

  /** An address that the driver named to a device: in a command table, or for a queue. */
  named(
    place: string,
    device: number | null,
    address: number,
    size: number,
    actor: "driver" | "device" = "driver",
  ): void {
    const { mapping, cause } = this.#mappings.tie(device, address, size);
    const { phys, machine } = this.byteAt(mapping, address);
    this.#emitter.emit({
      kind: "descriptor.written",
      actor,
      place,
      at: this.#emitter.at,
      cause,
      device: mapping?.device ?? device,
      phys,
      machine,
      bus: wholeOf(address),
      reached: this.#iommu.reachedBy(mapping?.device ?? device, address),
      size,
    });
  }

  /** The byte that a mapping means at a bus address: in the slot for a buffer that is bounced. */
  byteAt(mapping: Mapping | null, address: number): ByteAddress {
    if (mapping === null) return { phys: null, machine: null };
    const within = address - mapping.start;
    if (mapping.slot !== null) {
      const slot = phys(mapping.slot.phys + within);
      return { phys: slot, machine: this.#frames.machineOf(slot) };
    }
    if (mapping.phys !== null) {
      const buffer = phys(mapping.phys + within);
      return { phys: buffer, machine: this.#frames.machineOf(buffer) };
    }
    // The kernel gave the IOMMU the pages of a mapping that merges several segments.
    const at =
      this.#emitter.environment.iommu !== null
        ? this.#iommu.reachedBy(mapping.device, address)
        : null;
    return { phys: null, machine: at };
  }

  /** A mapping that its own trace ends was in force all the while: no kernel gives its address away in it. */
  #assertOneSpace(mapping: Mapping, other: Mapping, end: End): void {
    const { device, start, source } = mapping;
    const isOwn = source === this.#emitter.source;
    if (!isOwn || end.size !== mapping.size || end.direction !== mapping.direction) return;
    const of = device === null ? "" : ` of ${deviceOf(device)}`;
    throw new UserError(
      `${placeOf(mapping)}: ${hex(wholeOf(start))}:b${of} is mapped until line ${source?.line}, and ${placeOf(other)} maps it to other memory meanwhile: they are of two runs, or their clocks differ; import each on its own`,
    );
  }

  #isMoved(leads: Machine | null, buffer: Phys | null, { device, place, size }: Buffer): boolean {
    const { iommu, swiotlb, xen } = this.#emitter.environment;
    if (leads === null || buffer === null || xen) return false;
    // Where swiotlb is traced, it has told of those that it bounces.
    const mayBe =
      iommu === null ||
      (!swiotlb && mayBounce(place, buffer, size)) ||
      !this.#iommu.tellsOf(device);
    return mayBe && leads !== this.#frames.machineOf(buffer);
  }

  /** The seq of the IOMMU's entry that a handle goes through; where there is none, of the buffer's allocation. */
  #causeOf(device: number | null, start: number, buffer: Phys | null): number | null {
    if (this.#emitter.environment.iommu !== null) return this.#iommu.entryOf(device, start);
    return buffer === null ? null : allocatedAt(this.#emitter.machine.state, buffer);
  }
}

/**
 * Whether the kernel may put a slot in a buffer's place before it makes the IOMMU's entry: in that of one that is not
 * made of whole pages, where the device is not trusted or the buffer shares a cache line (drivers/iommu/dma-iommu.c,
 * dev_use_swiotlb, iova_unaligned).
 */
const mayBounce = (place: string, buffer: Phys, size: number): boolean =>
  place.startsWith("dma_map_") &&
  size <= LARGEST_BOUNCED &&
  (pageOffset(buffer) !== 0 || size % PAGE_SIZE !== 0);

/** Whether a call before says the same of its buffer; `mapped` is where the handle leads. Hot: once a buffer. */
const saysSame = (
  before: Mapped,
  at: Buffer,
  mapped: number | null,
  source: SourceLine["source"],
): boolean =>
  before.slot === null &&
  before.size === at.size &&
  before.inPages === (at.inPages ?? false) &&
  before.device === at.device &&
  before.direction === at.direction &&
  before.phys === mapped &&
  before.own === at.phys &&
  before.place === at.place &&
  before.source === source;

/** No text where nothing was asked for. */
const attributed = (attributes: string | null | undefined): string | null =>
  attributes == null || attributes === "" ? null : attributes;
