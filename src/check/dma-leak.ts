// dma-leak.ts - when a device's driver is gone, nothing that it mapped is left.
//
// The end of a trace is not the end of a run: what is still mapped there is listed by `info` and no finding. Only
// where the trace shows that the driver is gone, or the device has left its domain, nobody is left to unmap it.

import { hex } from "../address.ts";
import { deviceOf } from "../event/register.ts";
import type { Of } from "../event/vocabulary.ts";
import type { Check, EventAt } from "./check.ts";
import { Drivers } from "./drivers.ts";
import { isLeakComplaint } from "./refused.ts";

interface Live extends EventAt {
  readonly event: Of<"dma.mapped">;
}

export const dmaLeak: Check = {
  name: "dma-leak",
  holds: "what a driver has mapped for its device is unmapped before the driver is gone",
  counts: true,
  goesOn: true,
  watch: (_, report) => {
    const drivers = new Drivers();
    /** Device -> what is mapped for it, by seq. */
    const devices = new Map<number, Map<number, Live>>();
    const gone = (device: number, says: string): void => {
      for (const { event, ...at } of devices.get(device)?.values() ?? []) {
        const { handle, place, size } = event;
        const what = `${size} bytes at ${hex(handle)}:b${place == null ? "" : ` by ${place}`}`;
        report.findingAt(at, [{ family: "dma", number: handle }], `${what} never end: ${says}`);
      }
      devices.delete(device);
    };
    const said = (event: Of<"message.logged"> | Of<"call.entered">, { seq }: EventAt): void => {
      for (const { device, driver } of drivers.changesIn(event))
        if (driver === "gone")
          for (const one of [...devices.keys()].filter((each) => deviceOf(each) === device))
            gone(one, `the driver of ${device} is gone at #${seq}`);
    };
    return {
      after: {
        "dma.mapped": (event, { seq, op }) => {
          if (event.device == null) return;
          const live = devices.get(event.device);
          if (live === undefined) devices.set(event.device, new Map([[seq, { event, seq, op }]]));
          else live.set(seq, { event, seq, op });
        },
        "dma.unmapped": ({ cause, device }) => {
          const live = device == null ? undefined : devices.get(device);
          if (cause != null && live?.delete(cause)) report.held();
        },
        "message.logged": said,
        "call.entered": said,
        "fault.raised": (event, { seq }) => {
          if (!isLeakComplaint(event) || event.device == null) return;
          gone(event.device, `the kernel complains at #${seq}: ${event.text}`);
        },
        // What ended in the gap is not known.
        "events.lost": () => devices.clear(),
      },
    };
  },
};
