// page-owners.ts - whose page it is, by a name that does not depend on where frames happened to lie.
//
// A page is named by the op that allocated it, which of that op's allocations it was, and its index in it.

import { distance, offset, type Pfn, pfn } from "../address.ts";
import { Table } from "../machine/table.ts";

/** Allocations of one op that have names of their own. */
const ALLOCATIONS = 2 ** 21;
/** The owner of a page that is of no allocation that lives. */
export const NOBODY = -1;
/** No page has this number. */
const NO_PAGE = pfn(-1);

/** The op that an owner stands for, -1 for none, and which of its allocations. */
export const opOfOwner = (owner: number): number => Math.floor(owner / ALLOCATIONS) - 1;
export const indexOfOwner = (owner: number): number => owner % ALLOCATIONS;
/** "op 2's allocation 0, page 3" */
export const pageName = (owner: number, page: number): string =>
  `op ${opOfOwner(owner)}'s allocation ${indexOfOwner(owner)}, page ${page}`;

export class Owners {
  /** The first page of the allocation that a page belongs to, and the owner by first page. */
  readonly #first = new Table<Pfn, Pfn>();
  readonly #owner = new Table<Pfn, number>();
  #op = -2;
  #next = 0;
  // The page asked for last: events about one page come together.
  #pfn = NO_PAGE;
  #last = NOBODY;
  /** The index in its allocation of the page that was last asked for. */
  page = 0;

  allocate(op: number, first: Pfn, pages: number): void {
    this.#pfn = NO_PAGE;
    if (op !== this.#op) {
      this.#op = op;
      this.#next = 0;
    }
    for (let i = 0; i < pages; i++) this.#first.set(offset(first, i), first);
    this.#owner.set(first, (op + 1) * ALLOCATIONS + this.#next++);
  }

  free(first: Pfn, pages: number): void {
    this.#pfn = NO_PAGE;
    for (let i = 0; i < pages; i++) this.#first.delete(offset(first, i));
  }

  /** Who owns a page, by its pfn; `page` then says which of the allocation's it is. Hot: some 10 ns. */
  ownerOf(page: Pfn): number {
    if (page === this.#pfn) return this.#last;
    this.#pfn = page;
    const first = this.#first.get(page);
    this.page = first === undefined ? 0 : distance(first, page);
    this.#last = first === undefined ? NOBODY : this.#owner.get(first)!;
    return this.#last;
  }

  /** Pages of an allocation from a page of it on; 0 for a page of nobody. */
  pagesFrom(page: Pfn): number {
    const first = this.#first.get(page);
    if (first === undefined) return 0;
    let pages = 1;
    while (this.#first.get(offset(page, pages)) === first) pages++;
    return pages;
  }
}
