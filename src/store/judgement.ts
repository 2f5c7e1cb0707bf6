// judgement.ts - a trace's judgement in its file: which events are wrong, and what all of it comes to.
//
// The view `wrong` is made with the judgement, so that a trace that was never judged has none instead of an
// empty one.

import type { Database, Statement } from "better-sqlite3";
import { parseJson } from "../event/json.ts";
import { type Verdict, verdicts } from "../event/verdict.ts";
import { DamagedTrace } from "../fault.ts";
import { type Judgement, RULES, type WrongEvent } from "../judgement/judgement.ts";
import { hasChecksums, holds } from "./checksums.ts";
import { all, count, fields, list, number, oneOf, orNothing, text } from "./rules.ts";
import { build, formatOf, prepare, prepareValue, run, TODAYS_RULES } from "./schema.ts";

export const wrongView = `CREATE VIEW IF NOT EXISTS wrong AS SELECT
  -- The event's number.
  w.seq,
  -- What happened, noun.past-participle.
  k.name AS what,
  -- What the numbers say; null where no number is what is wrong.
  v.name AS verdict,
  -- The first check that found it.
  c.name AS "check",
  -- The seq of the event its address came from.
  e.cause,
  -- The call that gave the number; without one, the function that it happened in.
  r.name AS root
FROM wrong_event w
JOIN event e ON e.seq = w.seq
JOIN kind k ON k.code = e.kind
LEFT JOIN verdict v ON v.code = w.verdict
LEFT JOIN "check" c ON c.code = w."check"
LEFT JOIN root r ON r.code = w.root`;

type NameTable = "verdict" | "check" | "root";

/** Takes wrong events as they turn up, and the whole at the end. */
export class JudgementWriter {
  readonly #database: Database;
  readonly #insert: Statement<unknown[]>;
  readonly #codes = new Map<string, number>();
  readonly #counts = { verdict: 0, check: 0, root: 0 };

  constructor(database: Database) {
    this.#database = database;
    const row = { seq: 0, verdict: 0, check: 0, root: 0 };
    this.#insert = prepare(database, build.insertInto("wrong_event").values(row));
  }

  add({ seq, verdict, check, root }: WrongEvent): void {
    this.#insert.run(
      seq,
      this.#codeOf("verdict", verdict),
      this.#codeOf("check", check),
      this.#codeOf("root", root),
    );
  }

  end(judgement: Judgement): void {
    const summary = JSON.stringify(judgement);
    run(this.#database, build.insertInto("judgement").values({ one: 1, version: RULES, summary }));
    this.#database.exec(wrongView);
  }

  #codeOf(table: NameTable, name: string | null): number | null {
    if (name === null) return null;
    const key = `${table} ${name}`;
    let code = this.#codes.get(key);
    if (code === undefined) {
      code = this.#counts[table]++;
      this.#codes.set(key, code);
      run(this.#database, build.insertInto(table).values({ code, name }));
    }
    return code;
  }
}

/** Takes back what a trace was signed and judged by the rules of formats before; it has the newest format by now. */
export function forgetOldRules(database: Database): void {
  forgetJudgement(database);
  run(database, build.updateTable("op").set({ signature: null }));
}

/** Takes back what a trace was judged before. */
export function forgetJudgement(database: Database): void {
  database.exec(
    "DROP VIEW IF EXISTS wrong; DELETE FROM judgement; DELETE FROM wrong_event; " +
      'DELETE FROM verdict; DELETE FROM "check"; DELETE FROM root',
  );
}

// The values stand for parameters.
const summaryOf = build.selectFrom("judgement").select("summary").where("version", "=", 0);
const joined = build
  .selectFrom("wrong_event as w")
  .leftJoin("verdict as v", "v.code", "w.verdict")
  .leftJoin("check as c", "c.code", "w.check")
  .leftJoin("root as r", "r.code", "w.root")
  .select(["w.seq as seq", "v.name as verdict", "c.name as check", "r.name as root"]);
const forward = joined.where("w.seq", ">=", 0).where("w.seq", "<=", 0).orderBy("w.seq").limit(0);
const backward = joined
  .where("w.seq", ">=", 0)
  .where("w.seq", "<=", 0)
  .orderBy("w.seq", "desc")
  .limit(0);

/** Wrong events taken from the file at once. */
const CHUNK = 1024;

/** What a trace's file says of it; nothing where it was never judged, or by other rules. */
export class StoredJudgement {
  readonly judgement: Judgement;
  /** How many events the trace has. */
  readonly #count: number;
  readonly #forward: Statement<unknown[], WrongRow>;
  readonly #backward: Statement<unknown[], WrongRow>;

  static of(database: Database, count: number): StoredJudgement | null {
    if (formatOf(database) < TODAYS_RULES) return null;
    if (hasChecksums(database) && holds(database, "judgement") === false)
      throw damagedJudgement("it is not as it was written");
    const summary = prepareValue(database, summaryOf).get(RULES);
    return summary === undefined ? null : new StoredJudgement(database, summary, count);
  }

  private constructor(database: Database, summary: string, count: number) {
    this.#count = count;
    this.judgement = judgementIn(summary);
    this.#forward = prepare(database, forward);
    this.#backward = prepare(database, backward);
  }

  /** The wrong events from one seq to another, both included, in order or newest first. */
  *wrong(from: number, to: number, backwards: boolean): Generator<WrongEvent> {
    const statement = backwards ? this.#backward : this.#forward;
    let [first, last] = [from, to];
    for (let size = 1; ; size = CHUNK) {
      const rows = statement.all(first, last, size);
      for (const row of rows) {
        if (!(row.seq >= 1 && row.seq <= this.#count))
          throw damagedJudgement(`it calls event #${row.seq} wrong, of ${this.#count}`);
        yield { ...row, verdict: verdictNamed(row.verdict) };
      }
      if (rows.length < size) return;
      if (backwards) last = rows.at(-1)!.seq - 1;
      else first = rows.at(-1)!.seq + 1;
    }
  }
}

interface WrongRow {
  seq: number;
  verdict: string | null;
  check: string | null;
  root: string | null;
}

function verdictNamed(name: string | null): Verdict | null {
  if (name === null) return null;
  const verdict = verdicts.find((known) => known === name);
  if (verdict === undefined) throw damagedJudgement(`there is no verdict '${name}'`);
  return verdict;
}

/** What every report reads of it; the rest is as deep as the rules that made it. */
const shape = fields({
  word: oneOf(["right", "wrong", "undecided"]),
  uses: fields({ right: count, wrong: count, unknown: count, inferred: count }),
  verdicts: all(count),
  faults: count,
  findings: count,
  wrong: fields({ events: count, first: orNothing(count) }),
  checks: list(fields({ check: text, count, held: count, unknown: count })),
  kinds: all(count),
  refusals: fields({ count, first: list(fields({ op: count, name: text, errno: number })) }),
  capture: orNothing(fields({})),
});

function judgementIn(summary: string): Judgement {
  try {
    const judgement = parseJson(summary);
    const trouble = shape(judgement);
    if (trouble === null) return judgement as Judgement;
    throw damagedJudgement(`${trouble.path.join(".")}: ${trouble.says}`);
  } catch (error) {
    throw error instanceof SyntaxError ? damagedJudgement(error.message) : error;
  }
}

const damagedJudgement = (trouble: string): DamagedTrace =>
  new DamagedTrace(
    `damaged or changed: its judgement: ${trouble}; 'gartrace index --force' makes it again`,
  );
