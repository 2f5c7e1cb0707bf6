// legacy.ts - agpgart up to 2.6.12-rc6: a physical address is what the chipset wants. It is, without Xen.

import { misreadAsBus, misreadAsPhys } from "../address.ts";
import { found, gave, type Hooks } from "./hooks.ts";

export const legacy: Hooks = {
  name: "legacy",
  toDevice: (arch, address, place) =>
    gave(arch, "virt_to_phys", address, misreadAsBus(arch.kernel.physOf(address)), place, "phys"),
  fromDevice: (arch, given, place) =>
    found(arch, "phys_to_virt", given, misreadAsPhys(given.bus), place, "phys"),
  allocateTable: ({ kernel }, order, place) =>
    kernel.allocate("__get_free_pages", order, "gatt", place),
  freeTable: ({ kernel }, table, order, place) =>
    kernel.free("free_pages", table, order, "gatt", place),
};
