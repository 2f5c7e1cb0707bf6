// address-registers.ts - registers by which a driver tells a device where its tables are in memory.

import type { Device } from "./devices.ts";

/** A kind of device, and the offset of the low half of the register that an offset belongs to. */
interface AddressRegisters {
  readonly driver: string;
  readonly id: number;
  /** Null for a register that holds no address. */
  readonly lowOf: (offset: number) => number | null;
}

const known: readonly AddressRegisters[] = [
  // ASQ and ACQ, the admin queues (NVM Express Base Specification 1.4, 3.1).
  { driver: "nvme", id: 0x1b360010, lowOf: oneOf([0x28, 0x30]) },
  // PxCLB and PxFB, command list and received FISes of each of 32 ports (AHCI 1.3.1, 3.3).
  { driver: "ahci", id: 0x80862922, lowOf: (offset) => inPorts(offset) },
  // RDBAL and TDBAL, the descriptor rings of two queues (Intel 82574 datasheet, 10.2.5 and 10.2.6).
  { driver: "e1000e", id: 0x808610d3, lowOf: oneOf([0x2800, 0x2900, 0x3800, 0x3900]) },
];

/**
 * The whole address that a device holds after a write of `word` to one half of such a register; null where
 * the register is none, or the half that counts was not written yet. `wordAt` gives what another holds.
 */
export function heldAddress(
  device: Device,
  offset: number,
  size: number,
  word: number,
  wordAt: (offset: number) => number | null,
): number | null {
  const kind = known.find(({ driver, id }) => driver === device.driver || id === device.id);
  const low = kind?.lowOf(offset) ?? null;
  if (low === null || (size !== 4 && offset !== low)) return null;
  if (size === 8) return word;
  // The upper half is 0 after a reset; the lower half says nothing before it was written.
  const lower = offset === low ? word : wordAt(low);
  const upper = offset === low ? (wordAt(low + 4) ?? 0) : word;
  const address = lower === null ? null : upper * 2 ** 32 + lower;
  return address !== null && address < 2 ** 52 ? address : null;
}

function oneOf(lows: readonly number[]): (offset: number) => number | null {
  return (offset) => lows.find((low) => offset === low || offset === low + 4) ?? null;
}

function inPorts(offset: number): number | null {
  if (offset < 0x100 || offset >= 0x1100) return null;
  const within = (offset - 0x100) % 0x80;
  return within < 0x10 && within % 4 === 0 ? offset - (within % 8) : null;
}
