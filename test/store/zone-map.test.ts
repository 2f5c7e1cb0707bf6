// zone-map.test.ts - what a keyframe says of the events before it: every kind and actor among them, and whether a number led astray.

import { describe, expect, test } from "vitest";
import { bus, gattIndex, machine, phys } from "../../src/address.ts";
import { encodeRow, FunctionNames, filledOf, ROW_WIDTH, type Row } from "../../src/event/row.ts";
import { actors, type Event, kindCode, kindNames } from "../../src/event/vocabulary.ts";
import { bitsOf, ZoneMap } from "../../src/store/zone-map.ts";

/** What is said of some events, whose rows stand somewhere in a longer list. */
function zoneOf(events: readonly Event[], map = new ZoneMap(kindNames)) {
  const rows: Row = Array<null>(ROW_WIDTH * (events.length + 1)).fill(null);
  for (const [i, event] of events.entries()) {
    const start = (i + 1) * ROW_WIDTH;
    encodeRow(rows, start, i + 1, 0, event, new FunctionNames());
    map.row(rows, start, filledOf(rows.slice(start, start + ROW_WIDTH)));
  }
  return map.take();
}

const flushed: Event = { kind: "tlb.flushed", actor: "cpu", which: "cpu" };
/** A GATT entry of a page that is at 0x5000, and what the hardware gets to by it. */
const written = (reached: number): Event => ({
  kind: "gatt.written",
  actor: "driver",
  entry: gattIndex(3),
  word: 0x5001,
  phys: phys(0x7000),
  machine: machine(0x5000),
  bus: bus(reached),
  reached: machine(reached),
});
const code = (actor: Event["actor"]): number => actors.indexOf(actor);

describe("a zone", () => {
  test("has each kind and each actor of its events, and no other", () => {
    expect(zoneOf([flushed, written(0x5000), flushed])).toEqual({
      kinds: 2 ** kindCode["tlb.flushed"] + 2 ** kindCode["gatt.written"],
      actors: 2 ** code("cpu") + 2 ** code("driver"),
      astray: 0,
    });
    expect(zoneOf([])).toEqual({ kinds: 0, actors: 0, astray: 0 });
  });

  test("is astray where a number does not lead to its page, wherever among the events that is", () => {
    expect(zoneOf([written(0x5000)]).astray).toBe(0);
    expect(zoneOf([written(0x7000)]).astray).toBe(1);
    expect(zoneOf([written(0x7000), written(0x5000), flushed]).astray).toBe(1);
    expect(zoneOf([flushed, written(0x9000)]).astray).toBe(1);
  });

  test("begins anew when it was taken", () => {
    const map = new ZoneMap(kindNames);
    zoneOf([written(0x7000)], map);
    expect(zoneOf([flushed], map)).toEqual({
      kinds: 2 ** kindCode["tlb.flushed"],
      actors: 2 ** code("cpu"),
      astray: 0,
    });
  });

  test("names codes beyond 32 bits exactly", () => {
    expect(bitsOf([0, 1, 31, 32, 52])).toBe(3 + 2 ** 31 + 2 ** 32 + 2 ** 52);
    expect(bitsOf([])).toBe(0);
  });
});
