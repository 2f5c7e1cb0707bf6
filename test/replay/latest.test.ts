// latest.test.ts - the next event about a subject shows whether the state has kept what the last one said.

import { describe, expect, test } from "vitest";
import { bus } from "../../src/address.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { State } from "../../src/machine/state.ts";
import { latestEvents } from "../../src/replay/latest.ts";
import { allocated, dom0, freed, p2mSet, stateAfter } from "../machine/happens.ts";

/** What the last of these events shows beside a state. */
function shownBy(state: State, ...events: readonly object[]) {
  const see = latestEvents(state);
  return events.map((event) => see({ actor: "kernel", ...event } as Event)).at(-1);
}
const forgetful = () => new State(dom0);

test("the first event about a subject shows nothing, nor does one without a subject", () => {
  expect(shownBy(forgetful(), p2mSet(1, 0x400))).toBeNull();
  expect(shownBy(forgetful(), p2mSet(1, 0x400), p2mSet(2, 0x401))).toBeNull();
  expect(shownBy(forgetful(), { kind: "tlb.flushed", which: "cpu" })).toBeNull();
});

test("the next one shows what the state should have, and what it has", () => {
  expect(shownBy(forgetful(), p2mSet(1, 0x400), p2mSet(1, 0x500))).toEqual({
    what: "P2M entry",
    recorded: 0x400,
    replayed: null,
  });
  expect(shownBy(stateAfter(dom0, p2mSet(1, 0x400)), p2mSet(1, 0x400), p2mSet(1, 0x500))).toEqual({
    what: "P2M entry",
    recorded: 0x400,
    replayed: 0x400,
  });
});

test("of several pages the first counts that the state has otherwise", () => {
  const state = stateAfter(dom0, allocated(8, 1, "agp"));
  const pair = allocated(8, 2, "agp");
  expect(shownBy(state, pair, freed(8, 2, "agp"))).toEqual({
    what: "allocation",
    recorded: 8,
    replayed: null,
  });
});

test("what was freed is no one's: a state that still has its owner has forgotten that", () => {
  const block = allocated(8, 1, "agp");
  const kept = stateAfter(dom0, block);
  expect(shownBy(kept, block, freed(8, 1, "agp"), block)).toEqual({
    what: "allocation",
    recorded: null,
    replayed: 8,
  });
});

describe("one handle of two devices", () => {
  const mapped = (device: number, size: number) => ({
    ...{ kind: "dma.mapped", handle: bus(0x1000), bus: bus(0x1000) },
    ...{ direction: "to-device", device, size },
  });

  test("is a mapping of each", () => {
    expect(shownBy(forgetful(), mapped(8, 512), mapped(16, 1024))).toBeNull();
    expect(shownBy(forgetful(), mapped(8, 512), mapped(16, 1024), mapped(8, 1))).toEqual({
      what: "DMA mapping",
      recorded: 512,
      replayed: null,
    });
  });
});
