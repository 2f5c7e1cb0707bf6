// data-lost.ts - what a device wrote into a buffer is what the CPU reads there.
//
// A kernel with bounce buffers copies when a mapping ends or is synchronised. If it does not recognise its own slot
// (xen f3d1875ab6), or if a graphics driver keeps a mapping for good and never synchronises (linux 78a07fe777c4),
// the CPU goes on reading the old content.

import {
  type Bus,
  distance,
  hex,
  offset,
  onDeviceBus,
  PAGE_SIZE,
  type Virt,
  type Vpn,
  vpnOf,
} from "../address.ts";
import { tagName } from "../event/device.ts";
import type { Check } from "./check.ts";

interface Mapping {
  readonly seq: number;
  readonly bus: Bus;
  readonly virt: Virt;
  readonly size: number;
}

export const dataLost: Check = {
  name: "data-lost",
  holds: "the CPU reads in a buffer what a device wrote there",
  counts: true,
  watch: (_, report) => {
    /** Live mappings by handle, and the handle by the event that made it. */
    const mappings = new Map<Bus, Mapping>();
    const handles = new Map<number, Bus>();
    /** The tag that a device wrote, by the page at which the CPU reads it. */
    const left = new Map<Vpn, number>();
    return {
      after: {
        "dma.mapped": ({ handle, bus, virt, size }, { seq }) => {
          if (virt == null) return;
          mappings.set(handle, { seq, bus, virt, size });
          handles.set(seq, handle);
        },
        "dma.unmapped": ({ handle }) => {
          const mapping = mappings.get(handle);
          if (mapping === undefined) return;
          handles.delete(mapping.seq);
          mappings.delete(handle);
        },
        "device.wrote": ({ cause, bus, tag, size }) => {
          const handle = handles.get(cause ?? -1);
          const mapping = handle === undefined ? undefined : mappings.get(handle);
          if (mapping === undefined || tag == null || (size ?? 0) < PAGE_SIZE) return;
          const at = distance(mapping.bus, onDeviceBus(bus));
          if (at >= 0 && at < mapping.size) left.set(vpnOf(offset(mapping.virt, at)), tag);
        },
        "cpu.wrote": ({ virt }) => {
          if (virt != null) left.delete(vpnOf(virt));
        },
        "page.freed": ({ virt, size }) => {
          if (virt == null) return;
          for (let at = 0; at < size; at += PAGE_SIZE) left.delete(vpnOf(offset(virt, at)));
        },
        "cpu.read": ({ virt, tag, machine, frame }) => {
          if (virt == null) return;
          const expected = left.get(vpnOf(virt));
          if (expected === undefined) return;
          if (expected === tag) {
            report.held();
            return;
          }
          report.finding(
            [{ family: "content", number: frame }],
            `the CPU reads ${tagName(tag)} at ${hex(machine)}:m, a device wrote ${tagName(expected)} there`,
            "stale",
          );
        },
      },
    };
  },
};
