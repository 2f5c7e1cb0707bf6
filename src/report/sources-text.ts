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
    ...counts.map(rowOf),
    [
      "in all",
      ...(["read", "kept", "skipped", "lost"] as const).map((of) => counted(total(counts, of))),
    ],
  ];
  const skipped = counts
    .filter(({ why }) => why !== null)
    .map(({ name, why }) => `skipped ${inLine(name)}: first ${inLine(why!)}`);
  return [
    `${inLine(path)} (${inLine(format)})`,
    indented([inColumns(rows, ["", "read", "kept", "skipped", "lost"]), ...skipped].join("\n")),
  ].join("\n");
}

const rowOf = ({ name, read, kept, skipped, lost }: Count): string[] => [
  inLine(name),
  ...[read, kept, skipped, lost].map(counted),
];
const total = (counts: readonly Count[], of: "read" | "kept" | "skipped" | "lost"): number =>
  counts.reduce((sum, count) => sum + count[of], 0);
