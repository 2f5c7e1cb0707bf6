// handles.ts - what each device's DMA handles have to do with the addresses of their buffers: equal, or how far off.
//
// Where nothing else tells of the machine, this does: handles that equal their buffers' addresses stand in no
// IOMMU's way, and a device of which all are off by one and the same number is on a bus that sees memory there.

import { PAGE_SIZE } from "../../../address.ts";
import { deviceOf, dumpedDevice } from "./device.ts";

/** A buffer's two addresses, where the kernel prints both, in either order. */
const MAPPED =
  /dma_map_(?:page|phys): +(?:device=)?(\S+)(?=[^\n]{0,500}? dma_addr=(?:0x)?([0-9a-f]+))(?=[^\n]{0,500}? phys_addr=(?:0x)?([0-9a-f]+))/g;
/** The same where debugfs prints them, dma-api/dump; its numbers can have zeros in front or not. */
const DUMPED =
  /^(\S+) (\S+) (?:single|page|phy|coherent) idx \d+ P=(?:0x)?0*([0-9a-f]+)(?: N=[0-9a-f]+)? D=(?:0x)?0*([0-9a-f]+) /gm;
/**
 * Whether a mapping failed: its handle is all ones (DMA_MAPPING_ERROR, include/linux/dma-mapping.h). Of 32 bits that can
 * be a handle, of a buffer at a page's last byte: `own` is the buffer's own address, null where the source has none.
 */
export function isFailed(
  handle: string | null | undefined,
  own: string | number | null | undefined = null,
): boolean {
  if (handle == null || !handle.endsWith("ffffffff")) return false;
  const [, ones] = /^(?:0x)?(f{8}|f{16})$/.exec(handle) ?? [];
  return ones?.length === 16 || (ones?.length === 8 && own != null && !isLastByte(own));
}
const isLastByte = (own: string | number): boolean =>
  typeof own === "string" ? own.endsWith("fff") : own % PAGE_SIZE === PAGE_SIZE - 1;
/** Stands for the own address of coherent memory, which begins with a page always (Documentation/core-api/dma-api-howto.rst). */
export const COHERENT = 0;
/** So many buffers off by the same number, so far apart, are no chance. */
const ENOUGH = 3;
const APART = 1n << 20n;

interface HandleCounts {
  own: number;
  moved: number;
  /** Handle less address, in 64 bits; null where buffers differ in it. */
  offset: bigint | null;
  /** How many of the moved ones differ from the address in one upper bit alone. */
  marked: number;
  /** Where the moved buffers lie. */
  low: bigint;
  high: bigint;
}

export class Handles {
  readonly #devices = new Map<number | null, HandleCounts>();
  /** The upper bits that alone made a handle of an address. */
  readonly #bits = new Set<bigint>();

  see(bytes: Buffer): void {
    // Kprobes begin alike: dma_map_page_attrs.
    if (bytes.includes("dma_map_page: ") || bytes.includes("dma_map_phys: "))
      for (const [, name, handle, own] of bytes.toString("latin1").matchAll(MAPPED))
        if (!isFailed(handle!, own!)) this.#saw(deviceOf(name!), handle!, own!);
    if (bytes.includes(" dma map error"))
      for (const [, one, other, own, handle] of bytes.toString("latin1").matchAll(DUMPED))
        this.#saw(dumpedDevice(one!, other!), handle!, own!);
  }

  #saw(device: number | null, handle: string, own: string): void {
    let seen = this.#devices.get(device);
    if (seen === undefined) {
      seen = { own: 0, moved: 0, offset: null, marked: 0, low: 1n << 64n, high: 0n };
      this.#devices.set(device, seen);
    }
    if (handle === own) {
      seen.own++;
      return;
    }
    const address = BigInt(`0x${own}`);
    const offset = BigInt(`0x${handle}`) - address;
    seen.offset = seen.moved === 0 || seen.offset === offset ? offset : null;
    if ((address & offset) === 0n && isUpperBit(offset)) {
      seen.marked++;
      this.#bits.add(offset);
    }
    if (address < seen.low) seen.low = address;
    if (address > seen.high) seen.high = address;
    seen.moved++;
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

  /**
   * The bit that handles have beside their buffers' addresses, for encrypted memory or for shared, the same of every
   * device; null where none has one, or one is moved otherwise and nothing bounces.
   */
  encryptionBit(bounces: boolean): number | null {
    const [bit, another] = this.#bits;
    const isElsewhere = [...this.#devices.values()].some(({ moved, marked }) => moved > marked);
    return bit === undefined || another !== undefined || (isElsewhere && !bounces)
      ? null
      : Number(bit);
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

/** Above the memory of any machine: AMD's bit is 47 or 51 (CPUID 0x8000001f, EBX), TDX's too, an Arm realm's the uppermost. */
const LOWEST_BIT = 1n << 39n;
const isUpperBit = (number: bigint): boolean =>
  number >= LOWEST_BIT && number < 1n << 52n && (number & (number - 1n)) === 0n;

/** A bus's window begins at a megabyte at least; what an IOMMU gives out would hardly keep to that. */
const isWindow = (offset: bigint): boolean =>
  offset % (1n << 20n) === 0n && offset > -(1n << 52n) && offset < 1n << 52n && !isUpperBit(offset);
