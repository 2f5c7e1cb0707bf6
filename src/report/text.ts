// text.ts - how things are written for people: columns, counts, and what a trace is called.

import Table from "cli-table3";
import type { About } from "../event/trace.ts";
import { colours } from "./colours.ts";

const none = "";
const borderless = {
  top: none,
  "top-mid": none,
  "top-left": none,
  "top-right": none,
  bottom: none,
  "bottom-mid": none,
  "bottom-left": none,
  "bottom-right": none,
  left: none,
  "left-mid": none,
  mid: none,
  "mid-mid": none,
  right: none,
  "right-mid": none,
  middle: "  ",
};

/**
 * Rows in columns, two blanks apart, without borders; the first row can be a heading. A column that holds
 * nothing but counts is aligned at their right ends.
 */
export function inColumns(
  rows: readonly (readonly string[])[],
  heading?: readonly string[],
): string {
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const table = new Table({
    ...(heading === undefined ? {} : { head: heading.map((cell) => colours.bold(cell)) }),
    colAligns: Array.from({ length: columns }, (_, i) =>
      rows.every((row) => /^([\d,]+( \w+)?)?$/.test(row[i] ?? "")) ? "right" : "left",
    ),
    chars: borderless,
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true },
  });
  for (const row of rows) table.push([...row]);
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** Each line of a text moved to the right, under its heading. */
export const indented = (text: string): string => text.replace(/^(?=.)/gm, "  ");

/** 78,090 */
export const counted = (count: number): string => count.toLocaleString("en-US");

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
  ].join(", ");

const WIDTH = 80;

/** A paragraph in lines that fit a terminal. */
export const wrapped = (text: string): string =>
  text.replace(new RegExp(`(.{1,${WIDTH}})(?: |$)`, "g"), "$1\n").trimEnd();
