// far.ts - bus addresses of up to 64 bits as the numbers that importers reckon with.
//
// IOMMUs give out addresses of 57 and of 64 bits, from the top of what their devices drive. While a run is read, one
// from 2^52 on is a number from 2^52 to 2^53: its lower 44 bits, above them which region of the bus it is in, counted
// as they are met. So two in one region are as far from each other as they are; events have them whole. A region ends
// where no IOMMU begins or ends its space, in the middle between two multiples of 2^44: buffers reach over those.

import { type Bus, bus } from "../../../address.ts";

const FIRST = 2 ** 52;
const REGION = 2 ** 44;
const MIDDLE = 2n ** 43n;
/** Regions that there are numbers for; a machine's IOVAs lie in a few. */
const MOST = 2 ** 8;

const uppers: bigint[] = [];
const codes = new Map<bigint, number>();

/** The number that stands for a bus address; null where too many regions of the bus were met. */
export function nearOf(address: bigint): number | null {
  if (address < BigInt(FIRST)) return Number(address);
  const upper = (address + MIDDLE) >> 44n;
  let code = codes.get(upper);
  if (code === undefined) {
    if (uppers.length === MOST) return null;
    code = uppers.push(upper) - 1;
    codes.set(upper, code);
  }
  return FIRST + code * REGION + Number((address + MIDDLE) & 0xfffffffffffn);
}

/** Characters of a number below 2^52, and of one below 2^64: 0x and the digits. */
const [SHORT, LONGEST] = [15, 18];

/** The same of hexadecimal digits with 0x before them; null for more than 64 bits. Nearly all are short. */
export function nearHex(digits: string): number | null {
  if (digits.length <= SHORT) return Number.parseInt(digits, 16);
  return digits.length > LONGEST ? null : nearOf(BigInt(digits));
}

/** The bus address that a number stands for. */
export function wholeOf(near: number): Bus {
  if (near < FIRST) return bus(near);
  const code = Math.floor((near - FIRST) / REGION);
  return bus(((uppers[code] ?? 0n) << 44n) + BigInt((near - FIRST) % REGION) - MIDDLE);
}

/** Whether a number stands for an address past all memory. */
export const isFar = (near: number): boolean => near >= FIRST;
