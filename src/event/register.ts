// register.ts - chipset registers: PCI configuration space or memory-mapped, by place and width.

import { distance, hex, offset, type RegisterIndex, raw, registerIndex } from "../address.ts";
import { UserError } from "../fault.ts";
import { isNamedDevice, nameOfDevice } from "./device-name.ts";
import {
  busField,
  highField,
  optional,
  subject,
  translationFields,
  virtField,
  widthField,
  wordField,
} from "./field.ts";
import { kind } from "./kind.ts";

const OFFSETS = 2 ** 20;
/** Bus, slot and function of a device within its PCI domain. */
const DEVICES = 2 ** 16;
/** A subject has no room for more. */
const DOMAINS = 2 ** 11;

/**
 * A register's number: the byte in bits 0 to 19, function, slot and bus up to bit 35, bit 36 where it is
 * memory-mapped, and the PCI domain from bit 37 on. The view `events` takes it apart (migrations/).
 */
export function registerNumber(where: "config" | "mmio", bdf: number, byte: number): RegisterIndex {
  const domain = Math.floor(bdf / DEVICES);
  if (domain >= DOMAINS) throw new UserError(`${deviceOf(bdf)}: no PCI domain above 07ff is known`);
  const space = domain * 2 + (where === "mmio" ? 1 : 0);
  return registerIndex((space * DEVICES + (bdf % DEVICES)) * OFFSETS + byte);
}

/** The processor's model-specific registers lie above those of the devices. */
const MSRS = registerIndex(2 ** 48);
/** Registers of no device that is known, by their address in memory. */
const IN_MEMORY = 2 ** 48 + 2 ** 46;
const MEMORY = 2 ** 46;
/** Memory-mapped registers past the first megabyte of a device's memory, such as a graphics card's. */
const FAR = 2 ** 48 + 2 ** 47;
const FAR_OFFSETS = 2 ** 31;

/**
 * The number of a memory-mapped register at an address, and at a byte of a device's memory where the device is known.
 * What neither has room for has none: past 2 GB of a device, or in a PCI domain other than 0, the address tells it.
 */
export function mmioNumber(
  device: { readonly bdf: number; readonly offset: number } | null,
  address: number,
): RegisterIndex | null {
  if (device !== null && device.offset < OFFSETS)
    return registerNumber("mmio", device.bdf, device.offset);
  if (device !== null && device.bdf < DEVICES && device.offset < FAR_OFFSETS)
    return registerIndex(FAR + device.bdf * FAR_OFFSETS + device.offset);
  return address < MEMORY ? registerIndex(IN_MEMORY + address) : null;
}
/** Each is 64 bits wide and takes eight numbers, as other registers take one a byte. */
export const msrNumber = (msr: number): RegisterIndex => offset(MSRS, msr * 8);

/** "0000:01:05.0" as bus x 256 + device x 8 + function, above it the PCI domain x 65536. */
export function bdfOf(device: string): number {
  const [domain, bus, slot, fn] = device.split(/[:.]/).map((part) => Number.parseInt(part, 16));
  return domain! * 0x10000 + bus! * 256 + slot! * 8 + fn!;
}

/** A device's name: a PCI device's is its address. */
export function deviceOf(bdf: number): string {
  if (isNamedDevice(bdf)) return nameOfDevice(bdf);
  const two = (n: number) => n.toString(16).padStart(2, "0");
  const domain = Math.floor(bdf / DEVICES)
    .toString(16)
    .padStart(4, "0");
  return `${domain}:${two((bdf >> 8) & 255)}:${two((bdf >> 3) & 31)}.${bdf & 7}`;
}

/** The parts of the number of a device's register. */
export function registerAt(register: RegisterIndex): {
  where: "config" | "mmio";
  bdf: number;
  offset: number;
} {
  // The number is made of these parts, and only here is it taken apart.
  const number = raw(register);
  if (number >= FAR) {
    const bdf = Math.floor((number - FAR) / FAR_OFFSETS);
    return { where: "mmio", bdf, offset: (number - FAR) % FAR_OFFSETS };
  }
  const device = Math.floor(number / OFFSETS);
  const space = Math.floor(device / DEVICES);
  return {
    where: space % 2 === 1 ? "mmio" : "config",
    bdf: Math.floor(space / 2) * DEVICES + (device % DEVICES),
    offset: number % OFFSETS,
  };
}

/** "0000:00:00.0+0xb8", "mmio:0000:01:00.0+0x2020", "mmio:0xfebc0000" of no known device, or "msr:0xc0010018". */
export function registerName(register: RegisterIndex): string {
  const number = raw(register); // Its parts are in its name.
  if (number >= IN_MEMORY && number < FAR) return `mmio:${hex(number - IN_MEMORY)}`;
  if (register >= MSRS && number < FAR)
    return `msr:${hex(Math.floor(distance(MSRS, register) / 8))}`;
  const { where, bdf, offset } = registerAt(register);
  return `${where === "mmio" ? "mmio:" : ""}${deviceOf(bdf)}+${hex(offset)}`;
}

/** The register with such a name; null where the text is none. */
export function registerNamed(name: string): RegisterIndex | null {
  const [, msr] = /^msr:0x([0-9a-f]{1,8})$/.exec(name) ?? [];
  if (msr !== undefined) return msrNumber(Number.parseInt(msr, 16));
  const [, memory] = /^mmio:0x([0-9a-f]{1,12})$/.exec(name) ?? [];
  if (memory !== undefined) return mmioNumber(null, Number.parseInt(memory, 16));
  const [, mmio, device, byte] =
    /^(mmio:)?([0-9a-f]{4}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7])\+0x([0-9a-f]{1,8})$/.exec(name) ?? [];
  if (device === undefined) return null;
  const [bdf, offset] = [bdfOf(device), Number.parseInt(byte!, 16)];
  if (mmio !== undefined) return mmioNumber({ bdf, offset }, MEMORY);
  return offset < OFFSETS ? registerNumber("config", bdf, offset) : null;
}

const access = {
  /** Its place in the configuration space or memory of its device; names the subject. */
  register: subject("register"),
  word: wordField,
  high: highField,
  /** Bytes of the access, 1 to 8. */
  size: widthField,
  /** Filled where the driver goes through the chipset's window to its table and meets a register below it. */
  virt: optional(virtField),
  ...translationFields,
  /** The address that the register holds, such as a table's base, in bytes; none for a register that holds none. */
  bus: optional(busField),
} as const;

const MEANT = ", meant for an entry of the table";

export const register = {
  /** A register of a device or chipset is written. */
  "register.written": kind(
    {
      effect: "changes",
      doneBy: "chipset-driver",
      scope: "trace",
      use: "handed",
      inCaptures: false,
    },
    access,
    (e) => `${registerName(e.register)} <- ${hex(e.word)}${e.virt == null ? "" : MEANT}`,
  ),
  /** A register of a device or chipset is read. */
  "register.read": kind(
    { effect: "reveals", doneBy: "chipset-driver", scope: "op", use: "none", inCaptures: false },
    access,
    (e) => `${registerName(e.register)} = ${hex(e.word)}`,
  ),
};
