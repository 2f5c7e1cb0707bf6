// checksums.ts - checksums of the tables beside the events, and of each keyframe.
//
// The digest covers events, notes and what ops were asked for; where an op begins and ends and
// what the index holds follow from its events.
// Every other table has a row in `checksum`, and each keyframe a number beside its data.

import { createHash } from "node:crypto";
import type { Database } from "better-sqlite3";
import { damaged } from "../fault.ts";
import { build, columnsOf, formatOf, prepare, run } from "./schema.ts";

/** The first format that has them. */
const SINCE = 8;

/** What the events' digest covers, by itself or by what follows from the events. */
const DIGESTED = ["event", "note", "op", "posting"];
/** The keyframes have their own, and the table of checksums none. */
const APART = ["keyframe", "checksum"];

/** Tables that are small and that every command reads: these are looked at at every opening. */
export const READ_ALWAYS = ["trace", "kind", "actor"];
/** What `index` makes anew. */
export const DERIVED = ["trace", "judgement", "wrong_event", "verdict", "check", "root"];

export const hasChecksums = (database: Database): boolean => formatOf(database) >= SINCE;

/** The tables that have a checksum in a whole trace. */
export const sealedTables = (database: Database): string[] =>
  database
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .pluck()
    .all()
    .filter((table) => !DIGESTED.includes(table) && !APART.includes(table));

/** Writes the checksums of these tables as they are now. */
export function seal(database: Database, tables: readonly string[]): void {
  database
    .prepare(`DELETE FROM checksum WHERE part IN (${tables.map(() => "?").join(", ")})`)
    .run(...tables);
  for (const part of tables)
    run(database, build.insertInto("checksum").values({ part, ...sumOf(database, part) }));
}

/** What a keyframe's row says beside its data. */
export interface KeyframeFacts {
  readonly seq: number;
  readonly base: number;
  readonly kinds: number;
  readonly actors: number;
  readonly astray: number;
  /** Bytes of what its data were before they were deflated; none where they are not. */
  readonly inflated?: number | null;
}

/** Its data in hexadecimal; null where somebody put something else in their place. */
type Summed = KeyframeFacts & { data: string | null; checksum: number | null };

/**
 * Writes the checksums that a step from an older format owes: all of them to one that had none, and else those of the
 * row of `trace`, if it `wasWhole` before, and of what was moved out of it. What somebody changed stays without one that holds.
 */
export function sealStep(
  database: Database,
  { format, finished, wasWhole }: { format: number; finished: boolean; wasWhole: boolean },
): void {
  if (format >= SINCE) {
    if (wasWhole) seal(database, ["trace", "workload"]);
    return;
  }
  sealKeyframes(database);
  if (finished) seal(database, sealedTables(database));
}

/** Gives keyframes of an older format their checksums. */
export function sealKeyframes(database: Database): void {
  const set = database.prepare("UPDATE keyframe SET checksum = ? WHERE seq = ?");
  for (const row of keyframesOf(database))
    if (row.data !== null) set.run(keyframeSum(row, row.data), row.seq);
}

/** The moment of the first keyframe that is not as its checksum says; null where all are. */
export function changedKeyframe(database: Database): number | null {
  for (const row of keyframesOf(database))
    if (row.data === null || row.checksum !== keyframeSum(row, row.data)) return row.seq;
  return null;
}

/**
 * All of them, one at a time, so that they can be changed on the way. Their bytes come as text, for what a Buffer holds
 * lies outside V8's heap and nothing collects it before there are tens of megabytes of it (bench: verify).
 */
function* keyframesOf(database: Database): Generator<Summed> {
  // They can be deflated since the twelfth format.
  const inflated = columnsOf(database, "keyframe").includes("inflated") ? "inflated" : "NULL";
  const next = database.prepare<[number], Summed>(
    "SELECT seq, base, kinds, actors, astray, iif(typeof(data) = 'blob', hex(data), NULL) AS data, checksum, " +
      `${inflated} AS inflated FROM keyframe WHERE seq > ? ORDER BY seq LIMIT 1`,
  );
  for (let row = next.get(Number.MIN_SAFE_INTEGER); row !== undefined; row = next.get(row.seq))
    yield row;
}

/** Whether a table is as it was when its checksum was written; null where it has none. */
export function holds(database: Database, part: string): boolean | null {
  const query = build.selectFrom("checksum").select(["rows", "sha256"]).where("part", "=", part);
  const checksum = prepare(database, query).get(part);
  if (checksum === undefined) return null;
  const { rows, sha256 } = sumOf(database, part);
  return checksum.rows === rows && checksum.sha256 === sha256;
}

/** Refuses a table that is not as it was written; one of a trace that is not finished may have no checksum by now. */
export function assertHeld(database: Database, table: string, finished: boolean): void {
  if (!hasChecksums(database)) return;
  const isWhole = holds(database, table);
  if (isWhole === false) throw damaged(`table ${table}`, "it is not as it was written");
  if (isWhole === null && finished) throw damaged(`table ${table}`, "it has no checksum");
}

/** The tables that have a checksum by now. */
export const checksummed = (database: Database): string[] =>
  database.prepare<[], string>("SELECT part FROM checksum ORDER BY part").pluck().all();

function sumOf(database: Database, table: string): { rows: number; sha256: string } {
  const columns = database
    .prepare<[string], string>("SELECT name FROM pragma_table_info(?)")
    .pluck()
    .all(table)
    .map((name) => `"${name}"`);
  const order = columns.map((_, i) => i + 1).join(", ");
  const all = database
    .prepare<[], readonly unknown[]>(
      `SELECT ${columns.join(", ")} FROM "${table}" ORDER BY ${order}`,
    )
    .raw()
    .safeIntegers();
  const hash = createHash("sha256");
  let [rows, text] = [0, ""];
  for (const row of all.iterate()) {
    rows++;
    for (const value of row) text += marked(value);
    if (text.length < AT_ONCE) continue;
    hash.update(text);
    text = "";
  }
  return { rows, sha256: hash.update(text).digest("hex") };
}

/** Characters hashed at once. */
const AT_ONCE = 65536;

/** A value after its type and length, so that no two rows give the same text. */
function marked(value: unknown): string {
  if (typeof value === "string") return `t${value.length}:${value}`;
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString("hex")};`;
  return `${typeof value === "bigint" ? "i" : typeof value}${value};`;
}

/** What a keyframe's row says, as 48 bits of SHA-256; its data can be given in hexadecimal. */
export function keyframeSum(keyframe: KeyframeFacts, data: Uint8Array | string): number {
  const { seq, base, kinds, actors, astray, inflated } = keyframe;
  const facts = [seq, base, kinds, actors, astray, ...(inflated == null ? [] : [inflated])];
  const hash = createHash("sha256").update(`${facts.join(" ")}:`);
  if (typeof data === "string") hash.update(data, "hex");
  else hash.update(data);
  return hash.digest().readUIntBE(0, 6);
}
