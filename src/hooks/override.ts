// override.ts - the mail's other idea: the driver stays, virt_to_phys and phys_to_virt are redefined.
//
// "perhaps if virt_to_phys() is not used very much we can override its definition" (Keir Fraser, LKML,
// 17 March 2005). Under Xen they become phys_to_machine(__pa(x)) and __va(machine_to_phys(x)): what the driver
// wants, and not what the rest of the kernel means by them. The table still comes from __get_free_pages.

import { misreadAsBus, type Phys, type Virt } from "../address.ts";
import { boot } from "../platform/boot.ts";
import { machineOf, machineToVirt } from "./functions.ts";
import { type Arch, busToPhys, type Hooks } from "./hooks.ts";
import { legacy } from "./legacy.ts";

export const override: Hooks = {
  ...legacy,
  name: "override",
  toDevice: machineOf("virt_to_phys"),
  fromDevice: machineToVirt("phys_to_virt"),
  boot: (arch) => boot(arch.kernel, (page, place) => physToVirt(arch, page, place)),
};

/** phys_to_virt of the kernel's own: the number of a page, taken for a machine address. */
function physToVirt(arch: Arch, page: Phys, place: string): Virt {
  const { kernel } = arch;
  const number = misreadAsBus(page);
  const pointer = kernel.virtOf(busToPhys(arch, number));
  // The pointer is used at once: it has reached something, right or wrong.
  kernel.machine.emit({
    kind: "hook.called",
    actor: "kernel",
    place,
    hook: "phys_to_virt",
    virt: pointer,
    phys: page,
    machine: kernel.machineOf(page),
    bus: number,
    reached: kernel.machineOf(kernel.physOf(pointer)),
  });
  return pointer;
}
