// layout.ts - how a chipset's tables are written down: a register, an AGP device, a card in the slot.

import type { RegisterIndex } from "../address.ts";
import { bdfOf, registerNumber } from "../event/register.ts";
import { PCI_AGP_STATUS } from "./agp-capability.ts";
import type { Chipset, RegisterOf } from "./chipset.ts";

/** Fields by name, each with its highest and lowest bit. */
type Fields = { readonly [name: string]: readonly [number, number] };
type Table = Pick<RegisterOf, "holdsTable" | "tableIn">;

/** A register by its number. */
export const register = (
  name: string,
  number: RegisterIndex,
  width: RegisterOf["width"],
  fields: Fields = {},
  table: Table = { holdsTable: false },
): RegisterOf => ({
  name,
  number,
  width,
  fields: Object.entries(fields).map(([name, bits]) => ({ name, bits })),
  ...table,
});

/** A configuration register of a device, by its offset. */
export const configRegister = (
  device: string,
  name: string,
  offset: number,
  width: RegisterOf["width"],
  fields?: Fields,
  table?: Table,
): RegisterOf =>
  register(name, registerNumber("config", bdfOf(device), offset), width, fields, table);

/** What a register of a device holds at power-on. */
export const powerOnValue = (device: string, offset: number, width: 1 | 2 | 4, value: number) => ({
  device,
  offset,
  width,
  value,
});

/** A device with an AGP capability, and what the capability holds: its head and the status. */
export interface AgpDevice {
  readonly device: Chipset["devices"][number];
  readonly powerOn: Chipset["powerOn"];
}

export const agpDevice = (
  name: string,
  agp: number,
  head: number,
  status: number,
  isDisplay = false,
): AgpDevice => ({
  device: { name, agp, isDisplay },
  powerOn: [powerOnValue(name, agp, 4, head), powerOnValue(name, agp + PCI_AGP_STATUS, 4, status)],
});

/** The cards of the reference's machines: a Matrox G400 of AGP 2.0 and a Radeon 9700 of AGP 3.0. */
export const g400 = agpDevice("0000:01:00.0", 0xf0, 0x00200002, 0x1f000207, true);
export const radeonAt = (name: string): AgpDevice =>
  agpDevice(name, 0x58, 0x00300002, 0x1f000a1b, true);
