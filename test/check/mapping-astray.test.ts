// mapping-astray.test.ts - a handle that leads to a slot of the swiotlb is right where its buffer was copied there.

import { expect, test } from "vitest";
import { phys } from "../../src/address.ts";
import { mappingAstray } from "../../src/check/mapping-astray.ts";
import type { Of } from "../../src/event/vocabulary.ts";
import { setupOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";
import { changed, runCheck, runOf } from "./run-check.ts";

const ours = runOf(recorded(setupOf("xen-i386-swiotlb gart dma")));
const copies = ours.events.flatMap(({ event }) => (event.kind === "page.copied" ? [event] : []));
const copied = copies.find(({ direction }) => direction === "to-slot")!;
const isBounced = (event: Of<"dma.mapped">) => event.machine === copied.reached;

/** As captures tell it: the buffer is what the kernel mapped, the handle that of the slot. */
const captured = changed(ours, (event) =>
  event.kind === "dma.mapped" && isBounced(event) ? { ...event, phys: copied.phys! } : event,
);

test("the slot that a buffer was copied to is its place", () => {
  expect(runCheck(mappingAstray, captured).findings).toEqual([]);
});

test("the slot that something else was copied to is not", () => {
  const other = changed(captured, (event) =>
    event.kind === "page.copied" ? { ...event, phys: phys(0x7000) } : event,
  );
  expect(runCheck(mappingAstray, other).count).toBe(1);
});
