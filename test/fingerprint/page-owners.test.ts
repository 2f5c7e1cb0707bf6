// page-owners.test.ts - a page is named by the op that allocated it, not by its frame.

import { describe, expect, test } from "vitest";
import { pfn } from "../../src/address.ts";
import {
  indexOfOwner,
  NOBODY,
  Owners,
  opOfOwner,
  pageName,
} from "../../src/fingerprint/page-owners.ts";

/** Whose a page is, in words. */
function nameIn(owners: Owners, page: number): string {
  const owner = owners.ownerOf(pfn(page));
  return owner === NOBODY ? "nobody's" : pageName(owner, owners.page);
}

test("a page is the op's that allocated it, by which allocation and which page of it", () => {
  const owners = new Owners();
  owners.allocate(2, pfn(100), 4);
  owners.allocate(2, pfn(300), 1);
  owners.allocate(3, pfn(200), 2);
  owners.allocate(-1, pfn(50), 1);
  const names = [100, 103, 104, 99, 300, 200, 201, 50].map((page) => nameIn(owners, page));
  expect(names).toEqual([
    "op 2's allocation 0, page 0",
    "op 2's allocation 0, page 3",
    "nobody's",
    "nobody's",
    "op 2's allocation 1, page 0",
    "op 3's allocation 0, page 0",
    "op 3's allocation 0, page 1",
    "op -1's allocation 0, page 0",
  ]);
});

test("an op's allocations are counted anew where another op came between", () => {
  const owners = new Owners();
  for (const [op, page] of [
    [1, 10],
    [2, 20],
    [1, 30],
    [1, 40],
  ] as const)
    owners.allocate(op, pfn(page), 1);
  expect([10, 30, 40].map((page) => indexOfOwner(owners.ownerOf(pfn(page))))).toEqual([0, 0, 1]);
  expect([10, 20].map((page) => opOfOwner(owners.ownerOf(pfn(page))))).toEqual([1, 2]);
});

describe("a page that was asked for last", () => {
  test("keeps its name and its index", () => {
    const owners = new Owners();
    owners.allocate(0, pfn(10), 3);
    expect([12, 12].map((page) => nameIn(owners, page))).toEqual(
      Array(2).fill("op 0's allocation 0, page 2"),
    );
  });

  test("is nobody's once it is freed, and another's once it is allocated again", () => {
    const owners = new Owners();
    owners.allocate(0, pfn(10), 3);
    expect(nameIn(owners, 12)).toBe("op 0's allocation 0, page 2");
    owners.free(pfn(10), 3);
    expect([10, 11, 12].map((page) => nameIn(owners, page))).toEqual(Array(3).fill("nobody's"));
    expect(owners.page).toBe(0);
    owners.allocate(5, pfn(12), 1);
    expect(nameIn(owners, 12)).toBe("op 5's allocation 0, page 0");
  });
});

test("a freed allocation takes nothing of the next one with it", () => {
  const owners = new Owners();
  owners.allocate(0, pfn(10), 3);
  owners.allocate(1, pfn(13), 1);
  owners.free(pfn(10), 3);
  expect([12, 13].map((page) => nameIn(owners, page))).toEqual([
    "nobody's",
    "op 1's allocation 0, page 0",
  ]);
});

test("what follows a page within its allocation is counted, and ends where another begins", () => {
  const owners = new Owners();
  owners.allocate(0, pfn(10), 3);
  owners.allocate(0, pfn(13), 2);
  expect([9, 10, 11, 12, 13, 14, 15].map((page) => owners.pagesFrom(pfn(page)))).toEqual([
    ...[0, 3, 2, 1, 2, 1, 0],
  ]);
});
