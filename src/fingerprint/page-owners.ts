// page-owners.ts - whose page it is, by a name that does not depend on where frames happened to lie.
//
// A page is named by the op that allocated it, which of that op's allocations it was, and its place in it.

import { Table } from "../machine/table.ts";

/** Allocations that one op can make and be told apart. */
const ALLOCATIONS = 2 ** 21;
/** The owner of a page that is of no allocation that lives. */
export const NOBODY = -1;

/** The op that an owner stands for, -1 for none, and which of its allocations. */
export const opOfOwner = (owner: number): number => Math.floor(owner / ALLOCATIONS) - 1;
export const indexOfOwner = (owner: number): number => owner % ALLOCATIONS;
/** "op 2's allocation 0, page 3" */
export const pageName = (owner: number, page: number): string =>
  `op ${opOfOwner(owner)}'s allocation ${indexOfOwner(owner)}, page ${page}`;

export class Owners {
  /** pfn -> first pfn of its allocation -> the owner. */
  readonly #first = new Table();
  readonly #owner = new Table();
  #op = -2;
  #next = 0;
  // The page asked for last: events about one page come together.
  #pfn = -1;
  #last = NOBODY;
  /** The place in its allocation of the page that was last asked for. */
  page = 0;

  allocate(op: number, first: number, pages: number): void {
    this.#pfn = -1;
    if (op !== this.#op) {
      this.#op = op;
      this.#next = 0;
    }
    for (let i = 0; i < pages; i++) this.#first.set(first + i, first);
    this.#owner.set(first, (op + 1) * ALLOCATIONS + this.#next++);
  }

  free(first: number, pages: number): void {
    this.#pfn = -1;
    for (let i = 0; i < pages; i++) this.#first.delete(first + i);
  }

  /** Who owns a page, by its pfn; `page` then says which of the allocation's it is. Hot: some 10 ns. */
  ownerOf(pfn: number): number {
    if (pfn === this.#pfn) return this.#last;
    this.#pfn = pfn;
    const first = this.#first.get(pfn);
    this.page = first === undefined ? 0 : pfn - first;
    this.#last = first === undefined ? NOBODY : this.#owner.get(first)!;
    return this.#last;
  }

  /** Pages of an allocation from a page of it on; 0 for a page of nobody. */
  pagesFrom(pfn: number): number {
    const first = this.#first.get(pfn);
    if (first === undefined) return 0;
    let pages = 1;
    while (this.#first.get(pfn + pages) === first) pages++;
    return pages;
  }
}
