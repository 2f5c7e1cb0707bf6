// scale.test.ts - the timeline's view: inside the trace, and what is pointed at stays under the pointer.

import { expect, test } from "vitest";
import {
  around,
  besideLongest,
  containing,
  fitting,
  panned,
  partOf,
  seqAt,
  ticks,
  zoomed,
} from "../../src/web/scale.ts";

test("a view lies inside its trace, and the whole trace is the widest", () => {
  expect(fitting({ from: -50, to: 50 }, 1000)).toEqual({ from: 0, to: 100 });
  expect(fitting({ from: 950, to: 1050 }, 1000)).toEqual({ from: 900, to: 1000 });
  expect(fitting({ from: -1e6, to: 1e6 }, 1000)).toEqual({ from: 0, to: 1000 });
});

test("the event under the pointer stays there while one zooms", () => {
  const view = { from: 200, to: 600 };
  const near = zoomed(view, 0.5, 300, 1000);
  expect(partOf(near, 300)).toBeCloseTo(partOf(view, 300));
  expect(near.to - near.from).toBe(200);
});

test("what is beside the longest op is the larger part, before it or behind", () => {
  const init = { first: 1, last: 970 };
  const bind = { first: 971, last: 990 };
  expect(besideLongest([init, bind], 1000)).toEqual({ from: 970, to: 1000 });
  const late = { first: 31, last: 995 };
  expect(besideLongest([{ first: 1, last: 30 }, late], 1000)).toEqual({ from: 0, to: 30 });
  expect(besideLongest([], 1000)).toBeNull();
});

test("a few events are the nearest that one gets", () => {
  const near = zoomed({ from: 200, to: 230 }, 0.001, 210, 1000);
  expect(near.to - near.from).toBe(24);
});

test("a drag stops at the trace's ends", () => {
  expect(panned({ from: 10, to: 110 }, -500, 1000)).toEqual({ from: 0, to: 100 });
});

test("a moment out of view is brought into its middle, one in view moves nothing", () => {
  expect(containing({ from: 0, to: 100 }, 50, 1000)).toEqual({ from: 0, to: 100 });
  expect(containing({ from: 0, to: 100 }, 500, 1000)).toEqual({ from: 450, to: 550 });
});

test("a stretch that is a dot in the whole trace is looked at from near, a longer one in the whole", () => {
  expect(around({ from: 500, to: 520 }, 1000)).toEqual({ from: 490, to: 530 });
  expect(around({ from: 980, to: 1024 }, 1000)).toEqual({ from: 936, to: 1000 });
  expect(around({ from: 500, to: 560 }, 1000)).toEqual({ from: 0, to: 1000 });
});

test("a place and its event are each other's inverse", () => {
  const view = { from: 1000, to: 3000 };
  expect(seqAt(view, partOf(view, 1700))).toBe(1700);
});

test("marks on the axis are round numbers", () => {
  expect(ticks({ from: 3, to: 97 }, 10)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90]);
  expect(ticks({ from: 0, to: 10_000_000 }, 5)).toEqual([0, 2e6, 4e6, 6e6, 8e6, 1e7]);
});
