// dma-access.ts - a device accesses only what is mapped for it, while it is mapped, within its bounds and direction.
//
// A driver that gives its device another address than dma_map_* returned, as agpgart did with the GATT's in March
// 2005, is found here in captures of real kernels: the device's own log has an address that nobody mapped.

import { distance, hex, misreadAsPhys, onDeviceBus, type Phys } from "../address.ts";
import type { Subject } from "../event/field.ts";
import type { Event, Of } from "../event/vocabulary.ts";
import { accessFault, type Misuse } from "../machine/access.ts";
import type { Check, Report } from "./check.ts";

type Access = Of<"device.read"> | Of<"device.wrote">;
type Mapped = Of<"dma.mapped">;

export const dmaAccess: Check = {
  name: "dma-access",
  holds: "a device touches only what is mapped for it, while it is mapped, and in its direction",
  watch: (about, report) => {
    /** The mappings in force, by the event that made them. */
    const live = new Map<number, Mapped>();
    const isWhole = about.source === "simulated";
    const look = (event: Access) => lookAt(event, live, report, isWhole);
    return {
      after: {
        "dma.mapped": (event, { seq }) => {
          live.set(seq, event);
        },
        "dma.unmapped": ({ cause }) => {
          if (cause != null) live.delete(cause);
        },
        "device.read": look,
        "device.wrote": look,
      },
    };
  },
};

function lookAt(
  access: Access,
  live: ReadonlyMap<number, Mapped>,
  report: Report,
  isWhole: boolean,
): void {
  // An AGP card goes through the aperture, and a CPU through its page tables.
  if (access.actor !== "device") return;
  const { cause, bus } = access;
  const made: Event | null = cause == null ? null : (live.get(cause) ?? null);
  const misuse: Misuse | null =
    cause != null && made === null ? "after unmap" : accessFault(access, made);
  if (misuse === null) return;
  const subjects: readonly Subject[] =
    access.frame == null ? [] : [{ family: "content", number: access.frame }];
  const buffer = misuse === "never mapped" ? bufferAt(misreadAsPhys(onDeviceBus(bus)), live) : null;
  if (buffer === null) {
    // An imported trace may begin when the device's rings were mapped already.
    if (misuse === "never mapped" && !isWhole)
      report.unknown(`${hex(bus)}:b: never mapped since the trace begins`);
    else report.finding(subjects, `${hex(bus)}:b: ${misuse}`);
  } else
    report.finding(
      subjects,
      `${hex(bus)}:b: never mapped; it is the kernel's number of the buffer that is mapped at ${hex(buffer.bus)}:b`,
      "wrong-space",
    );
}

/** The mapped buffer at a kernel-physical address; null for none. */
function bufferAt(address: Phys, live: ReadonlyMap<number, Mapped>): Mapped | null {
  for (const mapped of live.values()) {
    const within = mapped.phys == null ? -1 : distance(mapped.phys, address);
    if (within >= 0 && within < mapped.size) return mapped;
  }
  return null;
}
