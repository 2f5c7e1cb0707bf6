// text.ts - how things are written for people: columns, ranges, counts.

import Table from "cli-table3";
import pc from "picocolors";

/** Rows in columns, two blanks apart, without borders; the first row can be a heading. */
export function inColumns(
  rows: readonly (readonly string[])[],
  heading?: readonly string[],
): string {
  const none = "";
  const table = new Table({
    ...(heading === undefined ? {} : { head: heading.map((cell) => pc.bold(cell)) }),
    chars: {
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
    },
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** 78,090 */
export const counted = (count: number): string => count.toLocaleString("en-US");

/** "1 event", "17 events" */
export const countOf = (count: number, noun: string): string =>
  `${counted(count)} ${noun}${count === 1 ? "" : "s"}`;
