// p2m.test.ts - which frame stands behind a pseudo-physical page, and back.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { machine, mfn, pfn, phys, raw } from "../../src/address.ts";
import type { State } from "../../src/machine/state.ts";
import { cpuFills, dom0, happens, p2mCleared, p2mSet, stateAfter } from "./happens.ts";

const pairs = (state: State) => [...state.p2m.entries()];
const inverse = (state: State) => [...state.m2p.entries()].map(([frame, page]) => [page, frame]);

/** What a hypervisor may do: a page loses its frame, or gets one that no other page has. */
const step = fc.record({ page: fc.nat({ max: 6 }), frame: fc.integer({ min: 100, max: 106 }) });

describe("the P2M and its inverse", () => {
  test("say the same after any exchange of frames", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const state = stateAfter(dom0);
        for (const { page, frame } of steps) {
          const other = state.m2p.get(mfn(frame));
          const isOthers = other !== undefined && other !== pfn(page);
          happens(
            state,
            isOthers
              ? p2mCleared(page, raw(state.p2m.get(pfn(page)) ?? mfn(0)))
              : p2mSet(page, frame),
          );
          expect(inverse(state).sort()).toEqual(pairs(state).sort());
        }
      }),
    );
  });

  test("agree again after two pages swapped their frames", () => {
    const state = stateAfter(dom0, p2mSet(1, 101), p2mSet(2, 102), p2mSet(1, 102), p2mSet(2, 101));
    expect(pairs(state)).toEqual([
      [1, 102],
      [2, 101],
    ]);
    expect(inverse(state)).toEqual([
      [2, 101],
      [1, 102],
    ]);
  });

  test("do not forget a frame's new page when its old one is cleared after it", () => {
    const state = stateAfter(
      dom0,
      p2mSet(1, 101),
      cpuFills(101, 7),
      p2mSet(2, 101),
      p2mCleared(1, 101),
    );
    expect(pairs(state)).toEqual([[2, 101]]);
    expect(inverse(state)).toEqual([[2, 101]]);
    expect(state.content.get(mfn(101))).toBe(7);
  });

  test("forget nothing for a page that had no frame", () => {
    const state = stateAfter(dom0, p2mSet(1, 101), p2mCleared(3, 101));
    expect(pairs(state)).toEqual([[1, 101]]);
  });
});

test("a page is at its frame, byte for byte, and an unknown one nowhere", () => {
  const state = stateAfter(dom0, p2mSet(0xabcd, 0x51f3));
  expect(state.machineOf(phys(0x0abcd123))).toBe(machine(0x051f3123));
  expect(state.machineOf(phys(0x0abce123))).toBeNull();
});

test("an exchange clears what we knew of the frame that was given back, and of no other", () => {
  const state = stateAfter(
    dom0,
    p2mSet(1, 101),
    p2mSet(2, 102),
    cpuFills(101, 7),
    cpuFills(102, 8),
  );
  happens(state, p2mCleared(1, 101), p2mSet(1, 0x8000));
  expect(state.content.get(mfn(101))).toBeUndefined();
  expect(state.content.get(mfn(102))).toBe(8);
  expect(state.machineOf(phys(0x1000))).toBe(machine(0x8000000));
  expect(state.m2p.get(mfn(101))).toBeUndefined();
});

test("a hypercall by itself changes nothing", () => {
  const state = stateAfter(dom0, {
    kind: "hypercall.made",
    call: "mmu_update(PTE)",
    result: 0,
  });
  expect(state.moment).toBe(1);
  expect(pairs(state)).toEqual([]);
});
