// drm.test.ts - DRM as a client in the kernel: what it gets, and what it does for whom.

import { expect, test } from "vitest";
import { u3 } from "../../src/chipset/u3.ts";
import { bareRun } from "../driver-run.ts";

const small = [{ op: "maxorder", max_order: 0 }, { op: "init" }];
const drm = (op: string, fields: object = {}) => ({ op: `drm_${op}`, ...fields });
const info = drm("info");
const rets = (words: string, ...ops: object[]): unknown[] => {
  const told = bareRun(words, {}, ...small, ...ops);
  return ops.map((_, i) => told.ret(small.length + i));
};

test("nothing comes through before it has the backend", () => {
  const before = [
    ...[info, drm("enable", { agp_mode: 1 }), drm("alloc", { slot: 0, size: 4096 })],
    ...[drm("bind", { slot: 0, offset: 0 }), drm("unbind", { slot: 0 }), drm("free", { slot: 0 })],
    drm("release"),
  ];
  expect(rets("native-i386 gart", drm("init"), ...before)).toEqual([1, ...before.map(() => -22)]);
});

test("without a bridge there is no AGP", () => {
  const told = bareRun("native-i386 gart", {}, drm("init"), drm("acquire"));
  expect([told.ret(0), told.ret(1)]).toEqual([0, -19]);
});

test("it takes the backend once, and not from a controller", () => {
  expect(
    rets(
      "native-i386 gart",
      drm("init"),
      drm("acquire"),
      drm("acquire"),
      drm("release"),
      {
        op: "acquire",
      },
      drm("acquire"),
    ),
  ).toEqual([1, 0, -16, 0, "bridge", -19]);
});

const acquired = [drm("init"), drm("acquire"), info, drm("enable", { agp_mode: "info" })];

test("sizes and offsets are bytes, rounded up to pages; a handle is a key and one", () => {
  const told = bareRun(
    "native-i386 gart",
    {},
    ...[...small, ...acquired, drm("alloc", { slot: 0, size: 4097 })],
    drm("bind", { slot: 0, offset: 4097 }),
  );
  const place = small.length + acquired.length;
  expect(told.result(place)).toEqual({ slot: 0, ret: 0, handle: 1, page_count: 2 });
  expect(told.of(place + 1, "gatt.written").map(({ entry }) => entry)).toEqual([2, 3]);
});

test("what is bound is not bound again, and is unbound when it is freed", () => {
  const again = [
    ...[drm("alloc", { slot: 0, size: 4096 }), drm("bind", { slot: 0, offset: 0 })],
    ...[drm("bind", { slot: 0, offset: 4096 }), drm("alloc", { slot: 1, size: 4096 })],
    ...[drm("bind", { slot: 1, offset: 0 }), drm("free", { slot: 0 }), drm("free", { slot: 0 })],
    ...[
      drm("bind", { slot: 1, offset: 0 }),
      drm("unbind", { slot: 1 }),
      drm("unbind", { slot: 1 }),
    ],
  ];
  expect(rets("native-i386 gart", ...acquired, ...again).slice(acquired.length)).toEqual([
    ...[0, 0, -22, 0, -16, 0, -22, 0, 0, -22],
  ]);
});

test("on U3 the first page of the aperture is at 0, which looks as if nothing were bound there", () => {
  const told = bareRun(
    "ppc64-g5 gart",
    { chipset: u3 },
    ...[{ op: "init" }, ...acquired],
    ...[drm("alloc", { slot: 0, size: 4096 }), drm("bind", { slot: 0, offset: 0 })],
    drm("unbind", { slot: 0 }),
  );
  const place = 1 + acquired.length;
  expect([0, 1, 2].map((i) => told.ret(place + i))).toEqual([0, 0, -22]);
});
