// text.ts - how things are written for people: columns, counts, and what a trace is called.

import stringWidth from "string-width";
import type { About } from "../event/trace.ts";
import { inLine } from "../visible.ts";
import { colours } from "./colours.ts";

const BETWEEN = "  ";
const isCount = (cell: string): boolean => /^([\d,]+( \w+)?)?$/.test(cell);

/**
 * Rows in columns, two blanks apart, without borders; the first row can be a heading. A column that holds
 * nothing but counts is aligned at their right ends.
 */
export function inColumns(
  rows: readonly (readonly string[])[],
  heading?: readonly string[],
): string {
  const head = heading === undefined ? [] : [heading.map((cell) => colours.bold(cell))];
  const cells = [...head, ...rows].map((row) => row.map((cell) => cell.split("\n")));
  const widths: number[] = [];
  for (const row of cells)
    for (const [i, lines] of row.entries())
      for (const line of lines) widths[i] = Math.max(widths[i] ?? 0, widthOf(line));
  const isRight = widths.map((_, i) => rows.every((row) => isCount(row[i] ?? "")));
  const lines: string[] = [];
  for (const row of cells) {
    const height = row.reduce((most, { length }) => Math.max(most, length), 1);
    for (let n = 0; n < height; n++)
      lines.push(
        widths
          .map((width, i) => padded(row[i]?.[n] ?? "", width, isRight[i]!))
          .join(BETWEEN)
          .trimEnd(),
      );
  }
  return lines.join("\n");
}

function padded(text: string, width: number, toTheRight: boolean): string {
  const blanks = " ".repeat(width - widthOf(text));
  return toTheRight ? blanks + text : text + blanks;
}

/** A wide character takes two columns of a terminal, a colour none. */
const widthOf = (text: string): number =>
  /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);

/** Each line of a text moved to the right, under its heading. */
export const indented = (text: string): string => text.replace(/^(?=.)/gm, "  ");

/** 78,090. Not by toLocaleString(): the first call of it loads the tables of all languages, some 15 ms. */
export const counted = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

/** "1 event", "17 events"; a noun with another plural brings it along. */
export const countOf = (count: number, noun: string, plural = `${noun}s`): string =>
  `${counted(count)} ${count === 1 ? noun : plural}`;

/** "xen-i386, gart hooks, lenient ioremap" */
export const titleOf = ({ platform, hooks, options, source }: About): string =>
  [
    platform,
    `${hooks} hooks`,
    ...(options.lenientIoremap === true ? ["lenient ioremap"] : []),
    ...(typeof options.changes === "string" ? [`from ${options.changes}`] : []),
    ...(source === "imported" ? ["imported"] : []),
  ]
    .map(inLine)
    .join(", ");

const WIDTH = 80;

/** A paragraph in lines that fit a terminal. */
export const wrapped = (text: string): string =>
  text.replace(new RegExp(`(.{1,${WIDTH}})(?: |$)`, "g"), "$1\n").trimEnd();
