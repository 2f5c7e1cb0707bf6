// table.ts - a process of its own that measures one table, prints it and reports which budgets it missed.

import { type Missed, missedIn, textOf } from "../table.ts";
import { tables } from "../tables.ts";

/** What the process sends at its end: the budgets that were missed, or why there is no table. */
export type Outcome = { readonly missed: readonly Missed[] } | { readonly reason: string };

const [, , name, folder, length] = process.argv as [string, string, string, string, string];

async function outcome(): Promise<Outcome> {
  try {
    const table = tables.find((one) => one.name === name)!;
    const measured = await table.measure(folder, Number(length));
    process.stdout.write(`${name}: ${textOf(measured)}\n`);
    return { missed: missedIn(measured) };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

process.send!(await outcome());
process.disconnect();
