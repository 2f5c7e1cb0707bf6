// evidence.test.ts - what the events have set, told apart from what no event ever showed.

import { describe, expect, test } from "vitest";
import { bus, machine, mfn, offset, pfn, phys } from "../../src/address.ts";
import type { Event, Of } from "../../src/event/vocabulary.ts";
import { apply } from "../../src/machine/apply.ts";
import { State } from "../../src/machine/state.ts";
import { Evidence } from "../../src/replay/evidence.ts";
import { allocated, pc, registerAt, registerSet, stateAfter } from "../machine/happens.ts";

const simulated = { source: "simulated" } as const;

/** The evidence of these events beside a state that has forgotten them all. */
function evidenceOf(...events: readonly object[]): Evidence {
  const evidence = new Evidence(simulated, new State(pc));
  for (const event of events) evidence.see({ actor: "driver", ...event } as Event);
  return evidence;
}

const [FORGOTTEN, UNKNOWN] = [null, undefined];
const frame = mfn(5);
const wrote = { kind: "cpu.wrote", frame, tag: 1, machine: machine(0x5000) };
const deviceWrote = { kind: "device.wrote", actor: "device", frame, tag: 1, bus: bus(0) };

test("a register is forgotten where every byte of it was written or read before", () => {
  const read = (size: number) =>
    ({
      kind: "register.read",
      actor: "driver",
      register: registerAt(0x50),
      word: 0,
      size,
    }) as const;
  expect(evidenceOf().register(read(4))).toBe(UNKNOWN);
  expect(evidenceOf(registerSet(0x50, 1)).register(read(4))).toBe(FORGOTTEN);
  expect(evidenceOf(read(2)).register(read(2))).toBe(FORGOTTEN);
  expect(evidenceOf(read(2)).register(read(4))).toBe(UNKNOWN);
});

test("the AGP status is not known by a write, which it ignores", () => {
  const status = {
    kind: "register.read",
    actor: "driver",
    register: registerAt(0xa4),
    word: 0,
    size: 4,
  } as const;
  expect(evidenceOf(registerSet(0xa4, 1)).register(status)).toBe(UNKNOWN);
});

test("a register of a captured device is known by no access before, for the device changes it itself", () => {
  const state = stateAfter({ ...pc, chipset: null }, registerSet(0x50, 1));
  const read = { ...registerSet(0x50, 2), kind: "register.read" } as Of<"register.read">;
  const by = (source: "simulated" | "imported") => new Evidence({ source }, state).register(read);
  expect([by("simulated"), by("imported")]).toEqual([1, UNKNOWN]);
});

test("a register of a recorded chipset is known by what was written", () => {
  const state = stateAfter(pc, registerSet(0x50, 1));
  const read = { ...registerSet(0x50, 2), kind: "register.read" } as Of<"register.read">;
  expect(new Evidence({ source: "imported" }, state).register(read)).toBe(1);
});

test("an access of two bytes shows two, where no chipset is known as well", () => {
  const evidence = new Evidence(simulated, new State({ ...pc, chipset: null }));
  evidence.see({ ...registerSet(0x50, 1), actor: "driver", size: 2 } as Event);
  const at = (byte: number) =>
    evidence.register({ ...registerSet(byte, 1), size: 1 } as Of<"register.written">);
  expect([0x4f, 0x50, 0x51, 0x52].map(at)).toEqual([UNKNOWN, FORGOTTEN, FORGOTTEN, UNKNOWN]);
});

describe("a word of", () => {
  const tables = ["gatt", "directory", "scratch-directory"] as const;
  const pages = tables.map((use, i) => allocated(0x100 + i, 1, use));
  const access = (kind: string): unknown => ({ kind, actor: "driver", entry: 3, word: 1 });
  /** What is known of the third word of each table, where the state has no words. */
  const known = (state: State, ...written: readonly (typeof tables)[number][]) => {
    const evidence = new Evidence(simulated, state);
    for (const table of written) evidence.see(access(`${table}.written`) as Event);
    return [
      evidence.entry(access("gatt.read") as Of<"gatt.read">),
      ...tables
        .slice(1)
        .map((table) => evidence.directoryWord(access(`${table}.read`) as Of<"directory.read">)),
    ];
  };

  test.each(tables)("%s is forgotten where it was written, and no other table's", (table) => {
    expect(known(stateAfter(pc, ...pages), table)).toEqual(
      tables.map((one) => (one === table ? FORGOTTEN : UNKNOWN)),
    );
  });

  test("a table of which no page is known is unknown, written or not", () => {
    expect(known(new State(pc), ...tables)).toEqual([UNKNOWN, UNKNOWN, UNKNOWN]);
  });
});

test("the content of a frame is forgotten where the CPU or a device wrote it", () => {
  const tagsAfter = (...events: readonly object[]) => {
    const evidence = evidenceOf(...events);
    return [evidence.cpuTag(frame), evidence.memoryTag(frame)];
  };
  expect(tagsAfter()).toEqual([UNKNOWN, UNKNOWN]);
  expect(tagsAfter(wrote)).toEqual([FORGOTTEN, FORGOTTEN]);
  expect(tagsAfter(deviceWrote)).toEqual([FORGOTTEN, FORGOTTEN]);
  // A page that is not AGP's is written through to memory.
  expect(tagsAfter({ ...wrote, phys: phys(0x5000) })).toEqual([FORGOTTEN, FORGOTTEN]);
  expect(evidenceOf(wrote).cpuTag(offset(frame, 1))).toBe(UNKNOWN);
});

test("what the state has of a frame is known, whatever the events show", () => {
  const state = new State(pc);
  state.content.set(frame, 7);
  const evidence = new Evidence(simulated, state);
  expect([evidence.cpuTag(frame), evidence.memoryTag(frame)]).toEqual([7, 7]);
});

describe("what the CPU writes into a page of AGP that it maps cached", () => {
  const page = { kind: "page.allocated", by: "alloc_page", use: "agp", allocation: pfn(5) };
  const cached = { ...wrote, phys: phys(0x5000) };
  const flushed = { kind: "cache.flushed", actor: "driver", instruction: "clflush" };
  /** What is known of memory after these events; the state knows whose page it is. */
  const memoryAfter = (...events: readonly object[]) => {
    const state = new State(pc);
    const allocated = { ...page, size: 4096, phys: phys(0x5000), machine: machine(0x5000) };
    apply(state, { actor: "kernel", ...allocated } as Event, 1);
    const evidence = new Evidence(simulated, state);
    for (const event of events) evidence.see({ actor: "driver", ...event } as Event);
    return evidence.memoryTag(frame);
  };

  test("is not in memory before a flush of its frame", () => {
    expect(memoryAfter(cached)).toBe(UNKNOWN);
    expect(memoryAfter(cached, { ...flushed, machine: machine(0x4000), size: 4096 })).toBe(UNKNOWN);
    expect(memoryAfter(cached, { ...flushed, machine: machine(0x6000), size: 4096 })).toBe(UNKNOWN);
    expect(memoryAfter(cached, { ...flushed, instruction: "mb" })).toBe(UNKNOWN);
  });

  test("is there behind one, and a state without it has forgotten it", () => {
    expect(memoryAfter(cached, { ...flushed, machine: machine(0x4000), size: 8192 })).toBe(
      FORGOTTEN,
    );
    expect(memoryAfter(cached, { ...flushed, instruction: "wbinvd" })).toBe(FORGOTTEN);
  });
});

test("what no tag stands for is not known: a copy, a write without one, a frame that was given back, a gap", () => {
  const ends = [
    { kind: "page.copied", frame, size: 512 },
    { ...deviceWrote, tag: null },
    { kind: "p2m.cleared", page: 1 },
    { kind: "events.lost", count: 1 },
  ];
  for (const end of ends) expect(evidenceOf(wrote, end).cpuTag(frame), end.kind).toBe(UNKNOWN);
  const another = { kind: "page.copied", frame: offset(frame, 1), size: 512 };
  expect(evidenceOf(wrote, another).cpuTag(frame)).toBe(FORGOTTEN);
  const register = { ...registerSet(0x50, 1), size: 4 } as Of<"register.written">;
  expect(ends.map((end) => evidenceOf(register, end).register(register))).toEqual([
    ...[FORGOTTEN, FORGOTTEN, FORGOTTEN, UNKNOWN],
  ]);
  const nowhere = { ...deviceWrote, frame: null };
  expect(evidenceOf(wrote, nowhere).cpuTag(frame)).toBe(FORGOTTEN);
});
