// main.ts - npm run bench: measures, prints ratios taken in this one run, and what they are budgeted to be.
//
// npm run bench -- [TABLE..] [--events NUMBER]: all tables or those named, with longer runs of so many events.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { UserError, unknownName } from "../../src/fault.ts";
import { checkTable } from "./check.ts";
import { diffTable } from "./diff.ts";
import { formatsTable } from "./formats.ts";
import { importTable } from "./import.ts";
import { matrixTable } from "./matrix.ts";
import { memoryTable } from "./memory.ts";
import { recordTable } from "./record.ts";
import { type Table, textOf } from "./table.ts";
import { travelTable } from "./travel.ts";
import { wanderTable } from "./wander.ts";

const tables: readonly Table[] = [
  recordTable,
  memoryTable,
  checkTable,
  wanderTable,
  matrixTable,
  importTable,
  formatsTable,
  diffTable,
  travelTable,
];

interface Wish {
  readonly chosen: readonly Table[];
  /** How long the longer runs are; null as each table has it. */
  readonly events: number | null;
}

function wishOf(words: readonly string[]): Wish {
  const options = { events: { type: "string" } } as const;
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
  return { chosen: chosen.length > 0 ? chosen : tables, events };
}

const isOfParsing = (error: unknown): error is Error =>
  error instanceof TypeError && "code" in error && `${error.code}`.startsWith("ERR_PARSE_ARGS");

async function measureAll({ chosen, events }: Wish): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "gartrace-bench-"));
  try {
    for (const { name, length, measure } of chosen) {
      const own = join(folder, name);
      mkdirSync(own);
      const text = textOf(await measure(own, events ?? length));
      process.stdout.write(`${name}: ${text}\n`);
      rmSync(own, { recursive: true });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

try {
  await measureAll(wishOf(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UserError || isOfParsing(error))) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
