// device-fault.ts - no chipset and no IOMMU refuses a device.
//
// What a device asked for and did not get is told by the fault alone, where no log has the access. Where the trace
// has it, the finding is the access's own (device-astray, dma-access) and names the fault.

import { hex } from "../address.ts";
import { deviceOf } from "../event/register.ts";
import type { Check, EventAt } from "./check.ts";
import { MappedBefore } from "./mapped-before.ts";
import { type Access, type DeviceFault, isDeviceFault, Refused } from "./refused.ts";

interface Tied extends DeviceFault {
  /** What the address had to do with mappings when it was refused. */
  readonly tie: ReturnType<MappedBefore["saysOf"]>;
}

export const deviceFault: Check = {
  name: "device-fault",
  holds: "no chipset or IOMMU refuses an access that a device makes",
  counts: true,
  byEvent: true,
  watch: (_, report) => {
    const before = new MappedBefore();
    const refused = new Refused<Tied>(({ event, tie, ...at }) => {
      const { fault, text, device, bus } = event;
      const who = device == null ? "" : `${deviceOf(device)}: `;
      const where = bus == null ? "an access whose address is not told" : `${hex(bus)}:b`;
      const history = tie === null ? "" : `; ${tie.says}`;
      const verdict = tie?.isMisread === true ? "wrong-space" : undefined;
      report.findingAt(at, [], `${who}${where} is refused: ${text ?? fault}${history}`, verdict);
    });
    const look = (event: Access, { seq, op }: EventAt): void => {
      if (event.reached != null) report.held();
      else if (refused.faultOf(event) === null) refused.waits({ event, seq, op, isFound: true });
    };
    return {
      after: {
        "dma.mapped": (event, { seq }) => before.mapped(event, seq),
        "dma.unmapped": (event, { seq }) => before.unmapped(event, seq),
        "iommu.mapped": (event, { seq }) => before.mapped(event, seq),
        "iommu.unmapped": (event, { seq }) => before.unmapped(event, seq),
        "fault.raised": (event, { seq, op }) => {
          if (isDeviceFault(event)) refused.fault({ event, seq, op, tie: before.saysOf(event) });
        },
        "events.lost": (_, { seq }) => before.lost(seq),
        "device.read": look,
        "device.wrote": look,
      },
      end: () => refused.end(),
    };
  },
};
