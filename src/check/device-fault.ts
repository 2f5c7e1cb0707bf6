// device-fault.ts - no chipset and no IOMMU refuses a device.
//
// What a device asked for and did not get is told by the fault alone, where no log has the access. Where the trace
// has it, the finding is the access's own (device-astray, dma-access) and names the fault.

import { hex } from "../address.ts";
import type { Check } from "./check.ts";
import { isDeviceFault, Refused } from "./refused.ts";

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
    return {
      after: {
        "fault.raised": (event, { seq, op }) => {
          if (isDeviceFault(event)) refused.fault({ event, seq, op });
        },
        "device.read": (event) => {
          if (refused.access(event) === null && event.reached != null) report.held();
        },
        "device.wrote": (event) => {
          if (refused.access(event) === null && event.reached != null) report.held();
        },
      },
      end: () => refused.end(),
    };
  },
};
