// told.ts - a short run of DMA calls and faults, told by their events alone.

import { bus, machine, phys } from "../../src/address.ts";
import type { Event, Of } from "../../src/event/vocabulary.ts";
import { setupOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";
import type { Run } from "./run-check.ts";

const { about } = recorded(setupOf("native-i386 gart smoke"));
const card = 0x700;
const call = { actor: "kernel", device: card, direction: "to-device" } as const;

/** An imported run of these events. */
export const toldBy = (...events: readonly Event[]): Run => ({
  about: { ...about, source: "imported" },
  events: events.map((event, i) => ({ seq: i + 1, op: -1, event })),
});

export const mapped = (address: number, size: number, page: number): Of<"dma.mapped"> => ({
  ...call,
  kind: "dma.mapped",
  place: "dma_map_page",
  handle: bus(address),
  bus: bus(address),
  phys: phys(page),
  machine: machine(page),
  size,
});

export const unmapped = (address: number, size: number): Of<"dma.unmapped"> => ({
  ...call,
  kind: "dma.unmapped",
  place: "dma_unmap_page",
  handle: bus(address),
  bus: bus(address),
  size,
});

export const fault = (
  kind: Of<"fault.raised">["fault"],
  device: number | null,
  address: number | null,
): Of<"fault.raised"> => ({
  kind: "fault.raised",
  actor: "kernel",
  fault: kind,
  text: "refused",
  device,
  bus: address === null ? null : bus(address),
});
