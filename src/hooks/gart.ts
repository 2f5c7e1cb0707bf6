// gart.ts - the four hooks as merged for 2.6.12: virt_to_gart, gart_to_virt, alloc and free_gatt_pages.
//
// asm-*/agp.h makes them the identity and plain pages; Xen's header makes them phys_to_machine and
// coherent memory (linux 07eee78ea8ba, xen 2594f8caad).

import { hex, onBus } from "../address.ts";
import {
  type Arch,
  busToPhys,
  coherentTable,
  found,
  gave,
  type Hooks,
  plainTable,
} from "./hooks.ts";

export const gart: Hooks = {
  name: "gart",
  toDevice(arch, address, place) {
    const machine = arch.kernel.machineOf(arch.kernel.physOf(address))!;
    return gave(arch, "virt_to_gart", address, onBus(machine), place, "bus");
  },
  fromDevice: (arch, given, place) =>
    found(arch, "gart_to_virt", given, busToPhys(arch, given.bus), place, "bus"),
  allocateTable(arch, order, place) {
    entered(arch, place, `alloc_gatt_pages(${order})`);
    return table(arch).allocateTable(arch, order, "alloc_gatt_pages");
  },
  freeTable(arch, memory, order, place) {
    entered(arch, place, `free_gatt_pages(${hex(memory.virt)}, ${order})`);
    table(arch).freeTable(arch, memory, order, "free_gatt_pages");
  },
  // The merged patch left __get_free_pages in the drivers that call it themselves.
  everyDriver: false,
};

const table = ({ kernel }: Arch) =>
  kernel.platform.contiguousFrom === null ? plainTable : coherentTable;

const entered = ({ kernel }: Arch, place: string, text: string): void => {
  kernel.machine.emit({ kind: "call.entered", actor: "kernel", place, text });
};
