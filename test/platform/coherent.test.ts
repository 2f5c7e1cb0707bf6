// coherent.test.ts - what dma_alloc_coherent makes of pages: on Xen a region of consecutive frames.

import { expect, test } from "vitest";
import { mfn, pfnOf, raw } from "../../src/address.ts";
import { eventText } from "../../src/event/vocabulary.ts";
import { nativeI386 } from "../../src/platform/native-i386.ts";
import { xenI386 } from "../../src/platform/xen-i386.ts";
import { Board } from "./board.ts";

test("on bare metal coherent memory is pages where they lie", () => {
  const board = new Board(nativeI386);
  const events = board.during(() => board.coherent.allocate(2, "a test"));
  expect(events.map(({ kind }) => kind)).toEqual(["page.allocated", "dma.mapped"]);
  expect(events[1]).toMatchObject({ bus: 0x1000000, machine: 0x1000000, reached: 0x1000000 });
});

test("on Xen each page is taken from the domain before a region is asked for", () => {
  const board = new Board(xenI386);
  const told = board
    .during(() => board.coherent.allocate(1, "a test"))
    .map((event) => eventText(event, 0n));
  // xen_contig_memory of xen 2594f8caad: PTE and P2M entry go, the frame goes back, page by page; one larger
  // extent comes; entries, P2M and M2P are written anew; one TLB flush.
  expect(told.slice(1, -1)).toEqual([
    "p2m[0x1000] cleared, was 0x40c21",
    "mmu_update(PTE) = 0",
    "dom_mem_op(MEMOP_decrease_reservation) frame 0x40c21 = 1",
    "p2m[0x1001] cleared, was 0x4767e",
    "mmu_update(PTE) = 0",
    "dom_mem_op(MEMOP_decrease_reservation) frame 0x4767e = 1",
    "dom_mem_op(MEMOP_increase_reservation) frame 0x80000 = 1",
    "p2m[0x1000] <- 0x80000",
    "p2m[0x1001] <- 0x80001",
    "mmu_update(PTE) frame 0x80000 = 0",
    "mmu_update(MACHPHYS_UPDATE) frame 0x80000 = 0",
    "mmu_update(PTE) frame 0x80001 = 0",
    "mmu_update(MACHPHYS_UPDATE) frame 0x80001 = 0",
    "mmuext(TLB_FLUSH) = 0",
  ]);
});

test("on Xen the frames follow each other, and each leads back to its page", () => {
  const board = new Board(xenI386);
  const { virt, handle } = board.coherent.allocate(4, "a test")!;
  const frames = board.frames(virt, 16);
  expect(frames).toEqual(Array.from({ length: 16 }, (_, i) => 0x80000 + i));
  expect(raw(handle.bus)).toBe(0x80000000);
  const { m2p, p2m } = board.kernel.state;
  expect(frames.map((frame) => m2p.get(frame!))).toEqual(frames.map((_, i) => 0x1000 + i));
  expect([...m2p.entries()].every(([frame, page]) => p2m.get(page) === frame)).toBe(true);
  expect(m2p.get(mfn(0x40c21))).toBeUndefined();
});

test("on Xen a region starts at a multiple of its size", () => {
  const board = new Board(xenI386);
  const handles = [0, 2, 0].map((order) =>
    raw(board.coherent.allocate(order, "a test")!.handle.bus),
  );
  expect(handles).toEqual([0x80000000, 0x80004000, 0x80008000]);
});

test("an address translated before the exchange is stale after it", () => {
  const board = new Board(xenI386);
  const { kernel } = board;
  const page = kernel.physOf(board.pages(0, false));
  const before = raw(kernel.machineOf(page)!);
  kernel.free("free_pages", kernel.virtOf(page), 0, "gatt", "a test");
  const { virt } = board.coherent.allocate(0, "a test")!;
  expect(kernel.physOf(virt)).toBe(page);
  expect([before, raw(kernel.machineOf(page)!)]).toEqual([0x40c21000, 0x80000000]);
});

test("pages given back keep their frames and are exchanged again the next time", () => {
  const board = new Board(xenI386);
  const first = board.coherent.allocate(1, "a test")!;
  board.coherent.free(first.virt, first.handle.bus, 1, "a test");
  expect(board.frames(first.virt, 2)).toEqual([0x80000, 0x80001]);
  const second = board.coherent.allocate(1, "a test")!;
  expect(second.virt).toBe(first.virt);
  expect(board.frames(second.virt, 2)).toEqual([0x80002, 0x80003]);
});

test("where there are no pages nothing is exchanged", () => {
  const board = new Board(xenI386);
  board.kernel.pages.maxOrder = 1;
  const events = board.during(() => expect(board.coherent.allocate(2, "a test")).toBeNull());
  expect(events).toMatchObject([{ kind: "fault.raised", fault: "no-memory", size: 4 * 4096 }]);
});

test("freeing says where the memory is now, as mapping it did", () => {
  const board = new Board(xenI386);
  const { virt, handle } = board.coherent.allocate(0, "a test")!;
  const events = board.during(() => board.coherent.free(virt, handle.bus, 0, "a test"));
  expect(events).toMatchObject([
    { kind: "dma.unmapped", handle: 0x80000000, machine: 0x80000000, reached: 0x80000000 },
    { kind: "page.freed", allocation: 0x1000, machine: 0x80000000 },
  ]);
  expect(board.kernel.state.dma.size).toBe(0);
  expect(board.kernel.state.allocationOf(pfnOf(board.kernel.physOf(virt)))).toBeNull();
});
