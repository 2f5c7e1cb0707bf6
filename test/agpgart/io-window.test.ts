// io-window.test.ts - alpha and zx1, whose GART is a part of the PCI I/O MMU's table.

import { describe, expect, test } from "vitest";
import { titan } from "../../src/chipset/titan.ts";
import { zx1 } from "../../src/chipset/zx1.ts";
import { alloc, bareRun, bind, cleanup, free, init, unbind } from "../driver-run.ts";

const bound = [init, alloc(0, 3), bind(0, 2)];

describe("alpha", () => {
  const run = bareRun(
    "alpha gart",
    { chipset: titan },
    ...bound,
    bind(0, 2),
    alloc(1, 1),
    bind(1, 4),
  );

  test("has pages of 8 KB, which the card reads 8 KB apart", () => {
    expect(run.of(1, "page.allocated").map(({ size }) => size)).toEqual([8192, 8192, 8192]);
    const reads = run.of(2, "device.read");
    expect(reads.map(({ bus }) => Number(bus) - 0xc0000000)).toEqual([0x4000, 0x6000, 0x8000]);
    expect(reads.map(({ reached, machine }) => reached === machine)).toEqual([true, true, true]);
  });

  test("binds only where the window was set aside", () => {
    expect(run.of(2, "gatt.read").map(({ word }) => word)).toEqual([0xface, 0xface, 0xface]);
    expect([run.ret(3), run.ret(5)]).toEqual([-22, -16]);
  });

  test("is led astray by virt_to_bus, which says where PCI's direct map has the page", () => {
    const posted = bareRun("alpha dma-coherent", { chipset: titan }, ...bound, free(0));
    const [entry] = posted.of(2, "gatt.written");
    expect(Number(entry!.bus) - Number(entry!.machine)).toBe(0x80000000);
    // The way back is as wrong as the way there, and so finds the page.
    expect(posted.of(3, "page.freed").map(({ allocation }) => allocation)).toEqual(
      posted.of(1, "page.allocated").map(({ allocation }) => allocation),
    );
  });
});

describe("zx1", () => {
  const run = bareRun("ia64-zx1 gart", { chipset: zx1 }, ...bound, unbind(0), cleanup, init);
  const handle = bareRun("ia64-zx1 dma-handle", { chipset: zx1 }, ...bound);

  test("takes the upper half of the window's table, by the cookie that lies there", () => {
    const [cookie] = run.of(0, "gatt.read");
    expect([cookie!.entry, cookie!.word]).toEqual([0, 0x0000badbadc0ffee]);
    expect(run.result(0)).toMatchObject({ num_entries: 131072, aper_base: "0x60000000" });
  });

  test("has entries of eight bytes, valid by their highest bit, and the card reads through them", () => {
    const [entry] = run.of(2, "gatt.written");
    expect([Number(entry!.bus) === entry!.word, entry!.high]).toEqual([true, 0x800]);
    const reads = run.of(2, "device.read");
    expect(reads.map(({ reached, machine }) => reached === machine)).toEqual([true, true, true]);
  });

  test("gives its half back with the cookie, so that the driver can be loaded again", () => {
    expect(run.of(4, "gatt.written").map(({ word }) => word)).toEqual([0x0000badbadc0ffee]);
    expect(run.ret(5)).toBe(0);
    expect(run.of(5, "page.allocated")).toEqual([]);
  });

  test("finds its table by the DMA handle too, for below 4 GB sba_map_single maps nothing", () => {
    const base = handle.of(0, "register.written").find(({ bus }) => bus != null);
    expect([Number(base!.reached), Number(base!.machine)]).toEqual([0x1000000, 0x1000000]);
    const reads = handle.of(2, "device.read");
    expect(reads.map(({ reached, machine }) => reached === machine)).toEqual([true, true, true]);
  });
});
