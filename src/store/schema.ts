// schema.ts - what a trace file is: its marks, its tables as types, and SQL compiled by kysely.

import type { Database, Statement } from "better-sqlite3";
import {
  type Compilable,
  DummyDriver,
  type Generated,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import { migrations } from "../../migrations/index.ts";
import type { Column } from "../event/field.ts";
import type { Count } from "../event/trace.ts";
import { assert } from "../fault.ts";

/** "GART" in the file's header: what tells a trace from any other SQLite file. */
export const APPLICATION_ID = 0x47415254;
/** The format that this program writes, and the newest it reads; `user_version` in the header. */
export const FORMAT = Object.keys(migrations).length;
/** The first format whose ops are signed, and whose events are judged, by the rules of today. */
export const TODAYS_RULES = 6;

interface Named {
  code: number;
  name: string;
}
/** The tables of the newest format, as migrations/ make them. */
interface Schema {
  event: Record<Column, number | null>;
  note: { seq: number; shape: number | null; values: string | bigint | null };
  op: {
    op: number;
    asked: number;
    asked_values: string | null;
    answered: number | null;
    answered_values: string | null;
    state: number | null;
    first_seq: number;
    further: number | null;
    signature: bigint | null;
  };
  shape: { code: number; name: string | null; text: string | null };
  op_state: { code: number; shape: number; values: string | null };
  trace: {
    one: number;
    platform: string;
    hooks: string;
    chipset: string;
    workload: string;
    seed: number;
    options: string;
    virt_base: bigint;
    phys_is_machine: number;
    source: "simulated" | "imported";
    origin: string | null;
    gartrace: string;
    digest: string | null;
    events: number | null;
    finished: number;
    keyframes: string | null;
    indexed: number | null;
    parent: string | null;
    parent_seq: number | null;
  };
  workload: { one: number; operations: string };
  keyframe: {
    seq: number;
    base: number;
    kinds: number;
    actors: number;
    astray: number;
    data: Buffer;
    checksum: number | null;
    inflated: number | null;
  };
  posting: { segment: number; list: number; subject: number; lists: Buffer };
  checksum: { part: string; rows: number; sha256: string };
  mark: { id: Generated<number>; seq: number; name: string | null; text: string };
  source: { code: number; path: string; format: string; lines: number };
  tally: Count & { source: number };
  line: { seq: number; path: string; number: number; text: string };
  judgement: { one: number; version: number; summary: string };
  wrong_event: {
    seq: number;
    verdict: number | null;
    check: number | null;
    root: number | null;
  };
  verdict: Named;
  check: Named;
  root: Named;
  kind: Named;
  actor: Named;
  place: Named;
  family: Named;
  name: { kind: number; unit: number; code: number; name: string };
}

/** Builds SQL and runs none: statements are compiled once and prepared on the file's own handle. */
export const build = new Kysely<Schema>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

/** Prepares a query whose values stand for parameters: only their number counts. A row has the columns selected. */
export const prepare = <Row>(
  database: Database,
  query: Compilable<Row>,
): Statement<unknown[], Row> => database.prepare<unknown[], Row>(query.compile().sql);

/** The same for a query of one column: a row is its value. */
export const prepareValue = <Row>(
  database: Database,
  query: Compilable<Row>,
): Statement<unknown[], Row[keyof Row]> =>
  database.prepare<unknown[], Row[keyof Row]>(query.compile().sql).pluck();

type Listed<Row, Columns extends readonly (keyof Row)[]> = {
  -readonly [I in keyof Columns]: Row[Columns[I]];
};
/** The same, a row being the list of these columns, which the query selects in this order. */
export function prepareList<Row, const Columns extends readonly (keyof Row)[]>(
  database: Database,
  query: Compilable<Row>,
  columns: Columns,
): Statement<unknown[], Listed<Row, Columns>> {
  const statement = database.prepare<unknown[], Listed<Row, Columns>>(query.compile().sql);
  const selected = statement.columns().map(({ name }) => name);
  assert(selected.join() === columns.join(), () => `selected ${selected}, typed ${columns.join()}`);
  return statement.raw();
}

/** The names of a table's columns: older formats lack some. */
export const columnsOf = (database: Database, table: string): string[] =>
  database.prepare<[string], string>("SELECT name FROM pragma_table_info(?)").pluck().all(table);

/** The format of a file, which is SQLite's `user_version`. */
export const formatOf = (database: Database): number =>
  database.prepare<[], number>("SELECT user_version FROM pragma_user_version").pluck().get()!;

/** Runs a statement that is needed once. */
export function run(database: Database, query: Compilable): void {
  const { sql, parameters } = query.compile();
  database.prepare<unknown[]>(sql).run(...parameters);
}
