// dma-leak.ts - when a device's driver is gone, nothing that it mapped is left.
//
// The end of a trace is not the end of a run: what is still mapped there is listed by `info` and no finding. Only
// where the trace shows that the driver is gone, or the device has left its domain, nobody is left to unmap it.

import { hex } from "../address.ts";
import { isStanding } from "../event/iommu.ts";
import { deviceOf } from "../event/register.ts";
import type { Of } from "../event/vocabulary.ts";
import type { Live, LiveMappings } from "../machine/access.ts";
import type { Check, Moment } from "./check.ts";
import { Drivers } from "./drivers.ts";
import { isLeakComplaint } from "./refused.ts";

export const dmaLeak: Check = {
  name: "dma-leak",
  holds: "what a driver has mapped for its device is unmapped before the driver is gone",
  counts: true,
  goesOn: true,
  watch: (_, report) => {
    const drivers = new Drivers();
    /** The last event that says of a device that nothing is left of what was mapped before, and the last gap. */
    const releasedAt = new Map<number, number>();
    let gap = 0;
    /** Mappings that another device ended, or what names no mapping: the device's own are left. */
    const astray = new Map<number, Live>();
    const isLeft = (seq: number, device: number): boolean =>
      seq > gap && seq > (releasedAt.get(device) ?? 0);
    const reportLeaks = (device: number, says: string, { seq: at, mappings }: Moment): void => {
      const all = [...astray, ...mappings.live].sort(([a], [b]) => a - b);
      for (const [seq, { event, op }] of all) {
        if (event.device !== device || !isLeft(seq, device) || isStanding(event)) continue;
        const { handle, place, size } = event;
        const what = `${size} bytes at ${hex(handle)}:b${place == null ? "" : ` by ${place}`}`;
        const subject = { family: "dma", number: handle } as const;
        report.findingAt({ seq, op }, [subject], `${what} never end: ${says}`);
      }
      releasedAt.set(device, at);
    };
    const onDriverChange = (
      event: Of<"message.logged"> | Of<"call.entered">,
      moment: Moment,
    ): void => {
      for (const { device, driver } of drivers.changesIn(event))
        if (driver === "gone")
          for (const one of devicesIn(moment.mappings, astray).filter(
            (each) => deviceOf(each) === device,
          ))
            reportLeaks(one, `the driver of ${device} is gone at #${moment.seq}`, moment);
    };
    return {
      after: {
        "dma.unmapped": ({ cause, device }, { mappings }) => {
          const { made, seq, op } = mappings.ended;
          const mapping = made ?? astray.get(cause ?? 0)?.event;
          if (cause != null && mapping?.device != null && mapping.device === device) {
            astray.delete(cause);
            if (isLeft(cause, device)) report.held();
          } else if (made?.device != null) astray.set(seq, { event: made, op });
        },
        "message.logged": onDriverChange,
        "call.entered": onDriverChange,
        "fault.raised": (event, moment) => {
          if (!isLeakComplaint(event) || event.device == null) return;
          reportLeaks(
            event.device,
            `the kernel complains at #${moment.seq}: ${event.text}`,
            moment,
          );
        },
        // What ended in the gap is not known.
        "events.lost": (_, { seq }) => {
          gap = seq;
          astray.clear();
        },
      },
    };
  },
};

/** Those that something is mapped for. */
function devicesIn({ live }: LiveMappings, astray: ReadonlyMap<number, Live>): readonly number[] {
  const devices = new Set<number>();
  for (const { event } of [...live.values(), ...astray.values()])
    if (event.device != null) devices.add(event.device);
  return [...devices];
}
