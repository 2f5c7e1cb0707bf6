// matrix-text.ts - the matrix as a table: a row a hook set, a column a platform, a word and a reason each.

import type { Outcome } from "../replay/outcome.ts";
import { inLine } from "../visible.ts";
import { colours as pc } from "./colours.ts";
import { errnoName, refusalText } from "./judgement-text.ts";
import { counted, inColumns } from "./text.ts";

export interface Cell {
  readonly platform: string;
  readonly hooks: string;
  readonly driver: string;
  readonly lacks: string | null;
  readonly outcome: Outcome | null;
  readonly path: string | null;
}

/** A row a hook set, a column a platform: how each run ended. */
export function matrixTable(cells: readonly Cell[]): string {
  const platforms = [...new Set(cells.map(({ platform }) => platform))];
  const rowOf = rowNames(cells);
  const hooks = [...new Set(cells.map(rowOf))];
  const at = (row: string, platform: string) =>
    cells.find((cell) => rowOf(cell) === row && cell.platform === platform)!;
  return inColumns(
    hooks.map((set) => [set, ...platforms.map((platform) => word(at(set, platform)))]),
    ["hooks", ...platforms],
  );
}

/** The hook set of a cell, with the driver's version where there are several. */
function rowNames(cells: readonly Cell[]): (cell: Cell) => string {
  const areSeveral = new Set(cells.map(({ driver }) => driver)).size > 1;
  return ({ hooks, driver }) => (areSeveral ? `${hooks}, ${driver}` : hooks);
}

/** The table, and below it what went wrong where; `kept` says whether the traces are still there. */
export function matrixText(cells: readonly Cell[], kept: boolean): string {
  const table = matrixTable(cells);
  const rowOf = rowNames(cells);
  const rights = cells.filter(({ outcome }) => outcome?.ends === "right");
  const reasons = cells.flatMap((cell) => {
    const texts = reasonsOf(cell);
    if (texts.length === 0) return [];
    // Against the same machine with other hooks, if there is one that is right.
    const base = rights.find(({ platform }) => platform === cell.platform) ?? rights[0];
    const comparable = kept && cell.path !== null && base !== undefined;
    const command = comparable ? [`    gartrace diff ${inLine(`${base.path} ${cell.path}`)}`] : [];
    return [...texts.map((text) => `  ${rowOf(cell)} on ${cell.platform}: ${text}`), ...command];
  });
  return reasons.length === 0 ? table : [table, "", ...reasons].join("\n");
}

function word({ outcome, lacks }: Cell): string {
  if (outcome === null) return pc.yellow(`does not build: no ${lacks}()`);
  switch (outcome.ends) {
    case "right":
      return pc.green("right");
    case "refused":
      return outcome.astray === null
        ? pc.yellow(`refused: ${errnoName(outcome.errno!)}`)
        : pc.red(`refused: ${errnoName(outcome.errno!)}, and wrong`);
    case "undecided":
      return pc.yellow("undecided");
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

/** Why a run is not right: the event that says it, and beside a refusal what else goes astray. */
function reasonsOf({ outcome }: Cell): string[] {
  if (outcome === null || outcome.ends === "right") return [];
  const { first, hook, wrongFrees, refusal, astray } = outcome;
  const told = refusal === null ? [] : [refusalText(refusal)];
  if (first === null)
    return refusal === null
      ? ["nothing in it could be judged"]
      : [`${told[0]}: there is no such device here`];
  const { seq, event } = first.recorded;
  if (event.kind === "message.logged")
    return [`${told[0]}: #${seq} ${event.place} logs '${event.text}'`];
  const from = hook === null ? "" : `, from ${hook}()`;
  const frees = wrongFrees === 0 ? "" : `; ${counted(wrongFrees)} pages freed that nobody had`;
  return [
    ...told,
    `${outcomeText(first)}${from}${frees}`,
    ...(astray === null ? [] : [outcomeText(astray)]),
  ];
}

/** "#27 foreign-ram in agp_generic_create_gatt_table, wrong-space" */
function outcomeText({ recorded: { seq, event }, verdict }: NonNullable<Outcome["first"]>): string {
  let what: string = event.kind;
  if (event.kind === "fault.raised") what = event.fault;
  if (event.kind === "hook.called") what = `${event.hook}()`;
  return `#${seq} ${what} in ${event.place}${verdict === null ? "" : `, ${verdict}`}`;
}
