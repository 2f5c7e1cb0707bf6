// copied.ts - takes out of a text what a web page, a mail or an editor made of its characters: blanks, dashes, line ends, entities.

import { isAscii } from "node:buffer";

/** Text has no character before the tab but a terminal's bell and backspace. */
const [BELL, TAB] = [7, 9];
export const isText = (head: Buffer): boolean =>
  !head.subarray(0, 4096).some((byte) => byte < BELL);

/** Lines of JSON, and a journal that tells the length of a value: they are no copy of a screen, and stay as they are. */
const WRITTEN = /^(?:\xef\xbb\xbf)?\s*(?:\[?\{|__CURSOR=)/;
export const mayBeCopied = (head: Buffer): boolean =>
  isText(head) && !WRITTEN.test(head.toString("latin1", 0, 256));

/**
 * In UTF-8: blanks of a width of their own or that break no line; what has no width, among it the mark that each of
 * joined files begins with; ends of a line or paragraph (U+0085, U+2028, U+2029); hyphens, the dash that an editor
 * makes of one, and the minus.
 */
const MADE =
  /(\xc2\xa0|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xaf]|\xe2\x81\x9f|\xe3\x80\x80)|(\xc2\xad|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa0-\xa9]|\xef\xbb\xbf)|(\xc2\x85|\xe2\x80[\xa8\xa9])|\xe2\x80[\x90-\x93]|\xe2\x88\x92/g;
/** A character as a page of HTML has it, by name or number. */
const ENTITY = /&(?:(lt|gt|amp|quot|apos|nbsp)|#(\d{2,5})|#x([0-9a-f]{2,4}));/gi;
const AND = 38;
const LONGEST_ENTITY = 8;
const NAMES: { readonly [name: string]: string } = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
  nbsp: " ",
};

export class Copied {
  /** What the last chunk has of a character that goes on in the next. */
  rest: Buffer = Buffer.alloc(0);

  /** Hot: once for 256 KB. A chunk of ASCII costs 5 us, and 5 more for entities: 1 in 1,000 of what becomes of its lines. */
  take(chunk: Buffer): Buffer {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const end = bytes.length - begun(bytes);
    this.rest = Buffer.from(bytes.subarray(end));
    const whole = bytes.subarray(0, end);
    return isAscii(whole) && !whole.includes(AND) ? whole : plain(whole);
  }
}

/** Bytes at the end that may be of a character which is not whole. */
function begun(bytes: Buffer): number {
  const tail = bytes.subarray(-LONGEST_ENTITY);
  const entity = tail.lastIndexOf(AND);
  if (entity >= 0 && /^&[#\w]{0,6}$/.test(tail.toString("latin1", entity)))
    return tail.length - entity;
  const [last = 0, before = 0] = [bytes.at(-1), bytes.at(-2)];
  if (last >= 0xc0) return 1;
  return before >= 0xe0 ? 2 : 0;
}

/** Latin-1 has a character for each byte, whatever the bytes are. */
function plain(bytes: Buffer): Buffer {
  const text = bytes.toString("latin1");
  const made = text
    .replace(ENTITY, characterOf)
    .replace(MADE, (_, blank, nothing, end) => (blank ? " " : nothing ? "" : end ? "\n" : "-"));
  return made === text ? bytes : Buffer.from(made, "latin1");
}

/** In UTF-8. What is not printed stays as it is written. */
function characterOf(entity: string, name?: string, decimal?: string, hex?: string): string {
  if (name !== undefined) return NAMES[name.toLowerCase()]!;
  const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
  if (code !== TAB && code < 32) return entity;
  return Buffer.from(String.fromCodePoint(code)).toString("latin1");
}
