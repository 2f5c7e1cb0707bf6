// signature.ts - an op in one number: what of it does not depend on where frames happened to lie.
//
// Kinds, logical pages, where numbers lead, and results; what only the platform does is left out. Ops of two
// runs with equal signatures agree event by event and need not be read. A row of another trace than one's own
// must be in this program's codes.

import { type Pfn, pfn, pfnOf, phys } from "../address.ts";
import type { Chipset } from "../chipset/chipset.ts";
import { at, SUBJECT_FAMILIES } from "../event/field.ts";
import { C1, C2, hashNumber, hashText, upperHalf } from "../event/hash.ts";
import type { Cells } from "../event/row.ts";
import { rowLeadsTo } from "../event/verdict.ts";
import { kindCode } from "../event/vocabulary.ts";
import { pagesOf } from "../machine/state.ts";
import { isAccessKind, isPlatforms, MatchKeys } from "./match-key.ts";
import { Owners } from "./page-owners.ts";

const { phys: PHYS, kind: KIND } = at;
const HAS_PHYS = 1 << PHYS;
const ALLOCATED = kindCode["page.allocated"];
const FREED = kindCode["page.freed"];

const hexOf = (half: number): string => (half >>> 0).toString(16).padStart(8, "0");
const firstOf = (row: Cells, start: number): Pfn =>
  pfn(Math.floor(row[start + at.subject]! / SUBJECT_FAMILIES));

export class Signature {
  readonly #keys: MatchKeys;
  readonly #owners = new Owners();
  #one = 0;
  #two = 0;

  constructor(chipset: Chipset | null) {
    this.#keys = new MatchKeys(chipset);
  }

  /**
   * Takes a row; `filled` has a bit for each column that it fills. Hot: once an event while recording
   * (bench: record).
   */
  row(row: Cells, start: number, filled: number, op: number, note: string | undefined): void {
    const kind = row[start + KIND]!;
    if (kind === ALLOCATED)
      this.#owners.allocate(op, firstOf(row, start), pagesOf(row[start + at.size]!));
    if (isPlatforms[kind]) return;
    this.#keys.read(row, start, filled, kind, note);
    let one = hashNumber(this.#one, this.#keys.one, C1);
    let two = hashNumber(this.#two, this.#keys.two, C2);
    const leads = rowLeadsTo(row, start, filled, isAccessKind[kind]!);
    if ((filled & HAS_PHYS) !== 0) {
      const owner = this.#owners.ownerOf(pfnOf(phys(row[start + PHYS]!)));
      one = hashNumber(one, owner | 0, C1);
      two = hashNumber(two, upperHalf(owner), C2);
      const page = this.#owners.page * 8 + leads;
      one = hashNumber(one, page, C1);
      two = hashNumber(two, page ^ (owner | 0), C2);
    } else one = hashNumber(one, leads, C1);
    this.#one = one;
    this.#two = two;
    if (kind === FREED) this.#owners.free(firstOf(row, start), pagesOf(row[start + at.size]!));
  }

  /** An op begins: what came before belongs to it no more. */
  began(): void {
    this.#one = 0;
    this.#two = 0;
  }

  /** The op's signature: 16 hexadecimal digits. `result` is what of it counts, as `resultText` has it. */
  ended(result: string): string {
    return hexOf(hashText(this.#one, result, C1)) + hexOf(hashText(this.#two, result, C2));
  }
}
