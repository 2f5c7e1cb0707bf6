// paste.ts - what a mail, a page, a terminal or a serial line put around a line of a log on its way.

/** Colours of a terminal, and what else it is told; also as cat and less show them, and where the escape was lost. */
const ESCAPE = String.fromCharCode(27);
const BELL = String.fromCharCode(7);
const TOLD = new RegExp(
  [
    String.raw`(?:${ESCAPE}|\^\[|ESC)\[[0-9;?]*[A-Za-z]`,
    `${ESCAPE}(?:[()][A-Z0-9]|[=>78])`,
    String.raw`${ESCAPE}\][^${BELL}${ESCAPE}]{0,500}(?:${BELL}|${ESCAPE}\\)`,
    String.raw`\[(?:\d{1,3}(?:;\d{1,3}){0,8})?m`,
  ].join("|"),
  "g",
);
/** Elements of a page that text stands in. */
const ELEMENT =
  /<\/?(?:a|b|br|code|div|em|font|i|li|p|pre|samp|span|strong|td|tr|tt)(?: [^<>]{0,300})?\/?>/g;
/** A file system that was cut off leaves blocks of nothing in a log. */
const NOTHING = /^\0+/;
/** What ends a line that began with it. */
const CLOSED: readonly (readonly [RegExp, RegExp])[] = [
  [/^\s*b?["'`]/, /["'`],?\s*$/],
  [/^\s*\| /, / \|\s*$/],
];
/** The times that a terminal program puts before each line of a console. */
const TIMES = [
  String.raw`\[(?:(?:\S{1,9} ){1,2}[ \d]\d |\d{4}-\d\d-\d\d[T ])?[\d:]{8}(?:[.,]\d{1,9})?(?:Z|[+-][\d:]{4,5}| \d{4}| [A-Z]{2,5})?\] {0,4}`,
  String.raw`(?:(?:\S{1,9} ){1,2}[ \d]\d |\d{4}-\d\d-\d\d[T ])?[\d:]{8}(?:[.,]\d{1,9})?(?:Z|[+-][\d:]{4,5})? {1,4}`,
  String.raw`\d{9,10}\.\d{3,9} {1,4}`,
  String.raw`\[\d+\.\d{6} \d+\.\d{6}\] `,
].join("|");

/** A line in which an editor or a form made tabs of blanks, or blanks of tabs, as one with blanks. */
export const spaced = (text: string): string =>
  text.includes("\t") ? text.replaceAll("\t", " ") : text;

export class Paste {
  readonly #quoted: RegExp;
  readonly #found: RegExp;
  readonly #timed: RegExp;

  /** Patterns: what a line of a log begins with, and of that what can stand behind the times of a console. */
  constructor(head: string, onConsole: string) {
    // A mail quotes by ">", a table, list, difference or string by what stands before a head.
    this.#quoted = new RegExp(
      String.raw`^(?:[ \t]*(?:> ?|[|*-] (?=[[(<>|])|(?:[|*+#:;-]|//|[A-Z]{1,3}>|b?["'\x60]) ?(?=${head}|[>|] ?\[)))+`,
    );
    // What grep puts before a line that it found: the file's name, the line's number; and the number alone, as a pager has it.
    this.#found = new RegExp(
      String.raw`^(?:[\w./~+-]{1,128}[:-])?(?:\d{1,9}(?:[:-]|[:.]?(?:\t| {1,4})(?:\| )?))?(?=${head})`,
    );
    this.#timed = new RegExp(`^(?:${TIMES})(?=${onConsole})`);
  }

  /** A line without what a mail, a page or a terminal put around it; its own indent stays. */
  unquoted(line: string): string {
    let text = line.includes(ESCAPE) || line.includes("[0m") ? line.replace(TOLD, "") : line;
    if (text.startsWith("\0")) text = text.replace(NOTHING, "");
    if (text.includes("<")) text = text.replace(ELEMENT, "");
    if (!this.#quoted.test(text)) return text;
    for (const [begins, ends] of CLOSED) if (begins.test(text)) text = text.replace(ends, "");
    return text.replace(this.#quoted, "");
  }

  /** A line without its indent, and without what grep, a pager or a terminal program put in front of its head. */
  headed(text: string): string {
    return text.trimStart().replace(this.#found, "").replace(this.#timed, "");
  }

  /** A line without either. */
  plain(line: string): string {
    return this.headed(this.unquoted(line));
  }
}
