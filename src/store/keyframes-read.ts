// keyframes-read.ts - the keyframes of a trace file: the state at the last one up to a moment.

import type { Database, Statement } from "better-sqlite3";
import type { State } from "../machine/state.ts";
import { keyframeForm, readKeyframe } from "./keyframe-bytes.ts";
import { build, prepare } from "./schema.ts";

const latest = build
  .selectFrom("keyframe")
  .select(["seq", "base"])
  .where("seq", "<=", 0)
  .orderBy("seq", "desc")
  .limit(1);
const chain = build
  .selectFrom("keyframe")
  .select("data")
  .where("seq", ">=", 0)
  .where("seq", "<=", 0)
  .orderBy("seq");

export class KeyframeReader {
  /** Whether there are any, in a form that this program reads. */
  readonly known: boolean;
  readonly #latest: Statement<unknown[]> | null = null;
  readonly #chain: Statement<unknown[]> | null = null;

  constructor(database: Database) {
    this.known = formOf(database) === keyframeForm;
    if (!this.known) return;
    this.#latest = prepare(database, latest).raw();
    this.#chain = prepare(database, chain).pluck();
  }

  /** Brings a new state to the latest keyframe up to this moment and gives its moment; 0 where there is none. */
  restore(state: State, moment: number): number {
    const found = this.#latest?.get(moment, 1) as [seq: number, base: number] | undefined;
    if (found === undefined) return 0;
    const [seq, base] = found;
    for (const data of this.#chain!.iterate(base, seq)) readKeyframe(data as Buffer, state);
    state.moment = seq;
    return seq;
  }
}

/** The form of the keyframes; null where there are none. The first format of a trace had no such column. */
function formOf(database: Database): string | null {
  const names = database.prepare("SELECT name FROM pragma_table_info('trace')").pluck().all();
  if (!names.includes("keyframes")) return null;
  return database.prepare("SELECT keyframes FROM trace").pluck().get() as string | null;
}
