// override.ts - the mail's other idea: the driver stays, virt_to_phys and phys_to_virt are redefined.
//
// "perhaps if virt_to_phys() is not used very much we can override its definition" (Keir Fraser, LKML,
// 17 March 2005). Under Xen they become phys_to_machine(__pa(x)) and __va(machine_to_phys(x)): what the driver
// wants, and not what the rest of the kernel means by them. The table still comes from __get_free_pages.

import { misreadAsBus } from "../address.ts";
import { boot } from "./boot.ts";
import { machineOf, machineToVirt } from "./functions.ts";
import { busToPhys, type Hooks } from "./hooks.ts";
import { legacy } from "./legacy.ts";

export const override: Hooks = {
  ...legacy,
  name: "override",
  toDevice: machineOf("virt_to_phys"),
  fromDevice: machineToVirt("phys_to_virt"),
  boot: (arch) =>
    boot(arch.kernel, (page) => arch.kernel.virtOf(busToPhys(arch, misreadAsBus(page)))),
};
