// address-text.ts - how a virt is written: the kernel's own address, which takes the virt base of the trace.
//
// Whoever writes a virt asks here and has to name the base: without it the text is an address of no space.

import { hex, raw, type Virt, virt } from "../address.ts";

/** The kernel's own address. It is a bigint, because no number holds one above 2^53. */
export const wholeVirt = (address: Virt, virtBase: bigint): bigint =>
  BigInt(raw(address)) + virtBase; // no number holds the sum

export const virtText = (address: Virt, virtBase: bigint): string =>
  hex(wholeVirt(address, virtBase));

/** The text of an address from a column of an event. */
export const columnText = (column: string, value: number, virtBase: bigint): string =>
  column === "virt" ? virtText(virt(value), virtBase) : hex(value);
