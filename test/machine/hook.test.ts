// hook.test.ts - the CPU gets to a page through a mapping, and writes the table where the mapping leads.

import { describe, expect, test } from "vitest";
import { bus, machine, phys, tablePage, virt, vpn } from "../../src/address.ts";
import { allocated, dom0, type Happening, happens, p2mSet, stateAfter } from "./happens.ts";

const FIRST = 0xd0800;
/** A page of a remapping: meant is pfn `page`, the page-table entry names `frame`. */
const remapped = (i: number, frame: number | null, page: number | null): Happening => ({
  kind: "table.remapped",
  page: vpn(FIRST + i),
  function: "ioremap_nocache",
  virt: virt((FIRST + i) * 4096),
  bus: bus(0x01230000 + i * 4096),
  phys: page === null ? null : phys(page * 4096),
  reached: frame === null ? null : machine(frame * 4096),
  size: 4096,
});
const unmapped = (i: number): Happening => ({
  kind: "table.remapped",
  page: vpn(FIRST + i),
  function: "iounmap",
  virt: virt((FIRST + i) * 4096),
  size: 4096,
});
const table = [p2mSet(0x1230, 0x3a41), p2mSet(0x1231, 0x0f02), allocated(0x1230, 2, "gatt")];

describe("a mapping", () => {
  test("is there for each of its pages until it is unmapped, with the event that made it", () => {
    const state = stateAfter(dom0, remapped(0, 0xe8000, null), remapped(1, 0xe8001, null));
    expect([...state.mappings]).toEqual([
      [FIRST, { word: 0xe8000, seq: 1 }],
      [FIRST + 1, { word: 0xe8001, seq: 2 }],
    ]);
    expect([...happens(state, unmapped(0)).mappings].map(([page]) => page)).toEqual([FIRST + 1]);
  });

  test("that was refused leaves nothing", () => {
    expect(stateAfter(dom0, remapped(0, null, 0x1230)).mappings.size).toBe(0);
  });

  test("of nothing is not unmapped", () => {
    expect(stateAfter(dom0, unmapped(0)).mappings.size).toBe(0);
  });
});

describe("the table's pages", () => {
  test("lie where the linear mapping has them until they are remapped", () => {
    const { table: pages } = stateAfter(dom0, ...table);
    expect([
      pages.frameOf(tablePage(0)),
      pages.frameOf(tablePage(1)),
      pages.frameOf(tablePage(2)),
    ]).toEqual([0x3a41, 0x0f02, undefined]);
  });

  test("are written where a remapping of the wrong frames leads, not where they are", () => {
    const state = stateAfter(
      dom0,
      ...table,
      remapped(0, 0x1230, 0x1230),
      remapped(1, 0x1231, 0x1231),
    );
    expect([state.table.frameOf(tablePage(0)), state.table.frameOf(tablePage(1))]).toEqual([
      0x1230, 0x1231,
    ]);
    expect(state.machineOf(phys(0x01230000))).toBe(machine(0x03a41000));
  });

  test("stay where they are when a page of something else is mapped", () => {
    const state = stateAfter(
      dom0,
      ...table,
      remapped(0, 0x7777, 0x9999),
      remapped(1, 0xe8000, null),
    );
    expect([state.table.frameOf(tablePage(0)), state.table.frameOf(tablePage(1))]).toEqual([
      0x3a41, 0x0f02,
    ]);
  });

  test("stay where they are when a page of no known address is mapped, even where the table begins at page 0", () => {
    const state = stateAfter(dom0, p2mSet(0, 0x3a41), allocated(0, 1, "gatt"));
    happens(state, remapped(0, 0xe8000, null));
    expect(state.table.frameOf(tablePage(0))).toBe(0x3a41);
  });

  test("go with the page when Xen exchanges its frame", () => {
    const state = stateAfter(dom0, ...table, p2mSet(0x1231, 0x8001));
    expect([state.table.frameOf(tablePage(0)), state.table.frameOf(tablePage(1))]).toEqual([
      0x3a41, 0x8001,
    ]);
  });
});
