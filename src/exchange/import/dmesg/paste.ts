// paste.ts - what a mail, a page, a terminal or a serial line put around a line of a log on its way.

/** What a line of a log begins with where more than words stand in front of its message. */
const HEAD = [
  // The kernel's seconds, the hypervisor's console, a level, a level in words.
  String.raw`\[ {0,16}\d{1,16}\.\d{6}[\] ]`,
  String.raw`\(XEN\) `,
  String.raw`<\d{1,3}>\S`,
  "[a-z]{1,16} {0,9}: ?(?:emerg|alert|crit|err|warn|notice|info|debug) {0,9}: ",
  // A record of /dev/kmsg, the time of day.
  String.raw`\d{1,3},\d{1,20},\d{1,20},`,
  String.raw`\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4}[\] ]`,
  String.raw`[A-Z][a-z]{2} [ \d]\d [\d:]{8} `,
  String.raw`\d{4}-\d\d-\d\dT`,
].join("|");

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
/** A mail quotes by ">", a table, list, difference or string by what stands before a head. */
const QUOTED = new RegExp(
  String.raw`^(?:[ \t]*(?:> ?|[|*-] (?=[[(<>|])|(?:[|*+#:;-]|//|[A-Z]{1,3}>|b?["'` +
    "`" +
    String.raw`]) ?(?=${HEAD}|[>|] ?\[)))+`,
);
/** What ends a line that began with it. */
const CLOSED: readonly (readonly [RegExp, RegExp])[] = [
  [/^\s*b?["'`]/, /["'`],?\s*$/],
  [/^\s*\| /, / \|\s*$/],
];
/** What a terminal program puts before each line of a serial console: the kernel's own time or the hypervisor follows. */
const CONSOLE = new RegExp(
  String.raw`^(?:\[(?:(?:\S{1,9} ){1,2}[ \d]\d |\d{4}-\d\d-\d\d[T ])?[\d:]{8}(?:[.,]\d{1,9})?(?:Z|[+-][\d:]{4,5}| \d{4}| [A-Z]{2,5})?\] {0,4}|` +
    String.raw`(?:(?:\S{1,9} ){1,2}[ \d]\d |\d{4}-\d\d-\d\d[T ])?[\d:]{8}(?:[.,]\d{1,9})?(?:Z|[+-][\d:]{4,5})? {1,4}|` +
    String.raw`\d{9,10}\.\d{3,9} {1,4}|\[\d+\.\d{6} \d+\.\d{6}\] )(?=\[ *\d+\.\d{6}[\] ]|\(XEN\) )`,
);
/** What grep puts before a line that it found: the file's name, the line's number; and the number alone, as a pager has it. */
const FOUND = new RegExp(
  String.raw`^(?:[\w./~+-]{1,128}[:-])?(?:\d{1,9}(?:[:-]|[:.]?(?:\t| {1,4})(?:\| )?))?(?=${HEAD})`,
);

/** A line without what a mail, a page or a terminal put around it; its own indent stays. */
export function unquoted(line: string): string {
  let text = line.includes(ESCAPE) || line.includes("[0m") ? line.replace(TOLD, "") : line;
  if (text.startsWith("\0")) text = text.replace(NOTHING, "");
  if (text.includes("<")) text = text.replace(ELEMENT, "");
  if (!QUOTED.test(text)) return text;
  for (const [begins, ends] of CLOSED) if (begins.test(text)) text = text.replace(ends, "");
  return text.replace(QUOTED, "");
}

/** The same without what stands in front of its head. */
export const plain = (line: string): string => headed(unquoted(line));

/** A line without its indent, and without what grep, a pager or a terminal program put in front of its head. */
export const headed = (text: string): string =>
  text.trimStart().replace(FOUND, "").replace(CONSOLE, "");
