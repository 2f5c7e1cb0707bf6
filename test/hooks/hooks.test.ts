// hooks.test.ts - what each hook set answers on each platform: the whole difference is in these numbers.

import { describe, expect, test } from "vitest";
import { type Bus, hex, raw } from "../../src/address.ts";
import type { Event, Of } from "../../src/event/vocabulary.ts";
import { gart } from "../../src/hooks/gart.ts";
import type { Hooks } from "../../src/hooks/hooks.ts";
import { hookSets } from "../../src/hooks/index.ts";
import { legacy } from "../../src/hooks/legacy.ts";
import { platforms } from "../../src/platform/index.ts";
import { nativeI386 } from "../../src/platform/native-i386.ts";
import { xenI386 } from "../../src/platform/xen-i386.ts";
import { Board, deviceAddress } from "../platform/board.ts";

const asked = (events: readonly Event[]): Of<"hook.called"> =>
  events.find((event) => event.kind === "hook.called") as Of<"hook.called">;
const number = (address: Bus | null | undefined) => address && hex(address);

/** Translates a page there and back. */
function translates(hooks: Hooks, board: Board) {
  const page = board.pages(0, false);
  let there = deviceAddress(0, board.kernel.physOf(page));
  const to = board.during(() => {
    there = hooks.toDevice(board, page, "a test");
  });
  let back = page;
  const from = board.during(() => {
    back = hooks.fromDevice(board, there, "a test");
  });
  return { page, there, back, to: asked(to), from: asked(from) };
}

describe.each(hookSets)("$name", (hooks) => {
  test.each(platforms)("finds the page again that it gave out on $name", (platform) => {
    const { page, back } = translates(hooks, new Board(platform));
    expect(back).toBe(page);
  });

  test.each(platforms)("tells on $name which allocation the page is of", (platform) => {
    const board = new Board(platform);
    const { to, from, there } = translates(hooks, board);
    const pages = board.events.filter(({ event }) => event.kind === "page.allocated");
    const allocated = pages.at(-1)!.seq;
    expect([to.cause, from.cause]).toEqual([allocated, allocated]);
    expect(board.events[there.seq - 1]!.event).toBe(to);
  });

  test.each(platforms)("frees on $name the table that it allocated", (platform) => {
    const board = new Board(platform);
    const events = board.during(() => {
      const table = hooks.allocateTable(board, 2, "a test")!;
      hooks.freeTable(board, table, 2, "a test");
    });
    const count = (what: Event["kind"]) => events.filter(({ kind }) => kind === what).length;
    expect(count("page.allocated") + count("dma.mapped")).toBeGreaterThan(0);
    expect(count("page.freed")).toBe(count("page.allocated"));
    expect(count("dma.unmapped")).toBe(count("dma.mapped"));
  });
});

test("on bare metal all hand out the same number", () => {
  const numbers = hookSets.map((hooks) =>
    number(translates(hooks, new Board(nativeI386)).there.bus),
  );
  expect(new Set(numbers)).toEqual(new Set(["0x1000000"]));
});

test("on Xen legacy hands out the pseudo-physical address, gart the machine address", () => {
  const numbers = [legacy, gart].map((hooks) => translates(hooks, new Board(xenI386)).there.bus);
  expect(numbers.map(number)).toEqual(["0x1000000", "0x40c21000"]);
});

test("legacy promises a physical address and no more; gart promises one for the device", () => {
  const old = translates(legacy, new Board(xenI386));
  expect([old.to.hook, old.from.hook]).toEqual(["virt_to_phys", "phys_to_virt"]);
  expect([old.to.bus, old.from.bus]).toEqual([undefined, undefined]);
  const merged = translates(gart, new Board(xenI386));
  expect([merged.to.hook, merged.from.hook]).toEqual(["virt_to_gart", "gart_to_virt"]);
  expect([number(merged.to.bus), number(merged.from.bus)]).toEqual(["0x40c21000", "0x40c21000"]);
});

test("the machine address that a hook call carries is the truth, whatever the hook answers", () => {
  expect(translates(legacy, new Board(xenI386)).to.machine).toBe(0x40c21000);
});

test("gart makes the table contiguous on Xen, legacy leaves it scattered", () => {
  const frames = [legacy, gart].map((hooks) => {
    const board = new Board(xenI386);
    return board.frames(hooks.allocateTable(board, 1, "a test")!.virt, 2);
  });
  expect(frames).toEqual([
    [0x40c21, 0x4767e],
    [0x80000, 0x80001],
  ]);
});

test("the frame behind gart_to_virt may be a stranger's: its page number is read as one of this kernel", () => {
  const board = new Board(xenI386);
  const stranger = deviceAddress(0x1234567, board.kernel.physOf(board.pages(0, false)));
  expect(raw(gart.fromDevice(board, stranger, "a test"))).toBe(0xc0234567);
});
