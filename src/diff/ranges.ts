// ranges.ts - in how many runs of frames a table, or a block of bound pages, lies in machine memory.
//
// A range is the table at the address that the chipset gets, or the pages that one op binds to entries in a row.

import { type Machine, offset, PAGE_SIZE, type Phys, phys } from "../address.ts";
import { at, SUBJECT_FAMILIES } from "../event/field.ts";
import { kindCode } from "../event/vocabulary.ts";
import { NONE } from "./event-queue.ts";

/** Pages that belong together: a table, or a block that is bound. */
export interface Range {
  /** Which of them. */
  readonly what: "table" | "block";
  /** The first entry of a block. */
  readonly from: number;
  /** How many. */
  readonly pages: number;
  /** Runs of frames that follow each other; 0 where the trace does not say. */
  readonly runs: number;
}

/** Ranges of an op that are kept. */
const MOST = 1024;
const { kind: KIND, subject: SUBJECT, phys: PHYS, machine: MACHINE, bus: BUS } = at;
const GATT_WRITTEN = kindCode["gatt.written"];
const REGISTER_WRITTEN = kindCode["register.written"];

export class Ranges {
  /** Those of the op under way. */
  readonly list: Range[] = [];
  readonly #machineOf: (address: Phys) => Machine | null;
  readonly #pagesFrom: (address: Phys) => number;
  #from = 0;
  #pages = 0;
  #runs = 0;
  #next = NONE;

  constructor(machineOf: (address: Phys) => Machine | null, pagesFrom: (address: Phys) => number) {
    this.#machineOf = machineOf;
    this.#pagesFrom = pagesFrom;
  }

  begin(): void {
    this.list.length = 0;
    this.#pages = 0;
  }

  /** Takes the next event of the queue. */
  see(values: Float64Array, from: number): void {
    const kind = values[from + KIND];
    if (kind === GATT_WRITTEN) this.#bound(values, from);
    else if (kind === REGISTER_WRITTEN && values[from + BUS] !== NONE) {
      const base = values[from + PHYS]!;
      if (base !== NONE) this.#tableBase(phys(base));
    }
  }

  end(): void {
    if (this.#pages > 1) this.#add("block", this.#from, this.#pages, this.#runs);
    this.#pages = 0;
  }

  #bound(values: Float64Array, at: number): void {
    const machine = values[at + MACHINE]!;
    const entry = Math.floor(values[at + SUBJECT]! / SUBJECT_FAMILIES);
    if (machine === NONE || entry !== this.#from + this.#pages) this.end();
    if (machine === NONE) return;
    if (this.#pages === 0) {
      this.#from = entry;
      this.#runs = 0;
      this.#next = NONE;
    }
    this.#pages++;
    if (machine !== this.#next) this.#runs++;
    this.#next = machine + PAGE_SIZE;
  }

  /** The chipset gets the address of a table: all its pages must follow the first. */
  #tableBase(base: Phys): void {
    const pages = this.#pagesFrom(base);
    let next: Machine | null = null;
    let runs = 0;
    for (let i = 0; i < pages; i++) {
      const machine = this.#machineOf(offset(base, i * PAGE_SIZE));
      if (machine === null) return;
      if (machine !== next) runs++;
      next = offset(machine, PAGE_SIZE);
    }
    if (pages > 1) this.#add("table", 0, pages, runs);
  }

  #add(what: Range["what"], from: number, pages: number, runs: number): void {
    if (this.list.length < MOST) this.list.push({ what, from, pages, runs });
  }
}
