// device.test.ts - what CPU and devices leave behind: the content of pages and the entries of the GART's TLB.

import { describe, expect, test } from "vitest";
import { aperture, hex, machine, machineOf, mfn, phys } from "../../src/address.ts";
import { intel440bx } from "../../src/chipset/440bx.ts";
import { walk } from "../../src/machine/gart.ts";
import type { State } from "../../src/machine/state.ts";
import {
  allocated,
  cpuFills,
  gattWritten,
  type Happening,
  happens,
  pc,
  registerSet,
  stateAfter,
} from "./happens.ts";

const ISSUED = 0xe0042000;
const reads: Happening = { kind: "device.read", bus: aperture(ISSUED) };
const flushed: Happening = { kind: "tlb.flushed", which: "gart" };
const bound = gattWritten(0x42, 0x0abcd017);
const rebound = gattWritten(0x42, 0x0777d017);

/** A PC whose aperture page 0x42 leads to 0x0abcd000: by event 4. */
const pcWithPage = () =>
  stateAfter(
    pc,
    allocated(0x1230, 16, "gatt"),
    registerSet(0x10, 0xe0000008),
    registerSet(0xb8, 0x01230000),
    bound,
  );
const reached = (state: State, address = ISSUED): string | null => {
  const at = walk(state, aperture(address))?.reached ?? null;
  return at === null ? null : hex(at);
};

describe("the GART's TLB", () => {
  test("keeps the entry of a device's access, so that a stale one is used until the flush", () => {
    const state = happens(pcWithPage(), reads, rebound);
    expect(reached(state)).toBe("0xabcd000");
    expect(walk(state, aperture(ISSUED))).toMatchObject({ fetched: null, cause: 4 });
    happens(state, flushed);
    expect(reached(state)).toBe("0x777d000");
    expect(walk(state, aperture(ISSUED))).toMatchObject({ cause: 6 });
  });

  test("is not filled by the driver's writes: without an access the new entry is used at once", () => {
    expect(reached(happens(pcWithPage(), rebound))).toBe("0x777d000");
  });

  test("keeps the whole page of the aperture, and no other", () => {
    const state = happens(pcWithPage(), gattWritten(0x43, 0x0555d017), reads, rebound);
    happens(state, gattWritten(0x43, 0x0666d017));
    expect(reached(state, ISSUED + 0xabc)).toBe("0xabcdabc");
    expect(reached(state, ISSUED + 0x1000)).toBe("0x666d000");
  });

  test("keeps what it had when the same page is read again, or another TLB is flushed", () => {
    const again = { ...reads, cause: 6 } as Happening;
    const state = happens(pcWithPage(), reads, rebound, again, {
      kind: "tlb.flushed",
      which: "cpu",
    });
    expect(reached(state)).toBe("0xabcd000");
    expect(walk(state, aperture(ISSUED))).toMatchObject({ fetched: null, cause: 4 });
  });

  test("is filled by a device's write as well", () => {
    const writes: Happening = {
      kind: "device.wrote",
      bus: aperture(ISSUED),
      frame: mfn(0xabcd),
      tag: 9,
    };
    expect(reached(happens(pcWithPage(), writes, rebound))).toBe("0xabcd000");
  });

  test("keeps no entry that names no page", () => {
    const state = happens(pcWithPage(), gattWritten(0x42, 0), reads, bound);
    expect(state.tlb.size).toBe(0);
    expect(reached(state)).toBe("0xabcd000");
  });

  test("remembers the cause that the access itself was recorded with", () => {
    const state = happens(pcWithPage(), { ...reads, cause: 2 } as Happening);
    expect(walk(state, aperture(ISSUED))).toMatchObject({ fetched: null, cause: 2 });
  });
});

describe("a page's content", () => {
  test("is the tag of whoever wrote it last, CPU or device", () => {
    const state = happens(pcWithPage(), cpuFills(0xabcd, 7));
    expect(state.content.get(mfn(0xabcd))).toBe(7);
    const writes: Happening = {
      kind: "device.wrote",
      bus: aperture(ISSUED),
      frame: mfn(0xabcd),
      tag: 9,
    };
    expect(happens(state, writes).content.get(mfn(0xabcd))).toBe(9);
  });

  test("stays what it is when it is read", () => {
    const state = happens(pcWithPage(), cpuFills(0xabcd, 7), {
      kind: "device.read",
      bus: aperture(ISSUED),
      reached: machine(0xabcd000),
      frame: mfn(0xabcd),
      tag: 8,
    });
    expect(state.content.get(mfn(0xabcd))).toBe(7);
    expect(state.content.size).toBe(1);
  });

  test("is changed nowhere by a write that gets nowhere", () => {
    for (const frame of [{}, { frame: null }]) {
      const state = happens(pcWithPage(), cpuFills(0, 7), {
        kind: "device.wrote",
        bus: aperture(0xe0099000),
        ...frame,
        tag: 9,
      });
      expect([...state.content]).toEqual([[0, 7]]);
    }
  });

  test("is not known where a device wrote something that no tag stands for", () => {
    const writes = { kind: "device.wrote", bus: aperture(ISSUED), frame: mfn(0xabcd) } as const;
    const state = happens(pcWithPage(), cpuFills(0xabcd, 7), cpuFills(0xabce, 8), writes);
    expect(state.content.get(mfn(0xabcd))).toBeUndefined();
    expect(state.content.get(mfn(0xabce))).toBe(8);
  });
});

describe("a copy between a page and its bounce buffer", () => {
  const copied = (size: number, from: number | null): Happening =>
    ({
      kind: "page.copied",
      frame: mfn(0x90),
      way: "out",
      phys: phys(0x50000),
      machine: from === null ? null : machineOf(mfn(from)),
      reached: machineOf(mfn(0x90)),
      size,
    }) as unknown as Happening;
  const afterCopy = (size: number, from: number | null) =>
    happens(
      stateAfter(pc, cpuFills(0, 6), cpuFills(0x50, 7), cpuFills(0x90, 8)),
      copied(size, from),
    );

  test("of a whole page gives it the content of the other, which keeps its own", () => {
    const { content } = afterCopy(4096, 0x50);
    expect([content.get(mfn(0x90)), content.get(mfn(0x50))]).toEqual([7, 7]);
    expect(afterCopy(8192, 0x50).content.get(mfn(0x90))).toBe(7);
  });

  test.each([
    ["of part of a page", 4095, 0x50],
    ["from a page of unknown content", 4096, 0x51],
    ["from nobody knows where", 4096, null],
  ])("%s leaves content that no tag stands for", (_, size, from) => {
    const { content } = afterCopy(size, from);
    expect([content.has(mfn(0x90)), content.get(mfn(0x50))]).toEqual([false, 7]);
  });
});

describe("a GART whose TLB can be off", () => {
  const reads7 = { kind: "device.read", bus: aperture(ISSUED), cause: 4 } as Happening;
  const table = (keepsEntries: boolean | null) =>
    stateAfter(
      {
        ...pc,
        chipset:
          keepsEntries === null ? intel440bx : { ...intel440bx, keepsEntries: () => keepsEntries },
      },
      allocated(0x1230, 16, "gatt"),
      registerSet(0x10, 0xe0000008),
      registerSet(0xb8, 0x01230000),
      bound,
      reads7,
    );

  test.each([
    ["keeps no entry while it is off", false, 0],
    ["keeps entries while it is on", true, 1],
    ["keeps entries where nothing turns it off", null, 1],
  ])("%s", (_, keepsEntries, entries) => {
    expect(table(keepsEntries).tlb.size).toBe(entries);
  });

  test("is none where the chipset is unknown: an access leaves nothing behind", () => {
    expect(stateAfter({ ...pc, chipset: null }, reads7).tlb.size).toBe(0);
  });
});
