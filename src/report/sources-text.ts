// sources-text.ts - what became of every line of the files that a trace was imported from.

import type { Count, SourceFile } from "../event/trace.ts";
import { inLine } from "../visible.ts";
import { counted, inColumns, indented } from "./text.ts";

/** Counts by event name, one table a file; a whole trace without skipped lines says nothing. */
export const sourcesText = (sources: readonly SourceFile[]): string =>
  sources
    .filter(({ format }) => format !== "reference")
    .map(fileText)
    .join("\n");

function fileText({ path, format, counts }: SourceFile): string {
  if (counts.length === 0) return `${inLine(path)} (${inLine(format)})`;
  const rows = [
    ...counts.filter((count) => !isRemark(count)).map(rowOf),
    [
      "in all",
      ...(["read", "kept", "skipped", "lost"] as const).map((of) => counted(total(counts, of))),
    ],
  ];
  const said = counts
    .filter(({ why }) => why !== null)
    .map((count) => {
      const [name, why] = [inLine(count.name), inLine(count.why!)];
      return isRemark(count) ? `${name}: ${why}` : `skipped ${name}: first ${why}`;
    });
  return [
    `${inLine(path)} (${inLine(format)})`,
    indented([inColumns(rows, ["", "read", "kept", "skipped", "lost"]), ...said].join("\n")),
  ].join("\n");
}

/** What is said of the file as a whole counts no line. */
const isRemark = ({ why, skipped }: Count): boolean => why !== null && skipped === 0;
const rowOf = ({ name, read, kept, skipped, lost }: Count): string[] => [
  inLine(name),
  ...[read, kept, skipped, lost].map(counted),
];
const total = (counts: readonly Count[], of: "read" | "kept" | "skipped" | "lost"): number =>
  counts.reduce((sum, count) => sum + count[of], 0);
