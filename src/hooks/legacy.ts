// legacy.ts - agpgart up to 2.6.12-rc6: a physical address is what the chipset wants. It is, without Xen.

import { misreadAsBus, misreadAsPhys } from "../address.ts";
import { found, gave, type Hooks, plainTable } from "./hooks.ts";

export const legacy: Hooks = {
  name: "legacy",
  toDevice: (arch, address, place) =>
    gave(arch, "virt_to_phys", address, misreadAsBus(arch.kernel.physOf(address)), place, "phys"),
  fromDevice: (arch, given, place) =>
    found(arch, "phys_to_virt", given, misreadAsPhys(given.bus), place, "phys"),
  ...plainTable,
  everyDriver: false,
};
