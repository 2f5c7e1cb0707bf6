// zone-map.ts - which kinds and actors the events between two keyframes have, so that a search skips the rest.

import { columns } from "../event/field.ts";
import type { Row } from "../event/row.ts";

const KIND = columns.indexOf("kind");
const ACTOR = columns.indexOf("actor");
const MACHINE = columns.indexOf("machine");
const BUS = columns.indexOf("bus");
const REACHED = columns.indexOf("reached");

/** Bits of a set that SQLite keeps as one integer. */
const BITS = 53;

/** Sets of codes as one number each: bit n stands for code n. */
export const bitsOf = (codes: Iterable<number>): number => {
  let bits = 0;
  for (const code of codes) bits += 2 ** code;
  return bits;
};

/** In SQL: a number was given to hardware, and was not seen to lead where it was meant to. */
export const astraySql = (devices: readonly number[]): string =>
  "bus IS NOT NULL AND reached IS NOT machine " +
  `AND (reached IS NOT NULL OR kind IN (${devices.join(", ")}))`;

/** The codes of the kinds whose number leads astray where it reaches nothing. */
export const deviceCodes = (kinds: readonly string[]): number[] =>
  kinds.flatMap((kind, code) => (kind === "device.read" || kind === "device.wrote" ? [code] : []));

export class ZoneMap {
  readonly #kinds = new Uint8Array(BITS);
  readonly #actors = new Uint8Array(BITS);
  readonly #devices: readonly number[];
  #astray = false;

  constructor(kinds: readonly string[]) {
    this.#devices = deviceCodes(kinds);
  }

  /** Takes a row, `filled` having a bit for each column it fills. Hot: once an event while recording. */
  row(row: Row, start: number, filled: number): void {
    const kind = row[start + KIND]!;
    this.#kinds[kind] = 1;
    this.#actors[row[start + ACTOR]!] = 1;
    if ((filled & (1 << BUS)) === 0 || this.#astray) return;
    if ((filled & (1 << REACHED)) === 0) this.#astray = this.#devices.includes(kind);
    else
      this.#astray =
        (filled & (1 << MACHINE)) === 0 || row[start + REACHED] !== row[start + MACHINE];
  }

  /** What was seen since the last call. */
  take(): { kinds: number; actors: number; astray: number } {
    const seen = {
      kinds: bitsOf(codesIn(this.#kinds)),
      actors: bitsOf(codesIn(this.#actors)),
      astray: Number(this.#astray),
    };
    this.#kinds.fill(0);
    this.#actors.fill(0);
    this.#astray = false;
    return seen;
  }
}

const codesIn = (seen: Uint8Array): number[] => [...seen.keys()].filter((code) => seen[code] === 1);
