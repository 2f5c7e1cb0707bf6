// copied.ts - takes out of a text what a web page or an editor put among its words: blanks that do not break a line.

import { isAscii } from "node:buffer";

/** Text has no character before it. */
const TAB = 9;
export const isText = (head: Buffer): boolean => !head.subarray(0, 4096).some((byte) => byte < TAB);

/** Lines of JSON, and a journal that tells the length of a value: they are no copy of a screen, and stay as they are. */
const WRITTEN = /^(?:\xef\xbb\xbf)?\s*(?:\{|__CURSOR=)/;
export const mayBeCopied = (head: Buffer): boolean =>
  isText(head) && !WRITTEN.test(head.toString("latin1", 0, 256));

/** In UTF-8: a no-break space (U+00A0); one without a width (U+200B), and the mark that each of joined files begins with. */
const BLANK = "\xc2\xa0";
const NOTHING = ["\xe2\x80\x8b", "\xef\xbb\xbf"] as const;
const all = [BLANK, ...NOTHING].map((character) => Buffer.from(character, "latin1"));

export class Copied {
  /** What the last chunk has of a character that goes on in the next. */
  rest: Buffer = Buffer.alloc(0);

  /** Hot: once for 256 KB. A chunk of ASCII costs 5 us, 1 in 1,000 of what becomes of its lines. */
  take(chunk: Buffer): Buffer {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const end = bytes.length - begun(bytes);
    this.rest = Buffer.from(bytes.subarray(end));
    const whole = bytes.subarray(0, end);
    return isAscii(whole) || !all.some((one) => whole.includes(one)) ? whole : plain(whole);
  }
}

/** Bytes at the end that may be of a character which is not whole. */
function begun(bytes: Buffer): number {
  const [last = 0, before = 0] = [bytes.at(-1), bytes.at(-2)];
  if (last >= 0xc0) return 1;
  return before >= 0xe0 ? 2 : 0;
}

/** Latin-1 has a character for each byte, whatever the bytes are. */
function plain(bytes: Buffer): Buffer {
  let text = bytes.toString("latin1").replaceAll(BLANK, " ");
  for (const one of NOTHING) text = text.replaceAll(one, "");
  return Buffer.from(text, "latin1");
}
