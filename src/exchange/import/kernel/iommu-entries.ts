// iommu-entries.ts - the entries of an IOMMU as the kernel's iommu:map and iommu:unmap tell them, by device.
//
// Devices have domains of their own, and the same IOVA means different pages in two of them. What no DMA call
// asked for, such as VFIO's, has a domain without a device.

import {
  type BusPage,
  bus,
  busPageOf,
  type Machine,
  machine,
  machineOf,
  offset,
  PAGE_SIZE,
  PAST_BUS,
  pageOffset,
  phys,
  rawExact,
} from "../../../address.ts";
import { ENTRIES_A_DOMAIN } from "../../../event/iommu.ts";
import { allocatedAt } from "../../../machine/memory.ts";
import { Table } from "../../../machine/table.ts";
import { isFar, wholeOf } from "../source/far.ts";
import { Unusable } from "../source/fields.ts";
import type { Emitter } from "./emitter.ts";
import type { Frames } from "./frames.ts";

/** Pages that were cleared last, of which it is remembered when, at least: accesses are asked for within a second. */
const MOST_CLEARED = 2 ** 20;

/** A range of IOVAs that was mapped to an address, or unmapped. */
export interface Piece {
  readonly iova: number;
  readonly size: number;
  /** Null where it was unmapped. */
  readonly phys: number | null;
}

export class IommuEntries {
  readonly #emitter: Emitter;
  readonly #frames: Frames;
  /** Device, and upper bits where there are any -> the number of its domain, in the order in which they are met. */
  readonly #domains = new Map<string, number>();
  // The domain asked for last: calls for one device come together.
  #lastDevice: number | null | undefined;
  #lastUpper = 0;
  #lastDomain = 0;
  readonly #devices = new Set<number | null>();
  /** Those whose entries are told: a call named them, or none did. */
  readonly #told = new Set<number | null>();
  /** Domain and page -> the seq of its iommu.mapped. */
  readonly #seqs = new Table<BusPage, number>();

  /** Whether it will be asked when entries were cleared, as a device's log does. */
  remembersCleared = false;
  /** Domain and page -> the seq of its last iommu.unmapped, of the last that were cleared. */
  #cleared = new Table<BusPage, number>();
  #clearedBefore = new Table<BusPage, number>();
  #clearedCount = 0;

  /** The seq of the last gap in the recording: what entries it left behind is not known. */
  #gap = 0;

  constructor(emitter: Emitter, frames: Frames) {
    this.#emitter = emitter;
    this.#frames = frames;
  }

  lost(seq: number): void {
    this.#gap = seq;
  }

  tell(device: number | null, piece: Piece): void {
    const room = NUMBERED - halvesOf(piece.iova)[1];
    if (piece.size > room) {
      const { iova, size, phys } = piece;
      const whole = rawExact(wholeOf(iova)); // Only the number says whether its range ends past all addresses.
      if (BigInt(whole) + BigInt(size) > PAST_BUS) throw new Unusable("the range ends past 2^64");
      this.tell(device, { ...piece, size: room });
      this.tell(device, {
        ...{ iova: iova + room, size: size - room, phys: phys === null ? null : phys + room },
      });
      return;
    }
    if (piece.phys === null) this.#unmapped(device, piece);
    else this.#mapped(device, piece, piece.phys);
  }

  /** The seq of the iommu.mapped that a bus address of a device goes through, also where it has ended. */
  entryOf(device: number | null, address: number): number | null {
    if (this.#seqs.size === 0) return null;
    return this.#seqs.get(this.#shown(device, address)) ?? null;
  }

  /** The seq of the iommu.unmapped that cleared the entry of a bus address last; 0 for none, or for one of long ago. */
  clearedAt(device: number | null, address: number): number {
    const page = this.#shown(device, address);
    return this.#cleared.get(page) ?? this.#clearedBefore.get(page) ?? 0;
  }

  /** Where a device gets to: through its entry; straight where there is no IOMMU; null where no entry is. */
  reachedBy(device: number | null, address: number): Machine | null {
    const { iommu, identity, offsets, encryptionBit: bit } = this.#emitter.environment;
    const isMarked = bit !== null && Math.floor(address / bit) % 2 === 1;
    // Only an IOMMU leads from there to memory.
    if (iommu === null && isFar(address)) return null;
    if (iommu === null && isMarked) return machine(address - bit);
    if (iommu === null) return machine(address - (offsets.get(device ?? -1) ?? 0));
    if (device !== null && identity.has(device)) return machine(address);
    const page = this.#shown(device, address);
    if (this.#isOld(page)) return null;
    const frame = this.#emitter.machine.state.iommu.get(page);
    return frame === undefined ? null : offset(machineOf(frame), pageOffset(bus(address)));
  }

  /** Whether the trace has the entries that a device goes through: of others it shows where they may lead, not that they do. */
  tellsOf(device: number | null): boolean {
    const { iommu, identity } = this.#emitter.environment;
    return iommu === null || this.#told.has(device) || (device !== null && identity.has(device));
  }

  /** Whether an address of a device goes through an entry from before a gap, if any: then it may be another since. */
  isBehindGap(device: number | null, address: number): boolean {
    return this.#emitter.environment.iommu !== null && this.#isOld(this.#shown(device, address));
  }

  #isOld(page: BusPage): boolean {
    return this.#gap > 0 && (this.#seqs.get(page) ?? 0) < this.#gap;
  }

  /**
   * The entry that an address of a device goes through: its own, else one that no call named. The page of a device's
   * MSI doorbell is mapped without the DMA API (iommu_dma_prepare_msi).
   */
  #shown(device: number | null, address: number): BusPage {
    const own = this.#entry(device, address);
    if (device === null || !this.#devices.has(null) || this.#seqs.has(own)) return own;
    const nobodys = this.#entry(null, address);
    return this.#seqs.has(nobodys) ? nobodys : own;
  }

  /** An entry's number has 36 bits of its page: what lies further up has a domain of its own. */
  #entry(device: number | null, address: number): BusPage {
    if (address < NUMBERED) return this.#numbered(this.#domainOf(device, 0), address);
    const [upper, lower] = halvesOf(address);
    return this.#numbered(this.#domainOf(device, upper), lower);
  }

  #numbered(domain: number, lower: number): BusPage {
    return offset(busPageOf(bus(lower)), domain * ENTRIES_A_DOMAIN);
  }

  #domainOf(device: number | null, upper: number): number {
    if (device === this.#lastDevice && upper === this.#lastUpper) return this.#lastDomain;
    const key = upper === 0 ? `${device}` : `${device} ${upper}`;
    let domain = this.#domains.get(key);
    if (domain === undefined) {
      if (this.#domains.size === MOST_DOMAINS)
        throw new Unusable("more domains of the IOMMU than entries have numbers for");
      domain = this.#domains.size;
      this.#domains.set(key, domain);
      this.#devices.add(device);
    }
    this.#lastDevice = device;
    this.#lastUpper = upper;
    this.#lastDomain = domain;
    return domain;
  }

  #mapped(device: number | null, { iova, size }: Piece, address: number): void {
    const at = this.#frames.machineOf(phys(address));
    if (at === null) return;
    const page = this.#entry(device, iova);
    this.#told.add(device);
    const seq = this.#emitter.emit({
      kind: "iommu.mapped",
      actor: "kernel",
      place: "iommu_map",
      at: this.#emitter.at,
      cause: allocatedAt(this.#emitter.machine.state, phys(address)),
      page,
      device,
      phys: phys(address),
      machine: at,
      bus: wholeOf(iova),
      reached: at,
      size,
    });
    for (let i = 0; i < Math.ceil(size / PAGE_SIZE); i++) this.#seqs.set(offset(page, i), seq);
  }

  /** The only device that has a page of the bus mapped; null where it is none, or more than one. */
  #ownerOf(iova: number): number | null {
    const { iommu } = this.#emitter.machine.state;
    const owners = [...this.#devices].filter((device) => iommu.has(this.#entry(device, iova)));
    return owners.length === 1 ? owners[0]! : null;
  }

  #unmapped(named: number | null, { iova, size }: Piece): void {
    const device = named ?? this.#ownerOf(iova);
    const page = this.#entry(device, iova);
    const seq = this.#emitter.emit({
      kind: "iommu.unmapped",
      actor: "kernel",
      place: "iommu_unmap",
      at: this.#emitter.at,
      cause: this.#seqs.get(page) ?? null,
      page,
      device,
      bus: wholeOf(iova),
      size,
    });
    if (this.remembersCleared) this.#keepCleared(page, Math.ceil(size / PAGE_SIZE), seq);
  }

  #keepCleared(page: BusPage, pages: number, seq: number): void {
    this.#clearedCount += pages;
    if (this.#clearedCount > MOST_CLEARED) {
      this.#clearedBefore = this.#cleared;
      this.#cleared = new Table();
      this.#clearedCount = pages;
    }
    for (let i = 0; i < pages; i++) this.#cleared.set(offset(page, i), seq);
  }
}

/** Bytes of the bus whose pages have numbers within a domain, and how many domains there are numbers for. */
const NUMBERED = ENTRIES_A_DOMAIN * PAGE_SIZE;
const SPAN = BigInt(NUMBERED);
const MOST_DOMAINS = 2 ** 13;

/** The bits of a bus address that a page's number within a domain does not hold, and those that it does. */
function halvesOf(address: number): readonly [upper: number, lower: number] {
  if (address < NUMBERED) return [0, address];
  const bits = BigInt(rawExact(wholeOf(address))); // Its bits are looked at, as those of a number.
  return [Number(bits / SPAN), Number(bits % SPAN)];
}
