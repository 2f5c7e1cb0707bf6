// note-shape.ts - the words of an event as a shape that comes again and again, and the numbers in it.
//
// "hit iotlb devid 00:04.0 gpa 0xfffed00c" is the shape "hit iotlb devid %02x:%02x.%d gpa 0x%x" with the numbers
// 0,4,0,4294890508. What follows is also what the view `events` does in SQL (migrations/0012-compact.ts).

import type { Shaped } from "./unshaper.ts";

/** Numbers that a shape can have: as many as the view takes, which it pays for each time; few words have more. */
export const MOST_NUMBERS = 8;
/** Characters of words at most: longer ones come once. */
const LONGEST = 1024;
/** Digits of a hexadecimal number at most, and of a decimal one: below 2^53. */
const [MOST_HEXADECIMAL, MOST_DECIMAL] = [13, 15];
/** A number of so many digits that kernels print as an address, which is hexadecimal whatever its digits are. */
const ADDRESS = 8;

// Digits that stand alone. Letters without 0x and without a digit among them are a word.
const NUMBER = /(?<![0-9A-Za-z])(?:(0x)|(?=[a-f]*[0-9]))([0-9a-f]+)(?![0-9A-Za-z])/g;
/** What printf of SQLite makes otherwise: it ends at this character, and of no words it makes null. */
const isUnprintable = (text: string): boolean => text === "" || text.includes("\0");

/** Takes the words of an event apart. Hot: once an event that has some, about 1 us (bench: import). */
export function noteShaped(text: string): Shaped {
  if (text.length > LONGEST || isUnprintable(text)) return { shape: null, values: text };
  const numbers: string[] = [];
  let [shape, from] = ["", 0];
  NUMBER.lastIndex = 0;
  for (let at = NUMBER.exec(text); at !== null; at = NUMBER.exec(text)) {
    const [token, prefix = "", digits] = at;
    const place = placeOf(digits!, prefix !== "", numbers);
    if (place === null) continue;
    shape += escaped(text.slice(from, at.index)) + prefix + place;
    if (numbers.length > MOST_NUMBERS) return { shape: null, values: text };
    from = at.index + token.length;
  }
  shape += escaped(text.slice(from));
  return { shape, values: numbers.length === 0 ? null : numbers.join() };
}

/** What stands for a number in a shape, after it was added to them; null for one that stays in it. */
function placeOf(digits: string, hasPrefix: boolean, numbers: string[]): string | null {
  const { length } = digits;
  const isPadded = length > 1 && digits.startsWith("0");
  const isAddress = length >= ADDRESS && length <= MOST_HEXADECIMAL;
  const isDecimal = !(hasPrefix || isPadded || isAddress) && /^\d+$/.test(digits);
  if (length > (isDecimal ? MOST_DECIMAL : MOST_HEXADECIMAL)) return null;
  numbers.push(isDecimal ? digits : `${Number.parseInt(digits, 16)}`);
  if (isDecimal) return "%d";
  return isPadded ? `%0${length}x` : "%x";
}

const escaped = (text: string): string => (text.includes("%") ? text.replaceAll("%", "%%") : text);
