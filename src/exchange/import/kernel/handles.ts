// handles.ts - what each device's DMA handles have to do with the addresses of their buffers: equal, or how far off.
//
// Where nothing else tells of the machine, this does: handles that equal their buffers' addresses stand in no
// IOMMU's way, and a device of which all are off by one and the same number is on a bus that sees memory there.

import { deviceOf } from "./device.ts";

/** A buffer's two addresses, where the kernel prints both. */
const MAPPED =
  /dma_map_(?:page|phys): +(\S+) [^\n]*?dma_addr=(?:0x)?([0-9a-f]+) [^\n]*?phys_addr=(?:0x)?([0-9a-f]+)/g;
/** All ones: the mapping failed (DMA_MAPPING_ERROR, include/linux/dma-mapping.h). */
const FAILED = "ffffffffffffffff";
/** So many buffers off by the same number, so far apart, are no chance. */
const ENOUGH = 3;
const APART = 1n << 20n;

interface Seen {
  own: number;
  moved: number;
  /** Handle less address, in 64 bits; null where buffers differ in it. */
  offset: bigint | null;
  /** Where the moved buffers lie. */
  low: bigint;
  high: bigint;
}

export class Handles {
  readonly #devices = new Map<number | null, Seen>();

  see(bytes: Buffer): void {
    if (!bytes.includes("dma_map_p")) return;
    for (const [, name, handle, own] of bytes.toString("latin1").matchAll(MAPPED)) {
      if (handle === FAILED) continue;
      const device = deviceOf(name!);
      let seen = this.#devices.get(device);
      if (seen === undefined) {
        seen = { own: 0, moved: 0, offset: null, low: 1n << 64n, high: 0n };
        this.#devices.set(device, seen);
      }
      if (handle === own) seen.own++;
      else {
        const address = BigInt(`0x${own}`);
        const offset = BigInt(`0x${handle}`) - address;
        seen.offset = seen.moved === 0 || seen.offset === offset ? offset : null;
        if (address < seen.low) seen.low = address;
        if (address > seen.high) seen.high = address;
        seen.moved++;
      }
    }
  }

  /** Devices on a bus that sees memory elsewhere, and how far up. */
  offsets(): Map<number, number> {
    const found = new Map<number, number>();
    for (const [device, { own, moved, offset, low, high }] of this.#devices) {
      const isSure = own === 0 && moved >= ENOUGH && high - low >= APART;
      if (device !== null && isSure && offset !== null && isWindow(offset))
        found.set(device, Number(offset));
    }
    return found;
  }

  /** Devices of which every handle is the buffer's own address. */
  identity(): Set<number> {
    const found = new Set<number>();
    for (const [device, { own, moved }] of this.#devices)
      if (device !== null && own > 0 && moved === 0) found.add(device);
    return found;
  }

  /** Whether no handle shows another address, but for bounced buffers and for buses with an offset. */
  areOwn(offsets: ReadonlyMap<number, number>, bounces: boolean): boolean {
    for (const [device, { own, moved }] of this.#devices)
      if (moved > 0 && !offsets.has(device ?? -1) && !(bounces && own > 0)) return false;
    return true;
  }

  /** Whether any handle shows where memory is. */
  any(offsets: ReadonlyMap<number, number>): boolean {
    return offsets.size > 0 || [...this.#devices.values()].some(({ own }) => own > 0);
  }
}

/** A bus's window begins at a megabyte at least; what an IOMMU gives out would hardly keep to that. */
const isWindow = (offset: bigint): boolean =>
  offset % (1n << 20n) === 0n && offset > -(1n << 52n) && offset < 1n << 52n;
