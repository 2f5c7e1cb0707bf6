// state.types.test.ts - no table of the state takes an index or a value of another space.

import { expect, test } from "vitest";
import { bus, busPage, gattIndex, machine, mfn, pfn, tablePage, vpn } from "../../src/address.ts";
import type { FrameRange } from "../../src/machine/cpu-cache.ts";
import type { Walk } from "../../src/machine/gart.ts";
import type { State } from "../../src/machine/state.ts";

const [page, frame, iova, at] = [pfn(1), mfn(1), busPage(1), vpn(1)];
const [entry, slot] = [gattIndex(1), tablePage(1)];

/** Never called: each line must not compile. */
function mixUps(state: State): void {
  // @ts-expect-error State.p2m key
  state.p2m.get(frame);
  // @ts-expect-error State.p2m value
  state.p2m.set(page, page);
  // @ts-expect-error State.m2p key
  state.m2p.get(page);
  // @ts-expect-error State.m2p value
  state.m2p.set(frame, frame);
  // @ts-expect-error State.allocation key
  state.allocation.get(frame);
  // @ts-expect-error State.allocation value
  state.allocation.set(page, frame);
  // @ts-expect-error State.extent key
  state.extent.get(frame);
  // @ts-expect-error State.allocated key
  state.allocated.get(frame);
  // @ts-expect-error State.flags key
  state.flags.get(frame);
  // @ts-expect-error State.content key
  state.content.get(page);
  // @ts-expect-error State.words key
  state.words.get(frame);
  // @ts-expect-error State.written key
  state.written.get(frame);
  // @ts-expect-error State.dirty key
  state.dirty.get(frame);
  // @ts-expect-error State.iommu key
  state.iommu.get(frame);
  // @ts-expect-error State.iommu value
  state.iommu.set(iova, page);
  // @ts-expect-error State.registers key
  state.registers.get(entry);
  // @ts-expect-error State.mappings key
  state.mappings.get(page);
  // @ts-expect-error State.mappings value
  state.mappings.set(at, { word: page, seq: 1 });
  // @ts-expect-error State.tlb key
  state.tlb.get(page);
  // @ts-expect-error State.tlbHigh key
  state.tlbHigh.get(page);
  // @ts-expect-error State.iommuTlb key
  state.iommuTlb.get(page);
  // @ts-expect-error State.iommuTlb value
  state.iommuTlb.set(iova, iova);
  // @ts-expect-error State.unflushed key
  state.unflushed.get(page);
  // @ts-expect-error State.machineOf address
  state.machineOf(bus(0));
  // @ts-expect-error State.register first
  state.register(entry, 4);
  // @ts-expect-error State.allocationOf page
  state.allocationOf(frame);
  // @ts-expect-error TablePages.frameOf page
  state.table.frameOf(entry);
  // @ts-expect-error TablePages.add pfn
  state.table.add(frame, frame);
  // @ts-expect-error TablePages.add frame
  state.table.add(page, page);
  // @ts-expect-error TablePages.move pfn
  state.table.move(frame, frame);
  // @ts-expect-error TablePages.move frame
  state.table.move(page, page);
  // @ts-expect-error TablePages.remove pfn
  state.table.remove(frame);
  // @ts-expect-error TablePages.tables places key
  state.table.tables.places.get(frame);
  // @ts-expect-error TablePages.tables places value
  state.table.tables.places.set(page, frame);
  // @ts-expect-error TablePages.tables frames key
  state.table.tables.frames.get(page);
  // @ts-expect-error TablePages.tables frames value
  state.table.tables.frames.set(slot, page);
  // @ts-expect-error DmaTable.tables first key
  state.dma.tables.first.get(frame);
  // @ts-expect-error DmaTable.get handle
  state.dma.get(iova, null);
  // @ts-expect-error DmaTable.delete handle
  state.dma.delete(iova, null);
  // @ts-expect-error DmaTable.entries low
  state.dma.entries(machine(0));
  // @ts-expect-error DmaTable.entries high
  state.dma.entries(bus(0), machine(0));
  // @ts-expect-error DmaMapping.handle
  state.dma.set({ handle: machine(0), device: null, bytes: 1 });
}

/** Never called: each line must not compile. */
function mixUpsOfWalks(range: FrameRange, walk: Walk): readonly unknown[] {
  let [frames, walked] = [range, walk];
  // @ts-expect-error FrameRange.first
  frames = { ...frames, first: page };
  // @ts-expect-error FrameRange.last
  frames = { ...frames, last: page };
  // @ts-expect-error Walk.page
  walked = { ...walked, page };
  // @ts-expect-error Walk.fetched
  walked = { ...walked, fetched: bus(0) };
  // @ts-expect-error Walk.bus
  walked = { ...walked, bus: machine(0) };
  // @ts-expect-error Walk.reached
  walked = { ...walked, reached: bus(0) };
  return [frames, walked];
}

test("no index or value of another space gets into the state", () => {
  for (const one of [mixUps, mixUpsOfWalks]) expect(one).toBeTypeOf("function");
});
