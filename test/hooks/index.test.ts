// index.test.ts - hook sets by name, mixtures of their functions, and kernels that lack one of them.

import { describe, expect, test } from "vitest";
import { raw } from "../../src/address.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { hookSets, hooksOf, missingOn, mustBuild } from "../../src/hooks/index.ts";
import { legacy } from "../../src/hooks/legacy.ts";
import { nativeI386 } from "../../src/platform/native-i386.ts";
import { ppc64G5 } from "../../src/platform/ppc64-g5.ts";
import { xenI386 } from "../../src/platform/xen-i386.ts";
import { Board, deviceAddress } from "../platform/board.ts";

test.each(hookSets)("$name is known by its name", (hooks) => {
  expect(hooksOf(hooks.name)).toBe(hooks);
});

describe("a mixture", () => {
  test("is made of the functions it names and has those of legacy for the rest", () => {
    expect(hooksOf("to=virt_to_gart").uses).toEqual([
      ...["virt_to_gart", "phys_to_virt", "__get_free_pages", "free_pages"],
    ]);
    expect(hooksOf("from=gart_to_virt,alloc=alloc_gatt_pages,free=free_gatt_pages").uses).toEqual([
      ...["virt_to_phys", "gart_to_virt", "alloc_gatt_pages", "free_gatt_pages"],
    ]);
  });

  test("is called what it is made of", () => {
    expect(hooksOf("to=virt_to_gart").name).toBe("to=virt_to_gart");
  });

  test("hands out what its to-device function says", () => {
    const board = new Board(xenI386);
    const page = board.pages(0, false);
    const [mixed, plain] = [hooksOf("to=virt_to_gart"), hooksOf("free=free_pages")];
    expect(raw(mixed.toDevice(board, page, "a test").bus)).toBe(0x40c21000);
    expect(raw(plain.toDevice(board, page, "a test").bus)).toBe(0x1000000);
  });
});

test.each([
  ["gratt", "unknown hooks 'gratt'; known: legacy, dma-coherent"],
  ["gart=", "unknown part of the hooks 'gart'; known: to, from, alloc, free"],
  [
    "to=virt_to_gratt",
    "unknown function for 'to' 'virt_to_gratt', did you mean 'virt_to_gart'; known: virt_to_phys",
  ],
  ["to=virt_to_gart,free", "unknown function for 'free' ''; known: free_pages, dma_free_coherent"],
])("'%s' names no hooks, and the message says what there is", (name, message) => {
  expect(() => hooksOf(name)).toThrow(message);
});

test("the list of what there is speaks of mixtures too", () => {
  expect(() => hooksOf("qqqqqqqqqq")).toThrow(
    "legacy, dma-coherent, dma-handle, fsb, agp, gart, override, or a mixture such as to=virt_to_gart",
  );
});

describe("the driver", () => {
  test("builds where the kernel has all four functions", () => {
    expect(missingOn(nativeI386, hooksOf("to=virt_to_bus"))).toBeNull();
    expect(() => mustBuild(nativeI386, hooksOf("to=virt_to_bus"))).not.toThrow();
  });

  test("does not build where one is missing, and that one is named", () => {
    expect(missingOn(ppc64G5, hooksOf("from=bus_to_virt"))).toBe("bus_to_virt");
    expect(() => mustBuild(ppc64G5, hooksOf("from=bus_to_virt"))).toThrow(
      "the driver does not build on ppc64-g5: its kernel has no bus_to_virt()",
    );
  });
});

describe("a function of the architecture's header", () => {
  const entered = (events: readonly Event[]) =>
    events.flatMap((event) => (event.kind === "call.entered" ? [event.text] : []));
  const ofHeader = () => hooksOf("alloc=alloc_gatt_pages,free=free_gatt_pages");

  test("is a call of its own in the trace, with the kernel's whole address", () => {
    const { allocateTable, freeTable } = ofHeader();
    const board = new Board(ppc64G5);
    let table = allocateTable(board, 0, "a test")!;
    board.kernel.free("free_pages", table.virt, 0, "gatt", "a test");
    const allocating = board.during(() => {
      table = allocateTable(board, 1, "a test")!;
    });
    expect(entered(allocating)).toEqual(["alloc_gatt_pages(1)"]);
    const whole = (ppc64G5.virtBase + BigInt(raw(table.virt))).toString(16);
    expect(entered(board.during(() => freeTable(board, table, 1, "a test")))).toEqual([
      `free_gatt_pages(0x${whole}, 1)`,
    ]);
  });

  test("takes plain pages where frames follow each other anyway", () => {
    const board = new Board(nativeI386);
    const events = board.during(() => ofHeader().allocateTable(board, 1, "a test"));
    expect(events).toMatchObject([
      { kind: "call.entered" },
      { kind: "page.allocated", by: "__get_free_pages", place: "alloc_gatt_pages" },
    ]);
  });

  test("gives coherent memory back by its handle under Xen, by its machine address without one", () => {
    const { allocateTable, freeTable } = ofHeader();
    const unmapped = (handle: "its own" | "another" | "none") => {
      const board = new Board(xenI386);
      const table = allocateTable(board, 1, "a test")!;
      const other = deviceAddress(0x1234000, board.kernel.physOf(table.virt));
      const handles = { "its own": table.handle, another: other, none: null };
      return board.during(() => {
        freeTable(board, { ...table, handle: handles[handle] }, 1, "a test");
      });
    };
    const number = (events: readonly Event[]) =>
      events.flatMap((event) => (event.kind === "dma.unmapped" ? [raw(event.bus!)] : []));
    expect(number(unmapped("its own"))).toEqual([0x80000000]);
    expect(number(unmapped("another"))).toEqual([0x1234000]);
    expect(number(unmapped("none"))).toEqual([0x80000000]);
  });
});

test("a mixture is no set for drivers that call __get_free_pages themselves", () => {
  expect(hooksOf("to=virt_to_gart").everyDriver).toBe(false);
});

test("virt_to_bus promises an address for the device, virt_to_phys does not", () => {
  const board = new Board(nativeI386);
  const page = board.pages(0, false);
  const called = (name: string) =>
    board.during(() => hooksOf(`to=${name}`).toDevice(board, page, "a test"));
  expect(called("virt_to_bus")).toMatchObject([{ hook: "virt_to_bus", bus: 0x1000000 }]);
  expect(called("virt_to_phys")[0]).not.toHaveProperty("bus");
});

test("a word of 64 bits keeps a machine address above 4 GB, one of 32 loses the upper bits", () => {
  const above = { ...nativeI386, directMap: 2 ** 32 };
  const number = (platform: typeof nativeI386) => {
    const board = new Board(platform);
    return raw(hooksOf("to=virt_to_bus").toDevice(board, board.pages(0, false), "a test").bus);
  };
  expect(number({ ...above, wordBits: 64 })).toBe(0x101000000);
  expect(number({ ...above, wordBits: 32 })).toBe(0x1000000);
});

test("the way back of legacy reads whatever number it is given as a physical address", () => {
  const board = new Board(xenI386);
  const page = board.pages(0, false);
  const number = deviceAddress(0x40c21000, board.kernel.physOf(page));
  const back = board.during(() => legacy.fromDevice(board, number, "a test"));
  expect(back).toMatchObject([{ hook: "phys_to_virt", phys: 0x40c21000 }]);
});
