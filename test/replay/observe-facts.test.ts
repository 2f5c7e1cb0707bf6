// observe-facts.test.ts - each fact that a recorder notes of a table, worked out from the state.

import { expect, test } from "vitest";
import type { Event } from "../../src/event/vocabulary.ts";
import { apply } from "../../src/machine/apply.ts";
import { observable, Watch } from "../../src/replay/observe.ts";
import { allocated, pc, registerSet, stateAfter } from "../machine/happens.ts";

/** A table of one page at 0x100000, of which the aperture has four entries. */
const table = [
  allocated(0x100, 1, "gatt"),
  allocated(0x455, 1, "directory"),
  registerSet(0x10, 0xe0000000),
  registerSet(0xb8, 0x100000),
];
const initialised = { kind: "op.ended", result: { scratch_page: "0x9017", num_entries: 4 } };
const began = (name: string, facts = {}) => ({ kind: "op.began", op: 1, name, arguments: facts });
const release = { kind: "call.entered", text: "agp_release()" };
const word = (
  entry: number,
  word: number,
  machine: number | null = null,
  bus: number | null = null,
) => ({
  ...{ kind: "gatt.written", entry, word, machine, bus },
});

/** A watch that saw these events. */
function watching(...events: readonly object[]): Watch {
  const state = stateAfter(pc, ...table);
  const watch = new Watch(state);
  for (const event of [initialised, ...events]) {
    const whole = { actor: "driver", op: 1, ...event } as unknown as Event;
    apply(state, whole, state.moment + 1);
    watch.see(whole);
  }
  return watch;
}
const facts = (watch: Watch, ...names: readonly string[]) =>
  names.map((name) => watch.observed(name));

test("a table is summed up by its words: not zero, not the scratch page, and zlib's CRC of them", () => {
  const watch = watching(word(0, 0x9017), word(1, 0x5017), word(9, 0x7017));
  expect(facts(watch, "gatt_nonzero", "gatt_used", "entry0_addr")).toEqual([2, 1, "0x100000"]);
  expect(watch.observed("gatt_crc32")).toBe("0xfdbe3b1d");
});

test("a table changes with each word, and its facts with it", () => {
  const state = stateAfter(pc, ...table);
  const watch = new Watch(state);
  expect(watch.observed("gatt_nonzero")).toBe(0);
  const written = { actor: "driver", ...word(0, 0x5017) } as unknown as Event;
  apply(state, written, state.moment + 1);
  watch.see(written);
  expect(watch.observed("gatt_nonzero")).toBe(1);
});

test("a dump is of the table before the op, as runs of equal words, and cleanup's is the final one", () => {
  const before = [word(0, 0x9017), word(1, 0x9017), word(3, 0x9017)];
  const after = word(2, 0x9017);
  const runs = [
    [0, 2, "0x9017"],
    [2, 1, "0x0"],
    [3, 1, "0x9017"],
  ];
  const dumped = (name: string, arguments_ = {}) =>
    watching(...before, began(name, arguments_), after).observed("gatt_dump");
  expect(dumped("dump", { tag: "full" })).toEqual({ tag: "full", entries: 4, runs });
  expect(dumped("cleanup", { tag: "full" })).toEqual({ tag: "final", entries: 4, runs });
  expect(dumped("bind")).toBe(undefined);
});

test("what an op bound is met by the hardware or not, and the first that is not is told", () => {
  const found = word(1, 0x5017, 0x5000, 0x5000);
  const lost = word(2, 0x7017, 0x6000, 0x7000);
  const placeless = word(3, 0x7017, null, 0x7000);
  const bound = watching(word(0, 0x9017, 0x1000, 0x9000), began("bind"), found, lost, placeless);
  expect(facts(bound, "hw_ok", "hw_bad")).toEqual([1, 2]);
  expect(bound.observed("hw_first_bad")).toEqual({ page: 1, entry: "0x7017", frame: 7, want: 6 });
  const taken = watching(began("bind"), found, word(1, 0));
  expect(facts(taken, "hw_ok", "hw_bad")).toEqual([0, 1]);
  expect(taken.observed("hw_first_bad")).toEqual({ page: 0, entry: "0x0", frame: -1, want: 5 });
  expect(watching(began("bind"), found).observed("hw_first_bad")).toBe(undefined);
});

test("a table is noted at each release but the first, which nothing came before", () => {
  const other = { kind: "call.entered", text: "agp_bind_memory()" };
  const released = (...events: readonly object[]) =>
    watching(began("release"), ...events).observed("releases_gatt");
  expect(released(release, other, { kind: "call.entered" })).toBe(undefined);
  expect(released(release, word(0, 0x9017), word(1, 0x5017), release)).toEqual([
    { gatt_crc32: "0xfdbe3b1d", gatt_nonzero: 2, gatt_used: 1 },
  ]);
  expect(released(release, release, began("release"), release)).toBe(undefined);
});

test("a directory is told by those of its words that are not 0", () => {
  const written = (entry: number, word: number) => ({ kind: "directory.written", entry, word });
  const watch = watching(written(1, 0), written(3, 0x101), written(1023, 0x102), written(1024, 1));
  expect(watch.observed("dir_dump")).toEqual([
    [3, "0x101"],
    [1023, "0x102"],
  ]);
});

test("facts that the state cannot tell are left alone", () => {
  expect(observable({ ret: 0, hw_ok: 1, gatt_used: 2, seq: 3 })).toEqual(["hw_ok", "gatt_used"]);
  expect(watching().observed("ret")).toBe(undefined);
});
