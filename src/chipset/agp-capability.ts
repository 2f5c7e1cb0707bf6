// agp-capability.ts - the AGP capability of a PCI device: where its registers lie, and which ignores writes.
//
// Offsets from the capability's own, as in include/linux/pci_regs.h.

import type { RegisterIndex } from "../address.ts";
import { bdfOf, registerAt, registerNumber } from "../event/register.ts";
import type { Chipset } from "./chipset.ts";

export const PCI_AGP_STATUS = 4;
export const PCI_AGP_COMMAND = 8;

/** Whether a register is the AGP status of one of the chipset's devices; it is read-only. */
export const isAgpStatus = ({ devices }: Chipset, register: RegisterIndex): boolean =>
  devices.some(
    ({ name, agp }) =>
      agp !== 0 &&
      // The offset first: few registers pass it, and a device's name takes a microsecond to read.
      registerAt(register).offset === agp + PCI_AGP_STATUS &&
      register === registerNumber("config", bdfOf(name), agp + PCI_AGP_STATUS),
  );
