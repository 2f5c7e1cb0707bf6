// vmalloc-neighbour.test.ts - where an entry written outside the table lands, by the seed of the machine.

import { expect, test } from "vitest";
import { u3 } from "../../src/chipset/u3.ts";
import { sized } from "../../src/scenario/scenario.ts";
import type { Setup } from "../../src/scenario/setup.ts";
import { lawfulTrace, setupOf, workloadOf } from "../laws.ts";

/** The frame of the first word that a bind wrote outside, and how the call ended. */
function written(words: string, pages: number, other: Partial<Setup>) {
  const bind = { op: "bind", slot: 0, pg_start: 1 - pages };
  const ops = [{ op: "maxorder", max_order: 1 }, { op: "init" }, { op: "alloc", slot: 0, pages }];
  const trace = lawfulTrace(setupOf(words, { workload: workloadOf(...ops, bind), ...other }));
  const events = [...trace.events()].map(({ event }) => event);
  const outside = events.find((event) => event.kind === "outside.written");
  const frame = outside?.kind === "outside.written" ? outside.frame : null;
  return { frame, ret: [...trace.ops()].at(-1)!.result!.ret };
}

test("in front of the first mapping is nothing on the machine of the recordings", () => {
  expect(written("xen-i386 gart", 1026, { seed: 0 })).toEqual({ frame: null, ret: "oops" });
});

test("on another one a guard page is, and before that what the seed says: of dom0 a frame of another domain", () => {
  const found = [1, 2].map((seed) => written("xen-i386 gart", 1026, { seed }));
  const { owner } = setupOf("xen-i386 gart").platform;
  // The word before the guard page is written, the next one meets it.
  expect(found.map(({ ret }) => ret)).toEqual(["oops", "oops"]);
  expect(found.map(({ frame }) => [1, 2].includes(owner(frame!)!))).toEqual([true, true]);
  expect(found[0]!.frame).not.toBe(found[1]!.frame);
});

test("on bare metal it is a page of the kernel's", () => {
  const { frame } = written("native-i386 gart", 1026, { seed: 1 });
  expect(Number(frame)).toBeLessThan(0x1000);
});

test("in the linear mapping the page in front of the table moves with the seed as well", () => {
  const chipset = sized(u3, 0x8c, 0x1);
  const frames = [0, 1, 2].map((seed) => written("ppc64-g5 gart", 2, { seed, chipset }).frame);
  expect(new Set(frames).size).toBe(3);
});
