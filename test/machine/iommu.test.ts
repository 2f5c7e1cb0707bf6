// iommu.test.ts - the entries of an IOMMU and the DMA handles that stand on them.

import { describe, expect, test } from "vitest";
import { bus, busPage, machine } from "../../src/address.ts";
import { Dice } from "../../src/dice.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { apply } from "../../src/machine/apply.ts";
import { translate } from "../../src/machine/iommu.ts";
import { State } from "../../src/machine/state.ts";
import { type Happening, happens, pc, stateAfter } from "./happens.ts";

// The G5's table above 4 GB behind the handle 0x60000000.
const handle = { bus: bus(0x60000000), size: 0x40000 };
const mapped: Happening = {
  kind: "iommu.mapped",
  page: busPage(0x60000),
  ...handle,
  machine: machine(0x100040000),
};
const dma = { handle: bus(0x60000), direction: "coherent", ...handle } as const;

describe("an IOMMU entry", () => {
  test("is there for each page that is mapped, one frame after the other", () => {
    const { iommu } = stateAfter(pc, mapped);
    expect(iommu.size).toBe(64);
    expect(iommu.get(busPage(0x60000))).toBe(0x100040);
    expect(iommu.get(busPage(0x6003f))).toBe(0x10007f);
    expect(iommu.get(busPage(0x60040))).toBeUndefined();
  });

  test("is gone when its page is unmapped, and its neighbour stays", () => {
    const unmapped: Happening = {
      kind: "iommu.unmapped",
      page: busPage(0x60001),
      bus: bus(0x60001000),
      size: 8192,
    };
    const { iommu } = happens(stateAfter(pc, mapped), unmapped);
    const left = [0x60000, 0x60001, 0x60002, 0x60003].map((page) => iommu.get(busPage(page)));
    expect(left).toEqual([0x100040, undefined, undefined, 0x100043]);
  });

  test("names the last frame that it was mapped to", () => {
    const again = { ...mapped, machine: machine(0x5000), size: 4096 } as Happening;
    expect(stateAfter(pc, mapped, again).iommu.get(busPage(0x60000))).toBe(5);
  });
});

test("a DMA handle lives from its mapping to its unmapping", () => {
  const state = stateAfter(pc, { kind: "dma.mapped", ...dma });
  expect([...state.dma]).toEqual([{ handle: 0x60000, device: null, bytes: 0x40000 }]);
  happens(state, { kind: "dma.unmapped", ...dma, handle: bus(0x61000) });
  expect(state.dma.size).toBe(1);
  happens(state, { kind: "dma.unmapped", ...dma });
  expect(state.dma.size).toBe(0);
});

describe("two devices behind an IOMMU", () => {
  const card = (device: number, size: number) =>
    ({ ...dma, kind: "dma.mapped", device, size }) as const;

  test("can be given the same handle, and each has its own mapping", () => {
    const state = stateAfter(pc, card(0x20, 4096), card(0xfa, 512), card(0x20, 8192));
    const mapped = [
      { handle: 0x60000, device: 0xfa, bytes: 512 },
      { handle: 0x60000, device: 0x20, bytes: 8192 },
    ];
    expect([...state.dma]).toEqual(mapped);
    happens(state, { ...card(0x20, 8192), kind: "dma.unmapped" });
    expect(state.dma.get(bus(0x60000), 0x20)).toBeUndefined();
    expect(state.dma.get(bus(0x60000), 0xfa)).toBe(512);
    expect(state.dma.get(bus(0x60000), null)).toBeUndefined();
  });

  test("leave nothing behind, however many buffers begin in one page", () => {
    const state = new State(pc);
    const live = new Map<string, number>();
    const dice = new Dice(1);
    for (let i = 0; i < 2000; i++) {
      const [at, device] = [0x60000 + dice.roll(3) * 0x1000 + dice.roll(4) * 64, dice.roll(3)];
      if (dice.roll(2) === 0) {
        state.dma.set({ handle: bus(at), device, bytes: i });
        live.set(`${at} ${device}`, i);
      } else {
        state.dma.delete(bus(at), device);
        live.delete(`${at} ${device}`);
      }
      expect(state.dma.size).toBe(live.size);
    }
    const left = [...state.dma].map(({ handle, device, bytes }) => [`${handle} ${device}`, bytes]);
    expect(left.sort()).toEqual([...live].sort());
    // Links are used again: there were never more than there are places.
    expect(state.dma.tables.next.size).toBeLessThanOrEqual(36);
  });
});

describe("behind a DART", () => {
  const filled: Happening = {
    kind: "iommu.filled",
    page: busPage(0),
    bus: bus(0),
    machine: machine(0x7ffff000),
    size: 0x80000000,
  };
  const unmapped: Happening = { kind: "iommu.unmapped", page: busPage(0x60000), ...handle };
  const read: Happening = { kind: "device.read", bus: bus(0x60001234) };
  const flushed: Happening = { kind: "tlb.flushed", which: "iommu" };
  const byDevice = (state: State) =>
    apply(state, { ...read, actor: "device" } as Event, state.moment + 1);
  const reached = (state: State, address = 0x60001234) => translate(state, bus(address));

  test("a stray access meets the spare page, and past the last entry nothing", () => {
    const state = stateAfter(pc, filled);
    expect(reached(state)).toBe(0x7ffff234);
    expect(reached(state, 0x80000000)).toBeNull();
  });

  test("a mapping covers the spare page, and its end uncovers it", () => {
    const state = stateAfter(pc, filled, mapped);
    expect(reached(state)).toBe(0x100041234);
    expect(reached(happens(state, unmapped))).toBe(0x7ffff234);
  });

  test("a translation that a device used outlives its mapping, and dies by a flush", () => {
    const state = stateAfter(pc, filled, mapped);
    byDevice(state);
    happens(state, unmapped);
    expect(reached(state)).toBe(0x100041234);
    happens(state, flushed);
    expect(reached(state)).toBe(0x7ffff234);
  });

  test("a translation is kept of the page that a device used, and of no other", () => {
    const state = stateAfter(pc, filled, mapped);
    byDevice(state);
    happens(state, unmapped);
    expect(reached(state, 0x60001fff)).toBe(0x100041fff);
    expect(reached(state, 0x60000fff)).toBe(0x7fffffff);
    expect(reached(state, 0x60002000)).toBe(0x7ffff000);
  });

  test("the kept translation goes on to be used when its page is mapped anew", () => {
    const state = stateAfter(pc, filled, mapped);
    byDevice(state);
    happens(state, { ...mapped, machine: machine(0x200000000) } as Happening);
    byDevice(state);
    expect(reached(state)).toBe(0x100041234);
    happens(state, flushed);
    expect(reached(state)).toBe(0x200001234);
  });

  test("the spare page is kept like any other: a mapping made later is not seen until the flush", () => {
    const state = stateAfter(pc, filled);
    byDevice(state);
    happens(state, mapped);
    expect(reached(state)).toBe(0x7ffff234);
    expect(reached(happens(state, flushed))).toBe(0x100041234);
  });

  test.each(["cpu", "gart"] as const)("a flush of the %s's TLB leaves it alone", (which) => {
    const state = stateAfter(pc, filled, mapped);
    byDevice(state);
    happens(state, unmapped, { kind: "tlb.flushed", which });
    expect(reached(state)).toBe(0x100041234);
  });

  test("an AGP master's access passes the GART alone and leaves nothing there", () => {
    const state = stateAfter(pc, filled, mapped);
    apply(state, { ...read, actor: "chipset" } as Event, state.moment + 1);
    expect(state.iommuTlb.size).toBe(0);
  });

  test("an access beyond the last entry leaves nothing there", () => {
    const state = stateAfter(pc, filled);
    const beyond = { ...read, bus: bus(0x80000000), actor: "device" } as Event;
    apply(state, beyond, state.moment + 1);
    expect(state.iommuTlb.size).toBe(0);
  });

  test("entries end where the spare page ends", () => {
    const state = stateAfter(pc, filled);
    expect(reached(state, 0x7fffffff)).toBe(0x7fffffff);
    expect(reached(state, 0x80000000)).toBeNull();
  });
});

test("an IOMMU whose flushes are not all known keeps no translation", () => {
  const state = stateAfter(pc, mapped);
  const read = { kind: "device.read", actor: "device", bus: bus(0x60001234) } as Event;
  apply(state, read, state.moment + 1);
  expect(state.iommuTlb.size).toBe(0);
  expect(translate(state, bus(0x60001234))).toBe(0x100041234);
  expect(translate(state, bus(0x60040000))).toBeNull();
});
