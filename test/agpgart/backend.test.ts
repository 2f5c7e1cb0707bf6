// backend.test.ts - how much memory AGP may take, who has the bridge, and how it comes and goes.

import { describe, expect, test } from "vitest";
import { findMax } from "../../src/agpgart/backend.ts";
import {
  acquire,
  alloc,
  bareRun,
  bind,
  cleanup,
  driverRun,
  failIoremap,
  info,
  init,
  maxOrder,
  release,
} from "../driver-run.ts";

const megabytes = (count: number) => count * 256;

describe("agp_find_max", () => {
  test("gives what testgart printed on real machines, and what the recordings say", () => {
    expect(findMax(megabytes(511))).toBe(112384);
    expect(findMax(megabytes(63))).toBe(6912);
    expect(findMax(megabytes(256))).toBe(52224);
  });

  test("gives the rows of maxes_table themselves", () => {
    const rows = [0, 32, 64, 128, 256, 512, 1024, 2048, 4096].map((size) =>
      findMax(megabytes(size)),
    );
    expect(rows.map((pages) => pages / 256)).toEqual([0, 4, 28, 96, 204, 440, 942, 1920, 3932]);
  });

  test("counts whole megabytes, and goes on along the last line above the table", () => {
    expect(findMax(megabytes(64) - 1)).toBe(findMax(megabytes(63)));
    expect(findMax(megabytes(4096 + 2048))).toBe(megabytes(3932 + 2012));
  });
});

describe("acquire and release", () => {
  const tries = driverRun(
    "native-i386 legacy",
    acquire,
    acquire,
    release,
    acquire,
    release,
    release,
    acquire,
  );

  test("a second acquire gives nothing until the first is released", () => {
    expect([0, 1, 3].map((place) => tries.ret(place))).toEqual(["bridge", null, "bridge"]);
  });

  test("release is not guarded: after one too many nobody acquires again", () => {
    expect([4, 5].map((place) => tries.result(place).in_use)).toEqual([0, -1]);
    expect(tries.result(6)).toMatchObject({ ret: null, in_use: -1 });
  });

  test("without a bridge there is nothing to acquire, to ask or to allocate from", () => {
    const none = bareRun(
      "native-i386 legacy",
      {},
      acquire,
      info,
      alloc(0, 1),
      bind(0, 0),
      release,
      cleanup,
    );
    expect(none.result(0)).toEqual({ ret: null, bridge: null });
    expect(none.result(1)).toMatchObject({ ret: -5, aper_size: 0 });
    expect(none.ret(2)).toBeNull();
    expect(none.ret(3)).toBe(-22);
    expect([0, 1, 2, 3, 4, 5].flatMap((place) => none.events(place))).toEqual([]);
  });
});

describe("a bridge that cannot be set up", () => {
  const messages = (place: number, run: ReturnType<typeof driverRun>) =>
    run.of(place, "message.logged").map(({ level, text }) => `${level}: ${text}`);
  const why = "err: agpgart: unable to get memory for graphics translation table.";

  test("is -ENOMEM without memory for the table, and -ENOMEM again when ioremap fails", () => {
    const run = driverRun(
      "native-i386 legacy",
      cleanup,
      maxOrder(-1),
      init,
      maxOrder(0),
      failIoremap(1),
      init,
    );
    for (const place of [2, 5]) {
      expect(run.result(place)).toEqual({ ret: -12, bridge: null });
      expect(messages(place, run).slice(1)).toEqual([
        why,
        "info: agpgart: agp_backend_initialize() failed.",
      ]);
    }
    expect(run.of(5, "page.freed")).toHaveLength(1);
  });

  test("may be tried again once there is memory", () => {
    const run = driverRun("native-i386 legacy", cleanup, maxOrder(-1), init, maxOrder(0), init);
    expect(run.result(4)).toMatchObject({ ret: 0, num_entries: 1024 });
  });
});

test("the bridge says the raw mode and page mask, whatever it worked out", () => {
  const { mode, page_mask, max_memory } = driverRun("native-i386 legacy", info).result(0);
  expect({ mode, page_mask, max_memory }).toEqual({
    mode: "0x1f000203",
    page_mask: "0xffffffff",
    max_memory: 52224,
  });
});

test("loading a second time is refused while the bridge is there", () => {
  expect(driverRun("native-i386 legacy", init).ret(0)).toBe(-17);
});
