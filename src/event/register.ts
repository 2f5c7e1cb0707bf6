// register.ts - chipset registers: PCI configuration space or memory-mapped, by place and width.

import { distance, hex, offset, type RegisterIndex, raw, registerIndex } from "../address.ts";
import { highField, subject, translationFields, widthField, wordField } from "./field.ts";
import { kind } from "./kind.ts";

/** A register's number: space (0 configuration, 1 memory-mapped), bus/device/function, byte offset. */
export const registerNumber = (
  where: "config" | "mmio",
  bdf: number,
  byte: number,
): RegisterIndex => registerIndex(((where === "mmio" ? 1 : 0) * 0x10000 + bdf) * 0x100000 + byte);

/** The processor's model-specific registers lie above those of the devices. */
const MSRS = registerIndex(2 ** 48);
/** Each is 64 bits wide and takes eight numbers, as other registers take one a byte. */
export const msrNumber = (msr: number): RegisterIndex => offset(MSRS, msr * 8);

/** "0000:01:05.0" as bus x 256 + device x 8 + function, above it the PCI domain x 65536. */
export function bdfOf(device: string): number {
  const [domain, bus, slot, fn] = device.split(/[:.]/).map((part) => Number.parseInt(part, 16));
  return domain! * 0x10000 + bus! * 256 + slot! * 8 + fn!;
}

export function deviceOf(bdf: number): string {
  const two = (n: number) => n.toString(16).padStart(2, "0");
  const domain = (bdf >>> 16).toString(16).padStart(4, "0");
  return `${domain}:${two((bdf >> 8) & 255)}:${two((bdf >> 3) & 31)}.${bdf & 7}`;
}

/** The parts of a register's number; `registerName` knows those of the processor too. */
export function registerAt(register: RegisterIndex): {
  where: "config" | "mmio";
  bdf: number;
  offset: number;
} {
  // The number is made of these parts, and only here is it taken apart.
  const number = raw(register);
  const slot = Math.floor(number / 0x100000);
  return {
    where: slot >= 0x10000 ? "mmio" : "config",
    bdf: slot % 0x10000,
    offset: number % 0x100000,
  };
}

export const registerName = (register: RegisterIndex): string => {
  if (register >= MSRS) return `msr:${hex(distance(MSRS, register) / 8)}`;
  const { where, bdf, offset } = registerAt(register);
  return `${where === "mmio" ? "mmio:" : ""}${deviceOf(bdf)}+${hex(offset)}`;
};

// Address columns are filled for a register that holds an address, such as a table base.
const access = {
  register: subject("register"),
  word: wordField,
  high: highField,
  size: widthField,
  ...translationFields,
} as const;

export const register = {
  "register.written": kind(
    { effect: "changes", doneBy: "chipset-driver", scope: "trace", inCaptures: false },
    access,
    (e) => `${registerName(e.register)} <- ${hex(e.word)}`,
  ),
  "register.read": kind(
    { effect: "reveals", doneBy: "chipset-driver", scope: "op", inCaptures: false },
    access,
    (e) => `${registerName(e.register)} = ${hex(e.word)}`,
  ),
};
