// remap.test.ts - what ioremap takes and refuses, by the rule of each kernel.

import { describe, expect, test } from "vitest";
import { offset, pfn, raw, type Virt } from "../../src/address.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { RESERVED, UNCACHED } from "../../src/machine/state.ts";
import { Killed } from "../../src/platform/kernel.ts";
import { nativeI386 } from "../../src/platform/native-i386.ts";
import { Remap } from "../../src/platform/remap.ts";
import { xenI386 } from "../../src/platform/xen-i386.ts";
import { Board, deviceAddress } from "./board.ts";

const native = () => new Board(nativeI386);
const xen = () => new Board(xenI386);

/** Asks for pages by a number; `rule` is the platform's own unless it is said. */
function asks(
  board: Board,
  pages: Virt,
  order: number,
  number: number,
  rule = board.kernel.platform.ioremap,
) {
  const remap = new Remap(board.kernel, rule);
  const asked = deviceAddress(number, board.kernel.physOf(pages));
  let window: ReturnType<Remap["map"]> = null;
  const events = board.during(() => {
    window = remap.map(asked, 2 ** order, "a test");
  });
  return { remap, window: window as ReturnType<Remap["map"]>, events };
}

const physOf = (board: Board, pages: Virt) => raw(board.kernel.physOf(pages));
const machineOf = (board: Board, pages: Virt) =>
  raw(board.kernel.machineOf(board.kernel.physOf(pages))!);
const reaches = (events: readonly Event[]) =>
  events.flatMap((event) => (event.kind === "table.remapped" ? [Number(event.reached)] : []));

describe("on bare metal", () => {
  test("RAM in ordinary use is refused", () => {
    const board = native();
    const pages = board.pages(1, false);
    const { window, events } = asks(board, pages, 1, physOf(board, pages));
    expect(window).toBeNull();
    expect(events).toMatchObject([
      {
        kind: "fault.raised",
        fault: "not-reserved",
        text: "ioremap_nocache",
        bus: 0x1000000,
        size: 8192,
      },
    ]);
  });

  test("reserved RAM is mapped uncached, its linear alias too, until iounmap", () => {
    const board = native();
    const pages = board.pages(1, true);
    const { remap, window, events } = asks(board, pages, 1, physOf(board, pages));
    expect(reaches(events)).toEqual([0x1000000, 0x1001000]);
    expect(events.map(({ kind }) => kind).slice(2)).toEqual(["attribute.changed", "tlb.flushed"]);
    const flags = () => [0x1000, 0x1001].map((page) => board.kernel.state.flags.get(pfn(page)));
    expect(flags()).toEqual([RESERVED | UNCACHED, RESERVED | UNCACHED]);
    remap.unmap(window!, "a test");
    expect(flags()).toEqual([RESERVED, RESERVED]);
    expect(board.kernel.state.mappings.size).toBe(0);
  });

  test("one page in use among reserved ones is enough to be refused", () => {
    const board = native();
    const pages = board.pages(1, true);
    const second = offset(pages, 4096);
    board.kernel.attribute("unreserved", second, 1, { actor: "driver", place: null });
    const { events } = asks(board, pages, 1, physOf(board, pages));
    expect(events).toMatchObject([{ fault: "not-reserved", reached: 0x1001000 }]);
  });
});

describe("on Xen", () => {
  test("the pseudo-physical address is somebody else's frame, and refused", () => {
    const board = xen();
    const pages = board.pages(0, true);
    const { window, events } = asks(board, pages, 0, physOf(board, pages));
    expect(window).toBeNull();
    expect(events).toMatchObject([
      {
        fault: "foreign-ram",
        phys: 0x1000000,
        machine: 0x40c21000,
        bus: 0x1000000,
        reached: 0x1000000,
      },
    ]);
  });

  test("the machine address of a reserved page is mapped", () => {
    const board = xen();
    const pages = board.pages(0, true);
    const { events } = asks(board, pages, 0, machineOf(board, pages));
    expect(reaches(events)).toEqual([0x40c21000]);
    expect(board.kernel.state.flags.get(pfn(0x1000))).toBe(RESERVED | UNCACHED);
  });

  test("the domain's own RAM in ordinary use is refused", () => {
    const board = xen();
    const pages = board.pages(0, false);
    const { events } = asks(board, pages, 0, machineOf(board, pages));
    expect(events).toMatchObject([{ fault: "not-reserved" }]);
  });

  test("a table of scattered frames is refused: the frame after the first is another page", () => {
    const board = xen();
    const pages = board.pages(1, true);
    expect(board.frames(pages, 2)).toEqual([0x40c21, 0x4767e]);
    const { window, events } = asks(board, pages, 1, machineOf(board, pages));
    expect(window).toBeNull();
    expect(events).toMatchObject([{ fault: "not-reserved", bus: 0x40c21000 }]);
  });

  test("a table of consecutive frames is mapped", () => {
    const board = xen();
    const { virt, handle } = board.coherent.allocate(1, "a test")!;
    board.kernel.attribute("reserved", virt, 2, { actor: "driver", place: null });
    const { events } = asks(board, virt, 1, raw(handle.bus));
    expect(reaches(events)).toEqual([0x80000000, 0x80001000]);
  });

  test("under the lenient rule a pseudo-physical address maps each page where it lies", () => {
    const board = xen();
    const pages = board.pages(1, true);
    const { events } = asks(board, pages, 1, physOf(board, pages), "phys");
    expect(reaches(events)).toEqual([0x40c21000, 0x4767e000]);
  });

  test("a pseudo-physical address past the domain's pages is nobody's, even under the lenient rule", () => {
    const board = xen();
    const pages = board.pages(0, true);
    const { events } = asks(board, pages, 0, 0x10000000, "phys");
    expect(events).toMatchObject([{ fault: "foreign-ram", reached: 0x10000000 }]);
  });
});

describe.each([
  ["bare metal", native],
  ["Xen", xen],
])("on %s too", (_, boardOf) => {
  test("device addresses are mapped as they are; no page of RAM changes its attribute", () => {
    const board = boardOf();
    const pages = board.pages(0, false);
    const { remap, events } = asks(board, pages, 1, 0xe0000000);
    expect(events.map(({ kind }) => kind)).toEqual(["table.remapped", "table.remapped"]);
    expect(reaches(events)).toEqual([0xe0000000, 0xe0001000]);
    remap.failing = true;
    expect(
      remap.map(deviceAddress(0xfec00000, board.kernel.physOf(pages)), 1, "a test"),
    ).not.toBeNull();
  });

  test("a workload may let every ioremap of RAM fail", () => {
    const board = boardOf();
    const pages = board.pages(0, true);
    const remap = new Remap(board.kernel, board.kernel.platform.ioremap);
    remap.failing = true;
    const number = deviceAddress(machineOf(board, pages), board.kernel.physOf(pages));
    expect(board.during(() => remap.map(number, 1, "a test"))).toMatchObject([
      { fault: "injected" },
    ]);
  });

  test("mappings go upward with a guard page between, which is not to be touched", () => {
    const board = boardOf();
    const pages = board.pages(0, true);
    const { remap, window } = asks(board, pages, 1, 0xe0000000);
    const next = remap.map(deviceAddress(0xe0000000, board.kernel.physOf(pages)), 1, "a test")!;
    expect([raw(window!.cookie), raw(next.cookie)]).toEqual([0xd0800000, 0xd0803000]);
    remap.check(offset(next.cookie, 4095), "write", "a test");
    const touches = () => remap.check(offset(next.cookie, -4), "write", "a test");
    expect(board.during(() => expect(touches).toThrow(Killed))).toMatchObject([
      {
        kind: "fault.raised",
        fault: "oops",
        virt: 0xd0802ffc,
        text: "write to unmapped ioremap address (guard page)",
      },
    ]);
  });
});
