// zone-map.ts - which kinds and actors the events between two keyframes have, so that a search skips the rest.

import { at } from "../event/field.ts";
import type { Use } from "../event/kind.ts";
import type { Cells } from "../event/row.ts";
import { isUnproven, rowUseLeadsTo, useOf } from "../event/verdict.ts";

const KIND = at.kind;
const ACTOR = at.actor;

/** Bits of a set that SQLite keeps as one integer. */
const BITS = 53;

/** Sets of codes as one number each: bit n stands for code n. */
export const bitsOf = (codes: Iterable<number>): number => {
  let bits = 0;
  for (const code of codes) bits += 2 ** code;
  return bits;
};

export class ZoneMap {
  readonly #kinds = new Uint8Array(BITS);
  readonly #actors = new Uint8Array(BITS);
  readonly #uses: readonly Use[];
  #unproven = false;

  constructor(kinds: readonly string[]) {
    this.#uses = kinds.map(useOf);
  }

  /** Takes a row, `filled` having a bit for each column it fills. Hot: once an event while recording. */
  row(row: Cells, start: number, filled: number): void {
    const kind = row[start + KIND]!;
    this.#kinds[kind] = 1;
    this.#actors[row[start + ACTOR]!] = 1;
    this.#unproven ||= isUnproven(rowUseLeadsTo(row, start, filled, this.#uses[kind]!));
  }

  /** What was seen since the last call. */
  take(): { kinds: number; actors: number; astray: number } {
    const summary = {
      kinds: bitsOf(codesIn(this.#kinds)),
      actors: bitsOf(codesIn(this.#actors)),
      astray: Number(this.#unproven),
    };
    this.#kinds.fill(0);
    this.#actors.fill(0);
    this.#unproven = false;
    return summary;
  }
}

const codesIn = (flags: Uint8Array): number[] =>
  [...flags.keys()].filter((code) => flags[code] === 1);
