// run.ts - measures tables one after the other, whatever becomes of each, and sums up what went wrong.

import { countOf, inColumns } from "../../src/report/text.ts";
import type { Missed } from "./table.ts";

/** Which tables failed, and which judged budgets were missed. */
export interface Report {
  readonly ran: number;
  readonly failed: readonly { readonly table: string; readonly reason: string }[];
  readonly missed: readonly (Missed & { readonly table: string })[];
}

/** Measures the table of a name and gives the budgets that it missed; throws where it cannot. */
type Measure = (table: string) => Promise<readonly Missed[]>;

/** Measures each of the tables; a failure is printed at once, and the next tables follow. */
export async function runAll(
  names: readonly string[],
  measure: Measure,
  say: (line: string) => void,
): Promise<Report> {
  const failed: Report["failed"][number][] = [];
  const missed: Report["missed"][number][] = [];
  for (const table of names) {
    try {
      for (const one of await measure(table)) missed.push({ table, ...one });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      failed.push({ table, reason });
      say(`${table} failed: ${reason}\n`);
    }
  }
  return { ran: names.length, failed, missed };
}

/** What is said at the end. `isJudged` is false where the runs are too short for their budgets to mean anything. */
export function summaryOf({ ran, failed, missed }: Report, isJudged: boolean): string {
  const lines = failed.map(({ table, reason }) => `${table} failed: ${reason}`);
  if (!isJudged) lines.push("short runs: no budget was judged");
  else if (missed.length === 0) lines.push("no budget was missed");
  else
    lines.push(
      `${countOf(missed.length, "budget")} missed:`,
      inColumns(
        missed.map(({ table, row, measured, budget }) => [table, row, measured, budget]),
        ["table", "row", "measured", "budget"],
      ),
    );
  return `${countOf(ran - failed.length, "table")} of ${ran} measured\n${lines.join("\n")}`;
}

/** 1 where a table failed or a judged budget was missed. */
export const exitCodeOf = ({ failed, missed }: Report, isJudged: boolean): 0 | 1 =>
  failed.length > 0 || (isJudged && missed.length > 0) ? 1 : 0;
