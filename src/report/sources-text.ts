// sources-text.ts - what became of every line of the files that a trace was imported from.

import { type Count, type SourceFile, UNKNOWN_EVENT } from "../event/trace.ts";
import { inLine } from "../visible.ts";
import { counted, inColumns, indented } from "./text.ts";

/** Counts by event name, one table a file; a whole trace without skipped lines says nothing. */
export const sourcesText = (sources: readonly SourceFile[]): string =>
  sources
    .filter(({ format }) => format !== "reference")
    .map(fileText)
    .join("\n");

/** Unknown events that have a line each: a trace of all of a kernel's events has hundreds. */
const MOST_UNKNOWN = 10;

function fileText({ path, format, counts }: SourceFile): string {
  if (counts.length === 0) return `${inLine(path)} (${inLine(format)})`;
  const unknown = counts.filter(({ why }) => why?.endsWith(`: ${UNKNOWN_EVENT}`));
  // One more takes no more lines than to say that there is one.
  const folded = unknown.length > MOST_UNKNOWN + 1 ? unknown.slice(MOST_UNKNOWN) : [];
  const shown = counts.filter((count) => !folded.includes(count));
  const rows = [
    ...shown.filter((count) => !isRemark(count)).map(rowOf),
    ...(folded.length === 0 ? [] : [sumOf(`${counted(folded.length)} more events`, folded)]),
    sumOf("in all", counts),
  ];
  const said = shown
    .filter(({ why }) => why !== null)
    .map((count) => {
      const [name, why] = [inLine(count.name), inLine(count.why!)];
      return isRemark(count) ? `${name}: ${why}` : `skipped ${name}: first ${why}`;
    });
  if (folded.length > 0)
    said.push(
      `skipped ${counted(folded.length)} more events: ${UNKNOWN_EVENT}; 'gartrace info --json' has each`,
    );
  return [
    `${inLine(path)} (${inLine(format)})`,
    indented([inColumns(rows, ["", "read", "kept", "skipped", "lost"]), ...said].join("\n")),
  ].join("\n");
}

/** What is said of the file as a whole counts no line. */
const isRemark = ({ why, skipped }: Count): boolean => why !== null && skipped === 0;
const rowOf = (count: Count): string[] => sumOf(inLine(count.name), [count]);
const sumOf = (name: string, counts: readonly Count[]): string[] => [
  name,
  ...(["read", "kept", "skipped", "lost"] as const).map((of) =>
    counted(counts.reduce((sum, count) => sum + count[of], 0)),
  ),
];
