// record.ts - how fast a run is recorded, against SQLite taking the same rows from a loop and from a table.

import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { setupOf } from "../../src/cli/recording.ts";
import { columns } from "../../src/event/field.ts";
import { ROW_WIDTH } from "../../src/event/row.ts";
import { record } from "../../src/record.ts";
import { counted } from "../../src/report/text.ts";
import { aboutRun, type Setup } from "../../src/scenario/setup.ts";
import { TraceWriter } from "../../src/store/write.ts";
import { churn, machine } from "./churn.ts";
import { rateOf, type Table } from "./table.ts";

const ROUNDS = 3;

export const recordTable: Table = {
  name: "record",
  length: 1_000_000,
  async measure(folder, length) {
    const setup = setupOf({ ...machine, workload: churn(length) });
    const rounds = [];
    for (let i = 0; i <= ROUNDS; i++) rounds.push(await timeRecord(folder, setup));
    // The first round warms up.
    const measured = rounds.slice(1).sort((a, b) => a.loop / a.record - b.loop / b.record);
    const { events, bytes, record, finish, simulate, loop, select } =
      measured[Math.floor(ROUNDS / 2)]!;
    const row = (what: string, took: number) => [
      what,
      rateOf(events, took),
      `${((took / events) * 1e6).toFixed(2)} us`,
      "",
    ];
    const ratio = (what: string, of: number, budget = "-") => [what, of.toFixed(2), "", budget];
    return {
      title: `${counted(events)} events of churn on xen-i386 with the gart hooks, the middle of ${ROUNDS} rounds`,
      heading: ["", "measured", "an event", "budget"],
      rows: [
        row("record, simulation and store", record),
        row("  index, digest and finish mark on top", finish),
        row("simulation alone", simulate),
        row("bare loop inserting the same rows", loop),
        row("INSERT ... SELECT of the same rows", select),
        ratio("record : bare loop", loop / record, "0.80 or more"),
        ratio("record : INSERT ... SELECT", select / record, "0.40 or more, a stretch"),
        ratio("record with finish : bare loop", loop / (record + finish)),
        ["bytes an event, index included", (bytes / events).toFixed(1), "", "60 or less"],
      ],
    };
  },
};

/** Seconds that each way takes, in one run. */
interface Timings {
  readonly events: number;
  readonly bytes: number;
  /** Simulation and store together: until the last event is in the file. */
  readonly record: number;
  /** The index, the digest and the finish mark on top. */
  readonly finish: number;
  /** The simulation alone, its events thrown away. */
  readonly simulate: number;
  /** A bare loop that inserts the same prebuilt rows through the same library. */
  readonly loop: number;
  /** SQLite's own INSERT ... SELECT of the same rows. */
  readonly select: number;
}

const seconds = (since: number): number => (performance.now() - since) / 1000;

async function timeRecord(folder: string, setup: Setup): Promise<Timings> {
  const simulate = performance.now();
  for (const _ of record(setup, () => {}));
  const simulated = seconds(simulate);

  const path = join(folder, "record.gart");
  const writer = await TraceWriter.create(path, aboutRun(setup), { force: true });
  const recording = performance.now();
  for (const _ of record(setup, (seq, op, event, state) => writer.append(seq, op, event, state)));
  const recorded = seconds(recording);
  const finishing = performance.now();
  const { events } = writer.finish();
  const finished = seconds(finishing);
  const loop = timeLoop(join(folder, "loop.sqlite"), path);
  const select = timeSelect(join(folder, "select.sqlite"), path);
  return {
    events,
    bytes: statSync(path).size,
    record: recorded,
    finish: finished,
    simulate: simulated,
    loop,
    select,
  };
}

/** Rows to a statement and events to a transaction, as the store does it. */
const ROWS = 64;
const BATCH = 16384;

function timeLoop(path: string, from: string): number {
  const source = new Database(from, { readonly: true });
  const rows = source
    .prepare(`SELECT ${columns.join(", ")} FROM event ORDER BY seq`)
    .raw()
    .all() as number[][];
  const blocks = Array.from({ length: Math.floor(rows.length / ROWS) }, (_, i) =>
    rows.slice(i * ROWS, (i + 1) * ROWS).flat(),
  );
  const rest = rows.slice(blocks.length * ROWS);
  const target = emptyLike(path, source);
  source.close();
  const row = `(${Array(ROW_WIDTH).fill("?").join(", ")})`;
  const many = target.prepare(`INSERT INTO event VALUES ${Array(ROWS).fill(row).join(", ")}`);
  const one = target.prepare(`INSERT INTO event VALUES ${row}`);
  const since = performance.now();
  target.exec("BEGIN");
  blocks.forEach((block, i) => {
    many.run(block);
    if ((i + 1) % (BATCH / ROWS) === 0) target.exec("COMMIT; BEGIN");
  });
  for (const values of rest) one.run(values);
  target.exec("COMMIT");
  const took = seconds(since);
  target.close();
  return took;
}

function timeSelect(path: string, from: string): number {
  const source = new Database(from, { readonly: true });
  const target = emptyLike(path, source);
  source.close();
  target.prepare("ATTACH ? AS source").run(from);
  const since = performance.now();
  target.exec("INSERT INTO event SELECT * FROM source.event");
  const took = seconds(since);
  target.close();
  return took;
}

/** A database with the trace's own table `event`; page size and checkpoints are left as SQLite has them. */
function emptyLike(path: string, trace: Database.Database): Database.Database {
  const { sql } = trace.prepare("SELECT sql FROM sqlite_schema WHERE name = 'event'").get() as {
    sql: string;
  };
  rmSync(path, { force: true });
  const database = new Database(path);
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = NORMAL");
  database.exec(sql);
  return database;
}
