// bus-master.ts - a PCI device at work: it reads and writes memory by the bus addresses it was given.
//
// A device drives only so many address lines: the bits of a handle above them are lost on the bus.

import { type Bus, lowBits, mfnOf, type Phys } from "../address.ts";
import { tagIn } from "./card.ts";
import type { DmaDevice } from "./dma/code.ts";
import type { Kernel } from "./kernel.ts";
import { reachedBy } from "./pci-bus.ts";

/** One access: address, size, the byte it is for (null once the mapping has ended), and the event of that address. */
export interface Access {
  readonly device: DmaDevice;
  readonly address: Bus;
  readonly size: number;
  readonly target: Phys | null;
  readonly cause: number;
}

/** The device reads; returns the tag that it reads, null where nothing answers. */
export function deviceReads(kernel: Kernel, access: Access): number | null {
  const { reached, ...fields } = about(kernel, access);
  const met = reached === null ? {} : { frame: mfnOf(reached), tag: tagIn(kernel, mfnOf(reached)) };
  kernel.machine.emit({ kind: "device.read", ...fields, reached, ...met });
  return met.tag ?? null;
}

/** The device writes content of that tag. */
export function deviceWrites(kernel: Kernel, access: Access, tag: number): void {
  const { reached, ...fields } = about(kernel, access);
  const there = reached === null ? {} : { frame: mfnOf(reached) };
  kernel.machine.emit({ kind: "device.wrote", ...fields, reached, ...there, tag });
}

function about(kernel: Kernel, { device, address, size, target, cause }: Access) {
  const issued = lowBits(address, device.lines);
  const page = target === null ? {} : { phys: target, machine: kernel.machineOf(target) };
  const reached = reachedBy(kernel, issued);
  const fields = { cause, bus: issued, size, ...page } as const;
  if (reached === null)
    kernel.machine.emit({ kind: "fault.raised", fault: "iommu", actor: "chipset", ...fields });
  return { ...fields, actor: "device", device: device.bdf, reached } as const;
}
