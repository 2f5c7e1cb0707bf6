// gart.ts - the four hooks as merged for 2.6.12: virt_to_gart, gart_to_virt, alloc and free_gatt_pages.
//
// asm-i386/agp.h makes them the identity and plain pages; Xen's header makes them phys_to_machine and
// coherent memory (linux 07eee78ea8ba, xen 2594f8caad).

import {
  hex,
  mfnOf,
  offset,
  onBus,
  pageOffset,
  pfn,
  physOf,
  raw,
  untranslated,
} from "../address.ts";
import { type Arch, found, gave, type Hooks } from "./hooks.ts";

export const gart: Hooks = {
  name: "gart",
  toDevice(arch, address, place) {
    const machine = arch.kernel.machineOf(arch.kernel.physOf(address))!;
    return gave(arch, "virt_to_gart", address, onBus(machine), place, "bus");
  },
  fromDevice(arch, given, place) {
    const at = untranslated(given.bus);
    // M2P answers for anybody's frame, with the owner's page number; strangers here number as they lie.
    const page = arch.kernel.pageAt(raw(mfnOf(at))) ?? raw(mfnOf(at));
    const phys = offset(physOf(pfn(page)), pageOffset(at));
    return found(arch, "gart_to_virt", given, phys, place, "bus");
  },
  allocateTable(arch, order, place) {
    entered(arch, place, `alloc_gatt_pages(${order})`);
    return isExchanged(arch)
      ? (arch.coherent.allocate(order, "alloc_gatt_pages")?.virt ?? null)
      : arch.kernel.allocate("__get_free_pages", order, "gatt", "alloc_gatt_pages");
  },
  freeTable(arch, table, order, place) {
    entered(arch, place, `free_gatt_pages(${hex(table)}, ${order})`);
    if (!isExchanged(arch)) {
      arch.kernel.free("free_pages", table, order, "gatt", "free_gatt_pages");
      return;
    }
    const handle = onBus(arch.kernel.machineOf(arch.kernel.physOf(table))!);
    arch.coherent.free(table, handle, order, "free_gatt_pages");
  },
};

const isExchanged = ({ kernel }: Arch): boolean => kernel.platform.contiguousFrom !== null;

const entered = ({ kernel }: Arch, place: string, text: string): void => {
  kernel.machine.emit({ kind: "call.entered", actor: "kernel", place, text });
};
