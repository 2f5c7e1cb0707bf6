// blame-text.ts - what is wrong in a trace by root cause, for people and as JSON.

import type { Judgement } from "../judgement/judgement.ts";
import type { Culprit } from "../replay/blame.ts";
import { type Extent, judgementLine } from "./judgement-text.ts";
import { kindCount } from "./kind-nouns.ts";
import { countOf, inColumns, indented } from "./text.ts";

/** "4,096 entries, one cause: virt_to_phys in agp_allocate_memory, from #40021 on [wrong-space]" a line. */
export function blameText(
  culprits: readonly Culprit[],
  judgement: Judgement,
  extent: Extent,
  limit: number,
): string {
  const rows = culprits
    .slice(0, limit)
    .map(({ root, first, kinds, verdicts, checks }) => [
      kinds.map(({ kind, count }) => kindCount(kind, count)).join(", "),
      root ?? "no function is told",
      `from #${first} on`,
      [...verdicts.map((verdict) => `[${verdict}]`), ...checks].join(" "),
    ]);
  const rest = culprits.slice(limit);
  const left = rest.reduce((sum, { count }) => sum + count, 0);
  return [
    judgementLine(judgement, extent),
    ...(rows.length === 0
      ? []
      : ["", `goes back to ${countOf(culprits.length, "cause")}`, indented(inColumns(rows))]),
    ...(rest.length === 0
      ? []
      : [indented(`and ${countOf(rest.length, "cause")} more, of ${countOf(left, "event")}`)]),
  ].join("\n");
}

export const blameJson = (
  culprits: readonly Culprit[],
  { wrong }: Judgement,
  word: Judgement["word"],
  limit: number,
): object => ({
  judgement: word,
  wrong,
  causes: culprits.length,
  culprits: culprits.slice(0, limit),
});
