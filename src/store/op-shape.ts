// op-shape.ts - the JSON of ops as a shape that comes again and again, and the numbers in it.
//
// {"pid":3000,"nr":"0x40044108"} is the shape {"pid":%d,"nr":"0x%x"} with the numbers 3000,1074020616. What follows
// is also what the view `ops` does in SQL (migrations/0012-compact.ts): a JSON text has no control characters, so one
// can stand for a state that lies apart.

import type { Shaped } from "./unshaper.ts";

/** Numbers that each kind of shape can have: as many as the view takes. */
export const MOST = { asked: 16, answered: 24, state: 48 } as const;
/** Characters of a shape at most: longer texts come once. */
const LONGEST = 4096;
/** Stands in a shape where a state goes. */
export const STATE = "\u0001";

// A JSON text has no other digits than those of its numbers outside of its strings.
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
/** Hexadecimal of up to 52 bits, as it is printed. */
const HEXADECIMAL = /^"0x(?:0|[1-9a-f][0-9a-f]{0,12})"$/;

/**
 * Takes a JSON text apart; a shape has so many numbers at most, and none of those that come often. Hot: twice an op,
 * about 2 us; a list of hundreds of pages is left as soon as it is one (bench: record).
 */
export function shaped(text: string, most: number, often: OftenNumbers | null = null): Shaped {
  if (text.length > LONGEST) return { shape: null, values: text };
  const numbers: string[] = [];
  let [shape, from] = ["", 0];
  STRING_OR_NUMBER.lastIndex = 0;
  for (let at = STRING_OR_NUMBER.exec(text); at !== null; at = STRING_OR_NUMBER.exec(text)) {
    const [token] = at;
    shape += text.slice(from, at.index) + placeOf(token, numbers, often);
    if (numbers.length > most) return { shape: null, values: text };
    from = at.index + token.length;
  }
  return { shape: shape + text.slice(from), values: numbers.length === 0 ? null : numbers.join() };
}

/** What stands for a string or a number in a shape; a number that has its place there is added. */
function placeOf(token: string, numbers: string[], often: OftenNumbers | null): string {
  if (token.charCodeAt(0) === QUOTE) {
    if (!HEXADECIMAL.test(token)) return token.replaceAll("%", "%%");
    if (often?.has(token)) return token;
    numbers.push(`${Number(token.slice(1, -1))}`);
    return '"0x%x"';
  }
  const number = Number(token);
  if (!Number.isSafeInteger(number) || `${number}` !== token) return token;
  numbers.push(token);
  return "%d";
}
const QUOTE = 0x22;

/** Digits from which on a number is long. */
const LONG = 8;
/** How often a long number comes until it belongs to shapes; how many such there are; how many are counted. */
const OFTEN = 16;
const MOST_OFTEN = 64;
const COUNTED = 4096;

/** Long hexadecimal numbers that come often, such as the number of an ioctl: a shape has them as they are. */
export class OftenNumbers {
  readonly #counts = new Map<string, number>();
  readonly #often = new Set<string>();

  /** Whether it is one of them; counts it. */
  has(token: string): boolean {
    if (token.length < LONG + '"0x"'.length) return false;
    if (this.#often.has(token)) return true;
    if (this.#often.size === MOST_OFTEN) return false;
    const count = (this.#counts.get(token) ?? 0) + 1;
    if (count === OFTEN) {
      this.#often.add(token);
      this.#counts.delete(token);
    } else {
      if (this.#counts.size === COUNTED) this.#counts.clear();
      this.#counts.set(token, count);
    }
    return false;
  }
}
