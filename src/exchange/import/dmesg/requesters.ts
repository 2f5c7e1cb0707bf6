// requesters.ts - whose a number is that an IOMMU has of a device, where it tells no name.
//
// On PCI the number is the device's address, bus, slot and function (RISC-V IOMMU specification, 2.1; virtio-iommu and
// Arm's streams where firmware maps them one to one, as it does by habit); other devices have any number. So it names
// a device that the log or the trace speaks of, and where they speak of none the one that it would be on PCI.

import { pciOf } from "../source/numbers.ts";
import type { OpenFault } from "./grammar/grammar.ts";

/** A message of a PCI device: "nvme 0000:01:00.0: ..." (include/linux/dev_printk.h). */
const OF_DEVICE = /^[\w.-]+ ([0-9a-f]{4,5}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\b/;
/** Slot 0 of the root bus is the host bridge, which asks for nothing. */
const FIRST = 8;

export class Requesters {
  readonly #named = new Set<number>();

  /** Takes a message of the kernel. */
  said(text: string): void {
    const [, name] = OF_DEVICE.exec(text) ?? [];
    const device = name === undefined ? null : pciOf(name);
    if (device !== null) this.#named.add(device);
  }

  /** `mapped`: the devices that buffers were mapped for. */
  deviceOf(
    { requester, grammar }: OpenFault,
    mapped: Pick<ReadonlyMap<number | null, unknown>, "has" | "size">,
  ): number | null {
    if (requester === null) return null;
    if (this.#named.has(requester) || mapped.has(requester)) return requester;
    const isAlone = this.#named.size === 0 && mapped.size === 0;
    return grammar.numbersPci === true && isAlone && requester >= FIRST ? requester : null;
  }
}
