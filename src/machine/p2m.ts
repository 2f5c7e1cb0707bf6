// p2m.ts - how P2M events change the state: both directions, kept as each other's inverse.

import { mfnOf, raw } from "../address.ts";
import type { FamilyAppliers } from "./appliers.ts";
import { nothing } from "./appliers.ts";

export const p2m = {
  "p2m.set": (state, event) => {
    const frame = raw(mfnOf(event.machine));
    const before = state.p2m.get(event.page);
    if (before !== undefined && state.m2p.get(before) === event.page) state.m2p.delete(before);
    state.p2m.set(event.page, frame);
    state.m2p.set(frame, event.page);
    // The linear mapping moves with the page; a mapping of ioremap's keeps the frame it has.
    state.table.move(event.page, frame);
    state.directory.move(event.page, frame);
    state.scratchDirectory.move(event.page, frame);
  },
  "p2m.cleared": (state, event) => {
    const frame = state.p2m.get(event.page);
    if (frame === undefined) return;
    state.p2m.delete(event.page);
    // Another page may have been given the frame in the meantime: then it is still ours.
    if (state.m2p.get(frame) !== event.page) return;
    state.m2p.delete(frame);
    // The frame goes back to the hypervisor: what was in it is no longer ours to know.
    state.content.delete(frame);
    state.unflushed.delete(frame);
  },
  "hypercall.made": nothing,
} satisfies FamilyAppliers;
