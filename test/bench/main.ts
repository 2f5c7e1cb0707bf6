// main.ts - npm run bench: measures, prints ratios taken in this one run, and judges them by their budgets.
//
// npm run bench -- [TABLE..] [--short] [--events NUMBER]: all tables or those named. With --short each takes some
// seconds, and no budget is judged. With --events the longer runs have so many events, with --short too.
// Each table has a process of its own. Exit code 1 where one failed or a budget was missed, 2 for wrong arguments.

import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { UserError, unknownName } from "../../src/fault.ts";
import type { Outcome } from "./process/table.ts";
import { exitCodeOf, runAll, summaryOf } from "./run.ts";
import type { Missed, Table } from "./table.ts";
import { tables } from "./tables.ts";

interface Wish {
  readonly chosen: readonly Table[];
  readonly isShort: boolean;
  /** How long the longer runs are; null as each table has it. */
  readonly events: number | null;
}

function wishOf(words: readonly string[]): Wish {
  const options = {
    events: { type: "string" },
    short: { type: "boolean", default: false },
  } as const;
  const { values, positionals } = parseArgs({ args: [...words], options, allowPositionals: true });
  const chosen = positionals.map((name) => {
    const found = tables.find((table) => table.name === name);
    if (found !== undefined) return found;
    throw unknownName(
      "table",
      name,
      tables.map((table) => table.name),
    );
  });
  const events = values.events === undefined ? null : Number(values.events);
  if (events !== null && !(Number.isInteger(events) && events > 0))
    throw new UserError(`--events takes a whole number above 0, not '${values.events}'`);
  return { chosen: chosen.length > 0 ? chosen : tables, isShort: values.short, events };
}

const isOfParsing = (error: unknown): error is Error =>
  error instanceof TypeError && "code" in error && `${error.code}`.startsWith("ERR_PARSE_ARGS");

/** Measures a table in a process and a folder of its own. */
async function measured(name: string, length: number): Promise<readonly Missed[]> {
  const folder = mkdtempSync(join(tmpdir(), `gartrace-bench-${name}-`));
  try {
    const program = join(import.meta.dirname, "process/table.js");
    const child = fork(program, [name, folder, String(length)]);
    let outcome = null as Outcome | null;
    child.on("message", (message) => {
      outcome = message as Outcome;
    });
    // All that it sent has come when it is disconnected.
    const [[code, signal]] = await Promise.all([once(child, "exit"), once(child, "disconnect")]);
    if (outcome !== null && "reason" in outcome) throw new Error(outcome.reason);
    if (outcome === null || code !== 0)
      throw new Error(`its process ended with ${signal ?? `exit code ${code}`}`);
    return outcome.missed;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureAll({ chosen, isShort, events }: Wish): Promise<void> {
  const lengths = new Map(
    chosen.map(({ name, length, short }) => [name, events ?? (isShort ? short : length)]),
  );
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const report = await runAll(
    [...lengths.keys()],
    (name) => measured(name, lengths.get(name)!),
    say,
  );
  say(summaryOf(report, !isShort));
  process.exitCode = exitCodeOf(report, !isShort);
}

try {
  await measureAll(wishOf(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UserError || isOfParsing(error))) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
