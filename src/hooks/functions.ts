// functions.ts - the four kinds of function that hook sets are made of, each by the name it had.
//
// What a name gives depends on the architecture's header: asm-i386/agp.h makes virt_to_gart the identity,
// Xen's makes it phys_to_machine (linux 07eee78ea8ba, xen 2594f8caad).

import { misreadAsBus, misreadAsPhys, offset, onBus, type Virt } from "../address.ts";
import { virtText } from "../event/address-text.ts";
import type { hookNames } from "../event/hook.ts";
import type { DeviceAddress } from "../platform/kernel.ts";
import { type Arch, busToPhys, fromDeviceBy, type Hooks, toDeviceBy } from "./hooks.ts";

type ToDevice = Hooks["toDevice"];
type FromDevice = Hooks["fromDevice"];
type Allocate = Hooks["allocateTable"];
type Free = Hooks["freeTable"];
type HookName = (typeof hookNames)[number];

/** phys_to_machine of the page: right for the device's side of every platform. */
export const machineOf =
  (name: HookName): ToDevice =>
  (arch, address, place) => {
    const machine = arch.kernel.machineOf(arch.kernel.physOf(address))!;
    return toDeviceBy(arch, name, address, onBus(machine), place, "bus");
  };
/** asm/io.h's virt_to_bus: where a PCI device finds the page. On alpha that is the direct map, above RAM. */
const busOf: ToDevice = (arch, address, place) => {
  const { kernel } = arch;
  const machine = kernel.machineOf(kernel.physOf(address))!;
  const mapped = offset(onBus(machine), kernel.platform.directMap);
  return toDeviceBy(arch, "virt_to_bus", address, mapped, place, "bus");
};
/** machine_to_phys: its inverse. */
export const machineToVirt =
  (name: HookName): FromDevice =>
  (arch, deviceAddress, place) =>
    fromDeviceBy(arch, name, deviceAddress, busToPhys(arch, deviceAddress.bus), place, "bus");

/** Address of a page, for the chipset. */
export const toDevice = {
  // The mistake: without Xen a physical address is what the chipset wants.
  virt_to_phys: (arch: Arch, address: Virt, place: string): DeviceAddress =>
    toDeviceBy(
      arch,
      "virt_to_phys",
      address,
      misreadAsBus(arch.kernel.physOf(address)),
      place,
      "phys",
    ),
  virt_to_bus: busOf,
  virt_to_gart: machineOf("virt_to_gart"),
  virt_to_fsb: machineOf("virt_to_fsb"),
  agp_virt_to_phys: machineOf("agp_virt_to_phys"),
  // What the hooks became in 2009 (linux 6a12235c7d2): the first mistake again.
  page_to_phys: (arch: Arch, address: Virt, place: string): DeviceAddress =>
    toDeviceBy(
      arch,
      "page_to_phys",
      address,
      misreadAsBus(arch.kernel.physOf(address)),
      place,
      "phys",
    ),
} as const;

/** The page behind an address that the chipset was given. */
export const fromDevice = {
  phys_to_virt: (arch: Arch, deviceAddress: DeviceAddress, place: string): Virt =>
    fromDeviceBy(
      arch,
      "phys_to_virt",
      deviceAddress,
      misreadAsPhys(deviceAddress.bus),
      place,
      "phys",
    ),
  bus_to_virt: ((arch, deviceAddress, place) => {
    const at = offset(deviceAddress.bus, -arch.kernel.platform.directMap);
    return fromDeviceBy(arch, "bus_to_virt", deviceAddress, busToPhys(arch, at), place, "bus");
  }) satisfies FromDevice,
  gart_to_virt: machineToVirt("gart_to_virt"),
  fsb_to_virt: machineToVirt("fsb_to_virt"),
  agp_phys_to_virt: machineToVirt("agp_phys_to_virt"),
} as const;

const getFreePages: Allocate = ({ kernel }, order, place) => {
  const virt = kernel.allocate("__get_free_pages", order, "gatt", place);
  return virt === null ? null : { virt, handle: null };
};
const coherent: Allocate = ({ coherent }, order, place) => coherent.allocate(order, place);

/** A function of the header: plain pages where frames follow each other anyway, else coherent memory. */
const archAllocate =
  (name: string): Allocate =>
  (arch, order, place) => {
    entered(arch, place, `${name}(${order})`);
    return (isExchanging(arch) ? coherent : getFreePages)(arch, order, name);
  };

/** Pages for the table. */
export const allocators = {
  __get_free_pages: getFreePages,
  dma_alloc_coherent: coherent,
  alloc_gatt_pages: archAllocate("alloc_gatt_pages"),
  alloc_fsb_pages: archAllocate("alloc_fsb_pages"),
  agp_alloc_pages: archAllocate("agp_alloc_pages"),
} as const;

const freePages: Free = ({ kernel }, { virt }, order, place) =>
  kernel.free("free_pages", virt, order, "gatt", place);
/** Without a handle the posted patch passes what it has: the table's bus address. */
const freeCoherent: Free = (arch, { virt, handle }, order, place) => {
  const { kernel } = arch;
  const bus = handle?.bus ?? onBus(kernel.machineOf(kernel.physOf(virt))!);
  arch.coherent.free(virt, bus, order, place);
};
const archFree =
  (name: string): Free =>
  (arch, memory, order, place) => {
    entered(
      arch,
      place,
      `${name}(${virtText(memory.virt, arch.kernel.platform.virtBase)}, ${order})`,
    );
    (isExchanging(arch) ? freeCoherent : freePages)(arch, memory, order, name);
  };

/** And their way back. */
export const releasers = {
  free_pages: freePages,
  dma_free_coherent: freeCoherent,
  free_gatt_pages: archFree("free_gatt_pages"),
  free_fsb_pages: archFree("free_fsb_pages"),
  agp_free_pages: archFree("agp_free_pages"),
} as const;

export interface Choice {
  readonly to: keyof typeof toDevice;
  readonly from: keyof typeof fromDevice;
  readonly alloc: keyof typeof allocators;
  readonly free: keyof typeof releasers;
}

/** A hook set of these four functions. */
export const hookSet = (name: string, { to, from, alloc, free }: Choice): Hooks => ({
  name,
  uses: [to, from, alloc, free],
  toDevice: toDevice[to],
  fromDevice: fromDevice[from],
  allocateTable: allocators[alloc],
  freeTable: releasers[free],
  everyDriver: false,
});

/** The table of a driver that takes it from __get_free_pages itself, whatever the hooks. */
export const plainTable = { allocateTable: getFreePages, freeTable: freePages } as const;

const isExchanging = ({ kernel }: Arch): boolean => kernel.platform.contiguousFrom !== null;

const entered = ({ kernel }: Arch, place: string, text: string): void => {
  kernel.machine.emit({ kind: "call.entered", actor: "kernel", place, text });
};
