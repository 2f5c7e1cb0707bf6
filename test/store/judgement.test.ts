// judgement.test.ts - a trace file keeps what is wrong in it, and one that was not judged does not say that nothing is.

import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { type Judged, RULES, type WrongEvent } from "../../src/judgement/judgement.ts";
import { recordTo } from "../../src/library/recording.ts";
import { State } from "../../src/machine/state.ts";
import { judgedOf, wordOf } from "../../src/replay/judged.ts";
import { natureOf } from "../../src/replay/replay.ts";
import { indexTrace } from "../../src/store/update.ts";
import { setupOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";
import { changeAndSeal } from "./changed.ts";
import { freshPath, reading } from "./sample.ts";

const setup = setupOf("xen-i386 legacy smoke", { lenientIoremap: true });
const path = freshPath();
await recordTo(path, setup, false);

const all = (judged: Judged, backwards = false): WrongEvent[] => [
  ...judged.wrong(1, Number.MAX_SAFE_INTEGER, backwards),
];

/** A copy of the trace, changed by SQL. */
function changedBy(sql: string): string {
  const copy = freshPath();
  const database = new Sqlite(path);
  database.prepare("VACUUM INTO ?").run(copy);
  database.close();
  changeAndSeal(copy, sql);
  return copy;
}

test("the file says of a run what judging the run anew says", () => {
  const anew = judgedOf(recorded(setup));
  reading(path, (trace) => {
    expect(trace.judged!.judgement).toEqual(anew.judgement);
    expect(all(trace.judged!)).toEqual(all(anew));
    expect(all(trace.judged!, true)).toEqual(all(anew).reverse());
  });
  expect(anew.judgement.wrong.events).toBeGreaterThan(4);
});

test("the view has a row for each wrong event, and what it goes back to", () => {
  reading(path, (trace) => {
    const answer = trace.query("SELECT * FROM wrong ORDER BY seq");
    const [columns, rows] = [answer.columns, [...answer.rows]];
    expect(columns).toEqual(["seq", "what", "verdict", "check", "cause", "root"]);
    const wrong = all(trace.judged!);
    expect(
      rows.map(([seq, what, verdict, check, , root]) => ({
        seq: Number(seq),
        what,
        verdict,
        check,
        root,
      })),
    ).toEqual(wrong.map((one) => ({ ...one, what: trace.event(one.seq)!.event.kind })));
    const [first] = trace.query("SELECT min(seq) FROM wrong").rows;
    expect(Number(first![0])).toBe(trace.judged!.judgement.wrong.first);
  });
});

const unjudged = "DROP VIEW wrong; DELETE FROM judgement; DELETE FROM wrong_event";

test.each([
  ["never judged", unjudged],
  ["judged by other rules", `UPDATE judgement SET version = ${RULES + 1}`],
])("a trace %s is judged when it is asked, to the same end", (_, sql) => {
  reading(changedBy(sql), (trace) => {
    expect(trace.judged).toBeNull();
    const anew = judgedOf(trace);
    expect(judgedOf(trace)).toBe(anew);
    reading(path, (whole) => expect(anew.judgement).toEqual(whole.judged!.judgement));
  });
});

test("an index makes the judgement anew, whatever stood there", async () => {
  const copy = changedBy(
    "UPDATE judgement SET version = 0; UPDATE wrong_event SET root = NULL; DELETE FROM wrong_event WHERE seq % 2",
  );
  await indexTrace(copy, { start: (about) => new State(natureOf(about)) });
  reading(copy, (trace) =>
    reading(path, (whole) => expect(all(trace.judged!)).toEqual(all(whole.judged!))),
  );
});

test("what ends in a tear is undecided where it is right up to there, and wrong where it is not", () => {
  const torn = { torn: true } as const;
  const right = recorded(setupOf("xen-i386 gart smoke"));
  expect([wordOf(right), wordOf({ ...right, ...torn })]).toEqual(["right", "undecided"]);
  expect(wordOf({ ...recorded(setup), ...torn })).toBe("wrong");
});
