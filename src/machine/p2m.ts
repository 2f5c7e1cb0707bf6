// p2m.ts - how P2M events change the state: both directions, kept as each other's inverse.

import { mfnOf } from "../address.ts";
import { type FamilyAppliers, nothing } from "./appliers.ts";
import { forgetWords } from "./table-words.ts";

export const p2m = {
  "p2m.set": (state, { page, machine }) => {
    const frame = mfnOf(machine);
    const before = state.p2m.get(page);
    if (before !== undefined && state.m2p.get(before) === page) state.m2p.delete(before);
    state.p2m.set(page, frame);
    state.m2p.set(frame, page);
    // The linear mapping moves with the page; a mapping of ioremap's keeps the frame it has.
    state.table.move(page, frame);
    state.directory.move(page, frame);
    state.scratchDirectory.move(page, frame);
  },
  "p2m.cleared": (state, { page }) => {
    const frame = state.p2m.get(page);
    if (frame === undefined) return;
    state.p2m.delete(page);
    // Another page may have the frame by now: then the frame is still the domain's.
    if (state.m2p.get(frame) !== page) return;
    state.m2p.delete(frame);
    // The frame goes back to the hypervisor: its content is unknown from here on.
    state.content.delete(frame);
    state.unflushed.delete(frame);
    forgetWords(state, frame);
  },
  "hypercall.made": nothing,
} satisfies FamilyAppliers;
