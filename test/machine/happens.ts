// happens.ts - lets events happen to a state, each as short as what the test is about.

import { gattIndex, machineOf, mfn, pfn, physOf } from "../../src/address.ts";
import { intel440bx } from "../../src/chipset/440bx.ts";
import type { uses } from "../../src/event/memory.ts";
import { bdfOf, registerNumber } from "../../src/event/register.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { apply } from "../../src/machine/apply.ts";
import { type Nature, State } from "../../src/machine/state.ts";

type Short<E> = E extends Event ? Omit<E, "actor"> : never;
/** An event without its actor: no state depends on who did it. */
export type Happening = Short<Event>;

/** A PC on bare metal, and the same as dom0. */
export const pc: Nature = { physIsMachine: true, chipset: intel440bx };
export const dom0: Nature = { physIsMachine: false, chipset: intel440bx };

/** Applies the events and gives the state; the next seq is always the next moment. */
export function happens(state: State, ...events: Happening[]): State {
  for (const event of events)
    apply(state, { ...event, actor: "kernel" } as Event, state.moment + 1);
  return state;
}

export const stateAfter = (nature: Nature, ...events: Happening[]): State =>
  happens(new State(nature), ...events);

const entryOf = (kind: "p2m.set" | "p2m.cleared", page: number, frame: number): Happening => ({
  kind,
  page: pfn(page),
  phys: physOf(pfn(page)),
  machine: machineOf(mfn(frame)),
});
export const p2mSet = (page: number, frame: number) => entryOf("p2m.set", page, frame);
export const p2mCleared = (page: number, frame: number) => entryOf("p2m.cleared", page, frame);

type Use = (typeof uses)[number];
const pages = (
  kind: "page.allocated" | "page.freed",
  allocation: number,
  count: number,
  use: Use,
): Happening => ({
  kind,
  allocation: pfn(allocation),
  by: "__get_free_pages",
  use,
  size: count * 4096,
});
export const allocated = (first: number, count: number, use: Use) =>
  pages("page.allocated", first, count, use);
export const freed = (first: number, count: number, use: Use) =>
  pages("page.freed", first, count, use);

export const cpuFills = (frame: number, tag: number): Happening => ({
  kind: "cpu.wrote",
  frame: mfn(frame),
  tag,
  machine: machineOf(mfn(frame)),
});

export const gattWritten = (entry: number, word: number): Happening => ({
  kind: "gatt.written",
  entry: gattIndex(entry),
  word,
});

/** A register of the 440BX by its offset: APBASE 0x10, ATTBASE 0xb8, AGPCTRL 0xb0. */
export const registerAt = (offset: number) =>
  registerNumber("config", bdfOf("0000:00:00.0"), offset);
export const registerSet = (offset: number, word: number): Happening => ({
  kind: "register.written",
  register: registerAt(offset),
  word,
  size: 4,
});
