// fault.test.ts - where the recording has a gap, all before it is in doubt.

import { expect, test } from "vitest";
import { type Happening, happens, pc, stateAfter } from "./happens.ts";

const lost = { kind: "events.lost", count: 3 } as unknown as Happening;
const flush: Happening = { kind: "tlb.flushed", which: "cpu" };

test("what was set before the last gap may have changed unseen", () => {
  const state = stateAfter(pc, flush);
  expect(state.unknownSince).toBe(0);
  expect(happens(state, lost, flush).unknownSince).toBe(2);
  expect(happens(state, lost).unknownSince).toBe(4);
});
