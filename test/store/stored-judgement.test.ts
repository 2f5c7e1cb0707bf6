// stored-judgement.test.ts - wrong events and what all of it comes to are kept and given back; what no gartrace kept is damage.

import type { Database } from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { DamagedTrace } from "../../src/fault.ts";
import { type Judgement, RULES, type WrongEvent } from "../../src/judgement/judgement.ts";
import { seal, sealedTables } from "../../src/store/checksums.ts";
import {
  forgetJudgement,
  forgetOldRules,
  JudgementWriter,
  StoredJudgement,
} from "../../src/store/judgement.ts";
import { OpInsert } from "../../src/store/op-insert.ts";
import { ShapeInsert } from "../../src/store/shape-insert.ts";
import { emptyFile } from "./sample.ts";

const judgement: Judgement = {
  word: "wrong",
  uses: { right: 3, wrong: 2, unknown: 1, inferred: 0 },
  verdicts: { identity: 3, "wrong-space": 2 },
  faults: 1,
  findings: 2,
  wrong: { events: 3, first: 4 },
  checks: [{ check: "entry-astray", count: 2, held: 5, unknown: 0 }],
  kinds: { "gatt.written": 9 },
  refusals: { count: 1, first: [{ op: 2, name: "bind", errno: -22, by: null }] },
  capture: null,
};
const wrongAt = (seq: number): WrongEvent => ({
  seq,
  verdict: seq % 2 ? "wrong-space" : null,
  check: seq % 3 ? "entry-astray" : null,
  root: seq % 5 ? "virt_to_phys in agp_allocate_memory" : null,
});

const COUNT = 5000;
/** A file with this judgement and so many wrong events, changed by SQL. */
async function judged(wrong: number, change = ""): Promise<Database> {
  const database = await emptyFile();
  const writer = new JudgementWriter(database);
  for (let seq = 1; seq <= wrong; seq++) writer.add(wrongAt(seq));
  writer.end(judgement);
  database.exec(change);
  return database;
}
const of = (database: Database) => StoredJudgement.of(database, COUNT);
const wrongIn = async (change: string) => {
  const stored = of(await judged(10, change))!;
  return [...stored.wrong(1, COUNT, false)];
};

describe("a judgement", () => {
  test("is given back whole, with its wrong events in order or newest first", async () => {
    const stored = of(await judged(10))!;
    expect(stored.judgement).toEqual(judgement);
    const all = Array.from({ length: 10 }, (_, i) => wrongAt(i + 1));
    expect([...stored.wrong(1, COUNT, false)]).toEqual(all);
    expect([...stored.wrong(1, COUNT, true)]).toEqual(all.toReversed());
    expect([...stored.wrong(3, 5, false)]).toEqual(all.slice(2, 5));
    expect([...stored.wrong(3, 5, true)]).toEqual(all.slice(2, 5).toReversed());
    expect([...stored.wrong(11, COUNT, false)]).toEqual([]);
  });

  test("is given back with thousands of wrong events, from both ends and from within", async () => {
    const stored = of(await judged(2500))!;
    const seqs = (from: number, to: number, backwards: boolean) =>
      [...stored.wrong(from, to, backwards)].map(({ seq }) => seq);
    const all = Array.from({ length: 2500 }, (_, i) => i + 1);
    expect(seqs(1, COUNT, false)).toEqual(all);
    expect(seqs(1, COUNT, true)).toEqual(all.toReversed());
    expect(seqs(7, 2400, true)).toEqual(all.slice(6, 2400).toReversed());
  });

  test("has each name once, with a code of its own in its table", async () => {
    const database = await judged(10);
    const named = (table: string) => database.prepare(`SELECT * FROM "${table}"`).raw().all();
    expect(named("verdict")).toEqual([[0, "wrong-space"]]);
    expect(named("check")).toEqual([[0, "entry-astray"]]);
    expect(named("root")).toEqual([[0, "virt_to_phys in agp_allocate_memory"]]);
    new JudgementWriter(await emptyFile()).add({ ...wrongAt(1), check: "a", root: "b" });
  });

  test("by other rules, of an older format or of nobody is none", async () => {
    expect(of(await judged(1, `UPDATE judgement SET version = ${RULES + 1}`))).toBeNull();
    expect(of(await judged(1, "PRAGMA user_version = 5"))).toBeNull();
    expect(of(await judged(1, "PRAGMA user_version = 6"))).not.toBeNull();
    expect(of(await emptyFile())).toBeNull();
  });

  test("that was forgotten is none, with its view and its names, and can be made again", async () => {
    const database = await judged(3);
    const ops = new OpInsert(database, new ShapeInsert(database));
    ops.began(0, 1, "bind", "{}");
    ops.ended(0, 2, "{}", null, "00000000000000ff");
    const signature = () => database.prepare("SELECT signature FROM op").pluck().get();
    forgetJudgement(database);
    expect(of(database)).toBeNull();
    for (const table of ["judgement", "wrong_event", "verdict", "check", "root"])
      expect(database.prepare(`SELECT count(*) FROM "${table}"`).pluck().get(), table).toBe(0);
    expect(() => database.prepare("SELECT * FROM wrong")).toThrow("no such table: wrong");
    expect(signature()).toBe(255);
    new JudgementWriter(database).end(judgement);
    expect(database.prepare("SELECT * FROM wrong").all()).toEqual([]);
    forgetOldRules(database);
    expect([of(database), signature()]).toEqual([null, null]);
  });
});

describe("damage is told, with what makes it again,", () => {
  const again = "; 'gartrace index --force' makes it again";

  test.each([0, COUNT + 1, -3])("where event #%i is called wrong", async (seq) => {
    const reading = async () => {
      const stored = of(
        await judged(0, `INSERT INTO wrong_event VALUES (${seq}, NULL, NULL, NULL)`),
      )!;
      return [...stored.wrong(-10, COUNT + 10, false)];
    };
    const says = `damaged or changed: its judgement: it calls event #${seq} wrong, of ${COUNT}${again}`;
    await expect(reading()).rejects.toThrow(new DamagedTrace(says));
  });

  test("where the last event is wrong nothing is", async () => {
    const stored = of(
      await judged(0, `INSERT INTO wrong_event VALUES (${COUNT}, NULL, NULL, NULL)`),
    )!;
    expect([...stored.wrong(1, COUNT, false)]).toEqual([
      { seq: COUNT, verdict: null, check: null, root: null },
    ]);
  });

  test("where a verdict is none", async () => {
    await expect(wrongIn("UPDATE verdict SET name = 'right-ish'")).rejects.toThrow(
      `its judgement: there is no verdict 'right-ish'${again}`,
    );
  });

  test("where it is not as it was sealed", async () => {
    const database = await judged(1);
    seal(database, sealedTables(database));
    expect(of(database)).not.toBeNull();
    database.exec("UPDATE judgement SET summary = summary || ' '");
    expect(() => of(database)).toThrow(`its judgement: it is not as it was written${again}`);
    database.exec("PRAGMA user_version = 7");
    expect(of(database)).not.toBeNull();
  });

  const summaryWith = (part: object) =>
    `UPDATE judgement SET summary = '${JSON.stringify({ ...judgement, ...part })}'`;
  test.each<readonly [string, object]>([
    ["word: expected one of right, wrong, undecided", { word: "fine" }],
    [
      "uses.inferred: expected a whole number from 0 on",
      { uses: { right: 0, wrong: 0, unknown: 0 } },
    ],
    ["uses.right: expected a whole number from 0 on", { uses: { wrong: 0 } }],
    ["verdicts.identity: expected a whole number from 0 on", { verdicts: { identity: "3" } }],
    ["faults: expected a whole number from 0 on", { faults: -1 }],
    ["findings: expected a whole number from 0 on", { findings: null }],
    ["wrong.first: expected a whole number from 0 on", { wrong: { events: 1, first: "4" } }],
    ["wrong.events: expected a whole number from 0 on", { wrong: { first: null } }],
    ["checks.0.held: expected a whole number from 0 on", { checks: [{ check: "a", count: 0 }] }],
    ["checks: expected a list", { checks: {} }],
    ["kinds: expected an object", { kinds: [] }],
    [
      "refusals.first.0.errno: expected a number",
      { refusals: { count: 0, first: [{ op: 0, name: "" }] } },
    ],
    ["refusals.count: expected a whole number from 0 on", { refusals: { first: [] } }],
    ["capture: expected an object", { capture: 7 }],
  ])("where of what it comes to is not so: %s", async (says, part) => {
    const database = await judged(0, summaryWith(part));
    expect(() => of(database)).toThrow(`its judgement: ${says}${again}`);
  });

  test("where it is no JSON", async () => {
    const database = await judged(0, "UPDATE judgement SET summary = '{'");
    expect(() => of(database)).toThrow(DamagedTrace);
    expect(() => of(database)).toThrow(again);
  });

  test("and what a capture counts is kept as deep as the rules made it", async () => {
    const counted = await judged(0, summaryWith({ capture: { devices: 1 } }));
    expect(of(counted)!.judgement.capture).toEqual({ devices: 1 });
  });
});
