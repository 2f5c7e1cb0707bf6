// report.test.ts - what a check reports is counted, placed and kept as it says.

import { expect, test } from "vitest";
import { gattIndex } from "../../src/address.ts";
import type { Check, Report } from "../../src/check/check.ts";
import { CheckRun } from "../../src/check/run.ts";
import { type Event, kindCode } from "../../src/event/vocabulary.ts";
import { State } from "../../src/machine/state.ts";
import { natureOf } from "../../src/replay/replay.ts";
import { native, told } from "./judged.ts";
import { runCheck } from "./run-check.ts";

/** A short run: two writes, a read, and whatever is between them. */
const [first, second, read] = (["gatt.written", "gatt.written", "gatt.read"] as const).map((kind) =>
  told(kind, { entry: gattIndex(0), word: 1 }),
);
const lost = told("events.lost", { count: 12 });
const runOver = (check: Partial<Check>, ...events: readonly Event[]) =>
  runCheck({ name: "one", holds: "it", ...check } as Check, {
    about: native,
    events: events.map((event, i) => ({ seq: i + 1, op: 3, event })),
  });
const hearing = (of: (report: Report) => void): Partial<Check> => ({
  watch: (_, report) => ({ after: { "gatt.written": () => of(report) } }),
});

test("what held is what was heard and not found, or what the check itself counts", () => {
  const silent = hearing(() => {});
  expect(runOver(silent, first!, second!, read!).held).toBe(2);
  const once = hearing((report) => report.held());
  expect(runOver({ ...once, counts: true }, first!, read!).held).toBe(1);
  expect(runOver({ ...silent, counts: true }, first!).held).toBe(0);
  const finding = hearing((report) => report.finding([], "so"));
  expect(runOver(finding, first!, second!).held).toBe(0);
  const twice = hearing((report) => {
    for (const says of ["so", "and so"]) report.finding([], says);
  });
  expect(runOver(twice, first!)).toMatchObject({ held: 0, count: 2 });
});

test("a finding is of its event and operation, or of the earlier one that it names", () => {
  const both = hearing((report) => {
    report.finding([], "now", "stale");
    report.findingAt({ seq: 1, op: -1 }, [{ family: "gatt", number: gattIndex(0) }], "then");
  });
  expect(runOver(both, read!, first!).findings).toEqual([
    { check: "one", seq: 2, op: 3, subjects: [], verdict: "stale", says: "now" },
    {
      ...{ check: "one", seq: 1, op: -1, verdict: null, says: "then" },
      subjects: [{ family: "gatt", number: 0 }],
    },
  ]);
});

test("each finding and each event that is not known is told as it comes", () => {
  const heard: (string | null)[] = [];
  const check = hearing((report) => {
    report.finding([], "so");
    report.unknown("why");
  });
  const state = new State(natureOf(native));
  const all = new CheckRun(
    native,
    [{ name: "one", holds: "it", ...check } as Check],
    state,
    (one) => heard.push(one === null ? null : one.says),
  );
  for (const seq of [1, 2]) {
    all.before(seq, 0, first!, kindCode["gatt.written"]);
    all.after(first!, kindCode["gatt.written"]);
  }
  expect(heard).toEqual(["so", null, "so", null]);
  expect(all.end()[0]!.unknown).toEqual({ count: 2, seq: 1, why: "why" });
});

test("after a gap a check judges no further event, unless it needs none or takes nothing for sure", () => {
  const finding = hearing((report) => report.finding([], "so"));
  const events = [first!, lost, second!, lost];
  expect(runOver(finding, ...events)).toMatchObject({
    ...{ count: 1, undecidable: { since: 2, why: "12 events were lost" } },
  });
  for (const trait of [{ byEvent: true }, { goesOn: true }] as const)
    expect(runOver({ ...finding, ...trait }, ...events)).toMatchObject({
      count: 2,
      undecidable: null,
    });
  const tired = hearing((report) => report.cannotTell("no more"));
  expect(runOver(tired, ...events).undecidable).toEqual({ since: 1, why: "no more" });
});

test("at the end a check is asked once more, if it still judges", () => {
  const ended: string[] = [];
  const atEnd = (name: string, check: Partial<Check>): Partial<Check> => ({
    watch: (about, report) => ({
      ...check.watch!(about, report),
      end: () => void ended.push(name),
    }),
  });
  runOver(
    atEnd(
      "well",
      hearing(() => {}),
    ),
    first!,
  );
  runOver(
    atEnd(
      "tired",
      hearing((report) => report.cannotTell("no more")),
    ),
    first!,
  );
  runOver(
    atEnd(
      "gone",
      hearing(() => {
        throw new Error("of the check");
      }),
    ),
    first!,
  );
  expect(ended).toEqual(["well"]);
  const error = new Error("at the end");
  const failing: Partial<Check> = {
    watch: () => ({
      end: () => {
        throw error;
      },
    }),
  };
  expect(runOver(failing, first!, second!).failure).toEqual({ seq: 2, error });
});

test("what a check throws first is kept, before an event or while it begins to watch", () => {
  const error = new Error("before");
  const failing: Partial<Check> = {
    watch: () => ({
      before: {
        "gatt.written": () => {
          throw error;
        },
      },
    }),
  };
  expect(runOver(failing, read!, first!, second!)).toMatchObject({
    failure: { seq: 2, error },
    count: 0,
  });
  const unwilling: Partial<Check> = {
    watch: () => {
      throw error;
    },
  };
  expect(runOver(unwilling, read!, first!).failure).toEqual({ seq: 0, error });
});

test("a kind that is like none is named alone", () => {
  const strange = { watch: () => ({ after: { xyzzy: () => {} } }) } as unknown as Partial<Check>;
  expect((runOver(strange, first!).failure!.error as Error).message).toBe(
    "no kind of event is called 'xyzzy'",
  );
});
