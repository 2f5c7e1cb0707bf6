// bases.ts - where aperture and table are, for the chipsets that keep each in one 32-bit register.

import { aperture, bus } from "../address.ts";
import type { Chipset } from "./chipset.ts";

/** PCI_BASE_ADDRESS_MEM_MASK: the low four bits of a BAR say what kind it is. */
export const apertureIn =
  (number: number): Chipset["apertureBase"] =>
  (registers) => {
    const held = registers.register(number, 4);
    return held === undefined ? null : aperture(held.word - (held.word % 16));
  };

/** Bits 31:12 are the table; what stands below differs. */
export const tableIn =
  (number: number): Chipset["tableBase"] =>
  (registers) => {
    const held = registers.register(number, 4);
    return held === undefined ? null : { base: bus(held.word - (held.word % 4096)), seq: held.seq };
  };
