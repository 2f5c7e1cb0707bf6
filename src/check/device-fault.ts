// device-fault.ts - no chipset and no IOMMU refuses a device.
//
// What a device asked for and did not get is told by the fault alone, where no log has the access. Where the trace
// has it, the finding is the access's own (device-astray, dma-access) and names the fault.

import { hex } from "../address.ts";
import type { Check, EventAt } from "./check.ts";
import { type Access, isDeviceFault, Refused } from "./refused.ts";

export const deviceFault: Check = {
  name: "device-fault",
  holds: "no chipset or IOMMU refuses an access that a device makes",
  counts: true,
  byEvent: true,
  watch: (_, report) => {
    const refused = new Refused(({ event, ...at }) => {
      const { fault, text, bus } = event;
      const where = bus == null ? "an access whose address is not told" : `${hex(bus)}:b`;
      report.findingAt(at, [], `${where} is refused: ${text ?? fault}`);
    });
    const look = (event: Access, { seq, op }: EventAt): void => {
      if (event.reached != null) report.held();
      else if (refused.faultOf(event) === null) refused.waits({ event, seq, op, isFound: true });
    };
    return {
      after: {
        "fault.raised": (event, { seq, op }) => {
          if (isDeviceFault(event)) refused.fault({ event, seq, op });
        },
        "device.read": look,
        "device.wrote": look,
      },
      end: () => refused.end(),
    };
  },
};
