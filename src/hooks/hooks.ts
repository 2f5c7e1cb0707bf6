// hooks.ts - what the AGP driver asks of the architecture it runs on: the mail's four functions.
//
// "What we need are four hook functions to be defined and used in place of virt_to_phys, phys_to_virt,
// __get_free_pages, and free_pages" (Keir Fraser, LKML, 17 March 2005).

import {
  type Bus,
  lowBits,
  mfnOf,
  offset,
  type Phys,
  pageOffset,
  pfnOnBareMetal,
  physOf,
  untranslated,
  type Virt,
} from "../address.ts";
import type { hookNames } from "../event/hook.ts";
import { allocatedAt } from "../machine/memory.ts";
import type { CoherentMemory } from "../platform/coherent.ts";
import type { Exchange } from "../platform/exchange.ts";
import type { DeviceAddress, Kernel } from "../platform/kernel.ts";

/** The kernel as a hook set sees it. */
export interface Arch {
  readonly kernel: Kernel;
  readonly coherent: CoherentMemory;
  readonly exchange: Exchange;
}

export interface Hooks {
  readonly name: string;
  /** The kernel's names of the functions it is made of. */
  readonly uses: readonly string[];
  /** The number that the device's side is given for a kernel address. */
  toDevice(arch: Arch, address: Virt, place: string): DeviceAddress;
  /** The kernel address behind a number that the device's side was given. */
  fromDevice(arch: Arch, deviceAddress: DeviceAddress, place: string): Virt;
  /** 2^order pages for the table; null where there are none. */
  allocateTable(arch: Arch, order: number, place: string): TableMemory | null;
  freeTable(arch: Arch, table: TableMemory, order: number, place: string): void;
  /** What the table base register is given, where that is not what `toDevice` says of the table. */
  tableBase?(table: TableMemory): DeviceAddress;
  /** Whether drivers that take their table from __get_free_pages themselves use these functions too. */
  readonly everyDriver: boolean;
  /** What else of the kernel goes through these functions, before the driver loads. */
  boot?(arch: Arch): void;
}

/** The pages of a table, and the DMA handle they came with, if they did. */
export interface TableMemory {
  readonly virt: Virt;
  readonly handle: DeviceAddress | null;
}

type HookName = (typeof hookNames)[number];

/** Calls and records a to-device hook. `promises` says whether its result is meant to be a bus address. */
export function toDeviceBy(
  arch: Arch,
  hook: HookName,
  address: Virt,
  result: Bus,
  place: string,
  promises: "bus" | "phys",
): DeviceAddress {
  const { wordBits } = arch.kernel.platform;
  // These functions return an unsigned long: a machine address above 4 GB loses its upper bits here.
  const word = wordBits === 32 ? lowBits(result, 32) : result;
  const phys = arch.kernel.physOf(address);
  const seq = emitCall(arch, hook, address, phys, promises === "bus" ? word : null, place);
  return { bus: word, phys, seq };
}

/** Calls and records a from-device hook: `phys` is the page that it finds for the number. */
export function fromDeviceBy(
  arch: Arch,
  hook: HookName,
  deviceAddress: DeviceAddress,
  phys: Phys,
  place: string,
  takes: "bus" | "phys",
): Virt {
  const address = arch.kernel.virtOf(phys);
  emitCall(arch, hook, address, phys, takes === "bus" ? deviceAddress.bus : null, place);
  return address;
}

function emitCall(
  { kernel }: Arch,
  hook: HookName,
  virt: Virt,
  phys: Phys,
  bus: Bus | null,
  place: string,
): number {
  const cause = allocatedAt(kernel.state, phys);
  const machine = kernel.machineOf(phys);
  const kind = "hook.called";
  // Spreading a bus that may be there would cost as much as the rest.
  return kernel.machine.emit(
    bus === null
      ? { kind, actor: "driver", place, cause, hook, virt, phys, machine }
      : { kind, actor: "driver", place, cause, hook, virt, phys, machine, bus },
  );
}

/** machine_to_phys of a number on the device's side. */
export function busToPhys({ kernel }: Arch, address: Bus): Phys {
  const at = untranslated(address);
  const frame = mfnOf(at);
  // M2P answers for anybody's frame, with the owner's page number.
  const page =
    kernel.pageAt(frame) ?? kernel.platform.strangersPage(frame) ?? pfnOnBareMetal(frame);
  return offset(physOf(page), pageOffset(at));
}
