// dma-access.ts - a device accesses only what is mapped for it, while it is mapped, within its bounds and direction.
//
// A driver that gives its device another address than dma_map_* returned, as agpgart did with the GATT's in March
// 2005, is found here in captures of real kernels: the device's own log has an address that nobody mapped.

import { distance, hex, misreadAsPhys, onDeviceBus, type Phys } from "../address.ts";
import type { Subject } from "../event/field.ts";
import type { Of } from "../event/vocabulary.ts";
import type { LiveMappings } from "../machine/access.ts";
import type { Check, Moment, Report } from "./check.ts";
import { isIdentity } from "./mapped-before.ts";
import { type Access, type DeviceFault, isDeviceFault, Refused } from "./refused.ts";

type Mapped = Of<"dma.mapped">;

export const dmaAccess: Check = {
  name: "dma-access",
  holds: "a device touches only what is mapped for it, while it is mapped, and in its direction",
  counts: true,
  ofUse: true,
  goesOn: true,
  watch: (about, report) => {
    // Faults that stay without an access are device-fault's.
    const refused = new Refused(() => {});
    let isWhole = about.source === "simulated";
    const look = (event: Access, { seq, op, mappings }: Moment): void => {
      const fault = refused.faultOf(event);
      // An AGP card goes through the aperture, and a CPU through its page tables.
      const isFound = event.actor !== "device" || lookAt(event, mappings, fault, report, isWhole);
      if (fault === null) refused.waits({ event, seq, op, isFound });
    };
    return {
      after: {
        "fault.raised": (event, { seq, op }) => {
          const blocked = isDeviceFault(event) ? refused.fault({ event, seq, op }) : null;
          if (blocked !== null && !blocked.isFound)
            report.findingAt(blocked, [], `${hex(blocked.event.bus)}:b: refused at #${seq}`);
        },
        "events.lost": () => {
          isWhole = false;
        },
        "device.read": look,
        "device.wrote": look,
      },
    };
  },
};

/** Whether the access is found wrong, here or for its page (device-astray). */
function lookAt(
  access: Access,
  mappings: LiveMappings,
  fault: DeviceFault | null,
  report: Report,
  isWhole: boolean,
): boolean {
  const { bus, machine } = access;
  const misuse = mappings.misuse(access);
  if (fault === null && mappings.isDoubtful(access)) {
    report.unknown(`${hex(bus)}:b: its mapping may have ended where events were lost`);
    return machine != null;
  }
  if (misuse === "after unmap" && !isWhole && fault === null && mappings.isUnsure(access)) {
    report.unknown(`${hex(bus)}:b: may have come before the end of its mapping`);
    return machine != null;
  }
  if (misuse === null) {
    if (fault === null || machine != null) report.held();
    else report.finding([], `${hex(bus)}:b: mapped, and refused at #${fault.seq}`);
    // One that leads nowhere though it is mapped is device-astray's, where its page is known.
    return fault !== null || machine != null;
  }
  const refusal = fault === null ? "" : `; refused at #${fault.seq}`;
  const subjects: readonly Subject[] =
    access.frame == null ? [] : [{ family: "content", number: access.frame }];
  const buffer =
    misuse === "never mapped" ? bufferAt(misreadAsPhys(onDeviceBus(bus)), mappings) : null;
  if (buffer === null) {
    // An imported trace may begin when the device's rings were mapped already.
    if (misuse === "never mapped" && !isWhole && fault === null) {
      report.unknown(`${hex(bus)}:b: never mapped since the trace begins`);
      return machine != null;
    }
    report.finding(subjects, `${hex(bus)}:b: ${misuse}${refusal}`);
  } else
    report.finding(
      subjects,
      `${hex(bus)}:b: never mapped; it is the kernel's number of the buffer that is mapped at ${hex(buffer.bus)}:b`,
      "wrong-space",
    );
  return true;
}

/** The buffer at a kernel-physical address that is mapped for sure, by another number; null for none. */
function bufferAt(address: Phys, mappings: LiveMappings): Mapped | null {
  for (const [seq, { event: mapped }] of mappings.live) {
    if (mappings.isDoubtful({ cause: seq }) || isIdentity(mapped)) continue;
    const within = mapped.phys == null ? -1 : distance(mapped.phys, address);
    if (within >= 0 && within < mapped.size) return mapped;
  }
  return null;
}
