// page-maps.test.ts - two-level tables: whose address is translated by which function, and what leads where.

import { describe, expect, test } from "vitest";
import { amdIrongate } from "../../src/chipset/amd-irongate.ts";
import { atiRs100 } from "../../src/chipset/ati-igp.ts";
import { sworksHe } from "../../src/chipset/sworks-he.ts";
import { alloc, bareRun, bind, failAfter, failIoremap, init, unbind } from "../driver-run.ts";

const lenient = { lenientIoremap: true };

describe("ATI's IGP under Xen with the legacy hooks", () => {
  const run = bareRun(
    "xen-i386 legacy",
    { ...lenient, chipset: atiRs100 },
    init,
    alloc(0, 2),
    bind(0, 0),
  );

  test("has directory and directory words right, for the driver asks virt_to_bus there", () => {
    const words = run.of(0, "directory.written").filter(({ bus }) => bus != null);
    expect(words.length).toBe(16);
    expect(words.every(({ reached, machine }) => reached === machine)).toBe(true);
  });

  test("has the pages wrong, so that the card meets strangers", () => {
    const entries = run.of(2, "gatt.written");
    expect(entries.map(({ reached, phys }) => Number(reached) === Number(phys))).toEqual([
      true,
      true,
    ]);
    expect(entries.some(({ reached, machine }) => reached === machine)).toBe(false);
  });
});

test("every page of an IGP's table is uncached before ioremap, and stays so where ioremap fails", () => {
  const run = bareRun("native-i386 legacy", { chipset: atiRs100 }, failIoremap(1), init);
  const attributes = run.of(1, "attribute.changed").map(({ attribute }) => attribute);
  expect([run.ret(1), attributes]).toEqual([-12, ["reserved", "uncached", "unreserved"]]);
});

describe("ServerWorks' table", () => {
  const run = bareRun(
    "xen-i386 gart",
    { chipset: sworksHe },
    init,
    alloc(0, 1),
    bind(0, 1023),
    unbind(0),
  );

  test("leads each word of its directory to the scratch directory before the pages get theirs", () => {
    const words = run.of(0, "directory.written").filter(({ bus }) => bus != null);
    expect(words.length).toBe(1024 + 16);
    const [scratch] = run.of(0, "page.allocated").filter(({ use }) => use === "scratch-directory");
    expect(words.slice(0, 1024).every(({ reached }) => reached === scratch!.machine)).toBe(true);
    expect(words.slice(1024).map(({ entry }) => entry)).toEqual(
      Array.from({ length: 16 }, (_, i) => i),
    );
  });

  test("is not read back, and the card finds the page through it all the same", () => {
    expect(run.of(2, "gatt.read").length).toBe(1); // the busy check
    const [read] = run.of(2, "device.read");
    expect(read!.reached).toBe(read!.machine);
  });

  test("is flushed before it is emptied and after", () => {
    const kinds = run.events(3).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "tlb.flushed" || kind === "gatt.written")).toEqual([
      "tlb.flushed",
      "gatt.written",
      "tlb.flushed",
    ]);
    expect(kinds[0]).toBe("cache.flushed");
  });
});

test.each([amdIrongate, atiRs100, sworksHe])(
  "$name gives back every page where one of the table cannot be had",
  (chipset) => {
    const run = bareRun("native-i386 legacy", { chipset }, failAfter(7), init);
    expect(run.ret(1)).toBe(-12);
    const pages = (kind: "page.allocated" | "page.freed") =>
      run
        .of(1, kind)
        .map(({ allocation, use }) => `${allocation} ${use}`)
        .sort();
    expect(pages("page.allocated").length).toBe(7);
    expect(pages("page.freed")).toEqual(pages("page.allocated"));
  },
);
