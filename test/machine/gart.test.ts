// gart.test.ts - how a chipset gets from an address in the aperture to a page, and where it goes wrong.

import { describe, expect, test } from "vitest";
import {
  aperture,
  bus,
  directoryIndex,
  gattIndex,
  hex,
  machine,
  phys,
  virt,
  vpn,
  wordIndex,
} from "../../src/address.ts";
import { intel440bx } from "../../src/chipset/440bx.ts";
import type { Chipset } from "../../src/chipset/chipset.ts";
import { chipsets } from "../../src/chipset/index.ts";
import {
  accessedWord,
  cachedEntry,
  cacheEntry,
  chipsetTable,
  entriesOf,
  entryCount,
  fetch,
  type Walk,
  walk,
} from "../../src/machine/gart.ts";
import type { State } from "../../src/machine/state.ts";
import { platforms } from "../../src/platform/index.ts";
import { stateAt } from "../../src/replay/replay.ts";
import { alloc, bind, cleanup, init } from "../driver-run.ts";
import { setupOf, workloadOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";
import {
  allocated,
  dom0,
  freed,
  gattWritten,
  type Happening,
  happens,
  p2mCleared,
  p2mSet,
  pc,
  registerSet,
  stateAfter,
} from "./happens.ts";

const aperturePlaced = registerSet(0x10, 0xe0000008);
const tablePlaced = (base: number) => registerSet(0xb8, base);
const spoken = (walked: Walk | null): string =>
  walked === null
    ? "no walk"
    : [walked.fetched, walked.word, walked.bus, walked.reached, walked.cause]
        .map((value) => (value === null ? "nothing" : hex(value)))
        .join(" ");
/** A walk as fetched from, word, page named, byte reached, cause. */
const walked = (state: State, address: number): string => spoken(walk(state, aperture(address)));

describe("on bare metal a walk", () => {
  // seq 1 the table's pages, 2 and 3 the registers, 4 the entry: the PC of 2005 with its worked numbers.
  const state = () =>
    stateAfter(
      pc,
      allocated(0x1230, 16, "gatt"),
      aperturePlaced,
      tablePlaced(0x01230000),
      gattWritten(0x842, 0x0abcd017),
    );

  test("goes by the entry of its page to the very byte, and the entry's write is its cause", () => {
    expect(walked(state(), 0xe0842123)).toBe("0x1232108 0xabcd017 0xabcd000 0xabcd123 0x4");
  });

  test("gets nowhere through an entry that nobody wrote; the table's base is all that led there", () => {
    expect(walked(state(), 0xe0041000)).toBe("0x1230104 0x0 nothing nothing 0x3");
  });

  test("gets nowhere through an entry that was emptied, and that write is the cause", () => {
    expect(walked(happens(state(), gattWritten(0x842, 0)), 0xe0842000)).toBe(
      "0x1232108 0x0 nothing nothing 0x5",
    );
  });

  test("goes by whatever base was written last", () => {
    const moved = happens(state(), tablePlaced(0x01232000));
    expect(walked(moved, 0xe0042123)).toBe("0x1232108 0xabcd017 0xabcd000 0xabcd123 0x4");
  });

  test("is none before the registers name aperture and table, or without a chipset", () => {
    expect(walk(stateAfter(pc, aperturePlaced), aperture(0xe0000000))).toBeNull();
    expect(walk(stateAfter(pc, tablePlaced(0x1230000)), aperture(0xe0000000))).toBeNull();
    expect(fetch(stateAfter(pc, tablePlaced(0x1230000)), gattIndex(0))).toBeNull();
    const nothing = { physIsMachine: true, chipset: null };
    expect(walk(stateAfter(nothing, aperturePlaced), aperture(0xe0000000))).toBeNull();
  });
});

test("a walk is none while no register says where the aperture is, whatever the TLB has", () => {
  const state = stateAfter(pc, tablePlaced(0x01230000));
  cacheEntry(state, gattIndex(5), { word: 0x0abcd017, seq: 1 });
  expect(walk(state, aperture(0x5000))).toBeNull();
  expect(walked(happens(state, registerSet(0x10, 8)), 0x5000)).toBe(
    "nothing 0xabcd017 0xabcd000 0xabcd000 0x1",
  );
});

describe("under Xen a walk", () => {
  /** dom0's table: a page of it in each of these frames, and an entry in its second page. */
  const table = (...frames: number[]): Happening[] => [
    ...frames.map((frame, i) => p2mSet(0x1230 + i, frame)),
    allocated(0x1230, frames.length, "gatt"),
    aperturePlaced,
    gattWritten(0x42, 0x051f3017),
    gattWritten(0x442, 0x0999d017),
  ];

  test("finds no table where virt_to_phys sent it: a stranger's page lies there", () => {
    const state = stateAfter(dom0, ...table(0x3a41, 0x0f02), tablePlaced(0x01230000));
    expect(walked(state, 0xe0042000)).toBe("0x1230108 0x0 nothing nothing 0x7");
  });

  test("finds the first page of a scattered table and loses the second", () => {
    const state = stateAfter(dom0, ...table(0x3a41, 0x0f02), tablePlaced(0x03a41000));
    expect(walked(state, 0xe0042000)).toBe("0x3a41108 0x51f3017 0x51f3000 0x51f3000 0x5");
    expect(walked(state, 0xe0442000)).toBe("0x3a42108 0x0 nothing nothing 0x7");
    expect([...entriesOf(state)][0x442]).toEqual([0x442, 0x0999d017]);
  });

  test("takes a later page for the second where that one happens to follow the first", () => {
    const state = stateAfter(dom0, ...table(0x3a41, 0x0f02, 0x3a42), tablePlaced(0x03a41000));
    happens(state, gattWritten(0x842, 0x0777d017));
    expect(walked(state, 0xe0442000)).toBe("0x3a42108 0x777d017 0x777d000 0x777d000 0x9");
  });

  test("finds every page of a table that was exchanged for a run of frames", () => {
    const state = stateAfter(
      dom0,
      p2mSet(0x1230, 0x3a41),
      p2mSet(0x1231, 0x0f02),
      allocated(0x1230, 2, "gatt"),
      p2mCleared(0x1230, 0x3a41),
      p2mCleared(0x1231, 0x0f02),
      p2mSet(0x1230, 0x8000),
      p2mSet(0x1231, 0x8001),
      aperturePlaced,
      tablePlaced(0x08000000),
      gattWritten(0x442, 0x051f3017),
    );
    expect(walked(state, 0xe0442000)).toBe("0x8001108 0x51f3017 0x51f3000 0x51f3000 0xa");
    expect(walked(state, 0xe0442fff)).toBe("0x8001108 0x51f3017 0x51f3000 0x51f3fff 0xa");
  });

  test("finds what the CPU wrote in another frame through its remapping there", () => {
    const remapped: Happening = {
      kind: "table.remapped",
      page: vpn(0xd0800),
      function: "ioremap_nocache",
      virt: virt(0xd0800000),
      phys: phys(0x01230000),
      bus: bus(0x01230000),
      reached: machine(0x01230000),
      size: 4096,
    };
    const state = stateAfter(dom0, p2mSet(0x1230, 0x3a41), allocated(0x1230, 1, "gatt"), remapped);
    happens(state, aperturePlaced, tablePlaced(0x01230000), gattWritten(0x42, 0x051f3017));
    expect(walked(state, 0xe0042000)).toBe("0x1230108 0x51f3017 0x51f3000 0x51f3000 0x6");
  });
});

describe("a two-level walk", () => {
  // The K7's worked numbers: slot 896 is the aperture at 0xe0000000, its gatt page is at 0x00456000.
  const twoLevel: Chipset = {
    ...intel440bx,
    directory: {
      reach: 2 ** 22,
      relative: false,
      decode: (word) => (word % 2 === 1 ? bus(word - (word % 4096)) : null),
    },
  };
  const state = () =>
    stateAfter(
      { physIsMachine: true, chipset: twoLevel },
      aperturePlaced,
      tablePlaced(0x00455000),
      allocated(0x455, 1, "directory"),
      allocated(0x456, 1, "gatt"),
      allocated(0x999, 1, "gatt"),
      { kind: "directory.written", entry: directoryIndex(896), word: 0x00456001 },
      { kind: "directory.written", entry: directoryIndex(897), word: 0x00999001 },
      gattWritten(5, 0x0abcd001),
      gattWritten(1024 + 5, 0x0777d001),
    );

  test("goes by the directory to the page of the table, wherever each page lies", () => {
    expect(walked(state(), 0xe0005000)).toBe("0x456014 0xabcd001 0xabcd000 0xabcd000 0x8");
    expect(walked(state(), 0xe0405000)).toBe("0x999014 0x777d001 0x777d000 0x777d000 0x9");
  });

  test("ends at a directory word that names no page", () => {
    expect(walked(state(), 0xe0805000)).toBe("0x455e08 0x0 nothing nothing 0x2");
    const emptied = happens(state(), {
      kind: "directory.written",
      entry: directoryIndex(896),
      word: 0,
    });
    expect(walked(emptied, 0xe0005000)).toBe("0x455e00 0x0 nothing nothing 0xa");
  });
});

describe("the directory of stand-in pages", () => {
  const state = (...events: Happening[]) =>
    stateAfter(
      pc,
      allocated(0x455, 1, "directory"),
      allocated(0x459, 1, "scratch-directory"),
      ...events,
    );
  const written = (kind: "directory.written" | "scratch-directory.written", entry: number) =>
    ({ kind, entry: directoryIndex(entry), word: 0x777001 }) as Happening;

  test("has words of its own, in its own page", () => {
    const { words } = state(written("scratch-directory.written", 3));
    expect([...words.entries()]).toEqual([[0x459 * 1024 + 3, 0x777001]]);
  });

  test.each(["directory.written", "scratch-directory.written"] as const)(
    "has no word past its end: %s there goes nowhere",
    (kind) => {
      expect(state(written(kind, 1024)).words.size).toBe(0);
      expect(state(written(kind, 1023)).words.size).toBe(1);
    },
  );

  test("is gone when its page is freed, and the other directory stays", () => {
    const events = [freed(0x459, 1, "scratch-directory"), written("scratch-directory.written", 3)];
    expect(state(...events).words.size).toBe(0);
    expect(state(...events, written("directory.written", 3)).words.size).toBe(1);
  });
});

describe("a table that a GART shares with others", () => {
  const wide: Chipset = {
    ...intel440bx,
    entriesBefore: 256,
    entry: {
      bytes: 8,
      encode: () => null,
      decode: (word) => (word >= 2 ** 63 ? bus(word - 2 ** 63) : null),
    },
  };
  const high = 2 ** 11;
  const state = () =>
    stateAfter(
      { ...pc, chipset: wide },
      allocated(0x1230, 1, "gatt"),
      aperturePlaced,
      tablePlaced(0x01230000),
      { ...gattWritten(5, 0x0abcd000), high } as Happening,
    );

  test("has its entries behind theirs", () => {
    expect(walked(state(), 0xe0005000)).toBe(
      "0x1230828 0x800000000abcd000 0xabcd000 0xabcd000 0x4",
    );
    const entries = [...entriesOf(state())];
    expect(entries).toHaveLength(256);
    expect(entries[5]).toEqual([5, 2 ** 63 + 0x0abcd000]);
  });

  test("keeps all 64 bits of an entry in its TLB, and none above where the next has none", () => {
    const reads = { kind: "device.read", bus: aperture(0xe0005000) } as Happening;
    const kept = happens(state(), reads);
    expect(spoken(walk(kept, aperture(0xe0005000)))).toBe(
      "nothing 0x800000000abcd000 0xabcd000 0xabcd000 0x4",
    );
    cacheEntry(kept, gattIndex(5), { word: 0x1000, seq: 9 });
    expect(cachedEntry(kept, gattIndex(5))).toEqual({ word: 0x1000, seq: 9 });
  });
});

test("a table of entries that stand for more than 4 KB is walked by their size", () => {
  const chipset = { ...intel440bx, entry: { ...intel440bx.entry, reach: 8192 } };
  const state = stateAfter(
    { ...pc, chipset },
    allocated(0x1230, 1, "gatt"),
    aperturePlaced,
    tablePlaced(0x01230000),
    gattWritten(1, 0x0abcd017),
  );
  expect(walked(state, 0xe0003fff)).toBe("0x1230004 0xabcd017 0xabcd000 0xabcefff 0x4");
});

describe("without a chipset that is known", () => {
  const unknown = { physIsMachine: true, chipset: null };

  test("the table is one of four bytes an entry", () => {
    const state = stateAfter(unknown, allocated(9, 1, "gatt"), gattWritten(1023, 5));
    expect(state.words.get(wordIndex(9 * 1024 + 1023))).toBe(5);
    expect([...entriesOf(state)].at(-1)).toEqual([1023, 5]);
  });

  test("nothing is fetched, and a write through a window goes nowhere", () => {
    const state = stateAfter(unknown, allocated(9, 1, "gatt"));
    expect(fetch(state, gattIndex(0))).toBeNull();
    happens(state, { ...gattWritten(3, 5), virt: virt(0xd0810108) } as Happening);
    expect(state.words.size).toBe(0);
  });
});

describe("a write through the chipset's own window", () => {
  const placed = () =>
    stateAfter(
      pc,
      allocated(0x1230, 1, "gatt"),
      aperturePlaced,
      tablePlaced(0x01230000),
      gattWritten(0x42, 0x051f3017),
      { kind: "device.read", bus: aperture(0xe0042000) } as Happening,
    );

  test("empties the TLB of this entry, for the chipset sees it; one past the chipset does not", () => {
    const past = happens(placed(), gattWritten(0x42, 0x0777d017));
    expect(walk(past, aperture(0xe0042000))?.reached).toBe(0x051f3000);
    const seen = happens(placed(), {
      ...gattWritten(0x42, 0x0777d017),
      virt: virt(0xd0810108),
    } as Happening);
    expect(walk(seen, aperture(0xe0042000))?.reached).toBe(0x0777d000);
  });

  test("goes nowhere before the base register is written", () => {
    const through = { ...gattWritten(1, 5), virt: virt(0xd0810108) };
    const state = stateAfter(pc, through as Happening);
    expect(accessedWord(state, { entry: gattIndex(1), virt: through.virt })).toBeNull();
    expect(state.words.size).toBe(0);
  });
});

test("a write through the chipset's own window goes where its base register points", () => {
  const state = stateAfter(dom0, p2mSet(0x1230, 0x3a41), allocated(0x1230, 1, "gatt"));
  happens(state, aperturePlaced, tablePlaced(0x08000000));
  happens(state, { ...gattWritten(0x42, 0x051f3017), virt: virt(0xd0810108) } as Happening);
  expect(walked(state, 0xe0042000)).toBe("0x8000108 0x51f3017 0x51f3000 0x51f3000 0x5");
  expect([...entriesOf(state)][0x42]).toEqual([0x42, 0]);
});

describe.each(chipsets)("of a whole table of $name", (chipset) => {
  test("the words in memory are those that a walk past the TLB fetches, page by page", () => {
    const platform = platforms.find((one) => one.chipsets.includes(chipset.name))!;
    const workload = workloadOf(init, alloc(0, 3), bind(0, 2), cleanup);
    const trace = recorded(setupOf(`${platform.name} gart`, { chipset, workload }));
    for (const part of [0, 0.5, 0.9, 1]) {
      const state = stateAt(trace, Math.floor(trace.count * part));
      const pages = Array.from({ length: entryCount(state) }, (_, i) => gattIndex(i));
      const fetched = pages.map((page) => fetch(state, page)?.word ?? Number.NaN);
      expect([...chipsetTable(state)]).toEqual(fetched);
    }
  });
});
