// matrix-text.ts - the matrix as a table: a row a hook set, a column a platform, a word and a reason each.

import type { Outcome } from "../replay/outcome.ts";
import { colours as pc } from "./colours.ts";
import { counted, inColumns } from "./text.ts";

interface Cell {
  readonly platform: string;
  readonly hooks: string;
  readonly lacks: string | null;
  readonly outcome: Outcome | null;
  readonly path: string | null;
}

/** The table, and below it what went wrong where; `kept` says whether the traces are still there. */
export function matrixText(cells: readonly Cell[], kept: boolean): string {
  const platforms = [...new Set(cells.map(({ platform }) => platform))];
  const hooks = [...new Set(cells.map((cell) => cell.hooks))];
  const at = (set: string, platform: string) =>
    cells.find((cell) => cell.hooks === set && cell.platform === platform)!;
  const table = inColumns(
    hooks.map((set) => [set, ...platforms.map((platform) => word(at(set, platform)))]),
    ["hooks", ...platforms],
  );
  const rights = cells.filter(({ outcome }) => outcome?.ends === "right");
  const reasons = cells.flatMap((cell) => {
    const text = reason(cell);
    if (text === null) return [];
    // Against the same machine with other hooks, if there is one that is right.
    const base = rights.find(({ platform }) => platform === cell.platform) ?? rights[0];
    const comparable = kept && cell.path !== null && base !== undefined;
    const command = comparable ? [`    gartrace diff ${base.path} ${cell.path}`] : [];
    return [`  ${cell.hooks} on ${cell.platform}: ${text}`, ...command];
  });
  return reasons.length === 0 ? table : [table, "", ...reasons].join("\n");
}

function word({ outcome, lacks }: Cell): string {
  if (outcome === null) return pc.yellow(`does not build: no ${lacks}()`);
  switch (outcome.ends) {
    case "right":
      return pc.green("right");
    case "refused":
      return pc.yellow(`refused: ${errnoName(outcome.errno!)}`);
    case "oops":
      return pc.red("oops");
    case "wrong":
      return pc.red(
        outcome.rightReads < outcome.reads
          ? `wrong: ${counted(outcome.reads - outcome.rightReads)} of ${counted(outcome.reads)} reads`
          : "wrong",
      );
  }
}

function reason({ outcome }: Cell): string | null {
  if (outcome === null || outcome.ends === "right") return null;
  const { first, hook, wrongFrees } = outcome;
  const frees = wrongFrees === 0 ? "" : `; ${counted(wrongFrees)} pages freed that nobody had`;
  if (first === null)
    return `init returns ${errnoName(outcome.errno ?? 0)}: there is no such device here`;
  const { seq, event } = first.recorded;
  if (event.kind === "message.logged")
    return `init returns ${errnoName(outcome.errno ?? 0)}: #${seq} ${event.place} logs '${event.text}'`;
  const verdict = first.verdict === null ? "" : `, ${first.verdict}`;
  return `#${seq} ${event.kind} in ${event.place}${verdict}${hook === null ? "" : `, the number is from ${hook}()`}${frees}`;
}

const errnoName = (code: number): string =>
  ({ [-12]: "-ENOMEM", [-19]: "-ENODEV", [-22]: "-EINVAL" })[code] ?? `${code}`;
