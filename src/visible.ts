// visible.ts - text that came from a trace or a log, as it can be shown: nothing of it is obeyed by a terminal.

/** Control characters but for tab and line feed, and what turns the direction of writing around. */
const OBEYED = String.raw`[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]`;
/** The colours that this program sets itself (picocolors). */
const COLOUR = String.raw`\x1b\[(?:[0-9]|2[0-9]|3[0-9]|9[0-7])m`;

const plain = new RegExp(OBEYED, "g");
const coloured = new RegExp(`${COLOUR}|${OBEYED}`, "g");

/** The text with such characters written as JSON writes them; `colours` are let through where there are any. */
export const visible = (text: string, colours: boolean): string =>
  text.replace(colours ? coloured : plain, (found) => (found.length > 1 ? found : escaped(found)));

/** The same of words that are part of a line: they end no line and are in no colour. */
export const inLine = (text: string): string =>
  text.replace(plain, escaped).replace(/[\t\n]/g, (blank) => (blank === "\n" ? "\\n" : "\\t"));

const escaped = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
