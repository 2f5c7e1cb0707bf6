// update.test.ts - what is added to a finished trace: marks, the index and keyframes that it lacks.

import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import Sqlite, { SqliteError } from "better-sqlite3";
import { describe, expect, test } from "vitest";
import type { About } from "../../src/event/trace.ts";
import type { Recorded } from "../../src/event/vocabulary.ts";
import { UserError } from "../../src/fault.ts";
import { State } from "../../src/machine/state.ts";
import { momentOf } from "../../src/replay/position.ts";
import { natureOf, stateAt } from "../../src/replay/replay.ts";
import { subjectAt } from "../../src/replay/subject.ts";
import { TimeTravel } from "../../src/replay/travel.ts";
import { addMark, indexTrace, updateTrouble } from "../../src/store/update.ts";
import { TraceWriter } from "../../src/store/write.ts";
import { memoryTrace } from "../memory-trace.ts";
import { busyTrace } from "../replay/busy.ts";
import { held, storedAt } from "../replay/stored.ts";
import { changeAndSeal } from "./changed.ts";
import { freshPath, reading } from "./sample.ts";

const start = (about: About) => new State(natureOf(about));
const index = (path: string, spacing = 10) => indexTrace(path, { start, spacing });

/** A trace as the first format had it, recorded by the gartrace of that time. */
function firstFormat(): string {
  const path = freshPath();
  writeFileSync(path, gunzipSync(readFileSync("test/store/first-format.gart.gz")));
  return path;
}

/** So many events that change nothing. */
const flushes = (count: number): Recorded[] =>
  Array.from({ length: count }, (_, i) => ({
    ...{ seq: i + 1, op: -1, event: { kind: "tlb.flushed", actor: "cpu", which: "cpu" } as const },
  }));

/** What travelling through the trace tells, as text. */
const told = (path: string): string =>
  reading(path, (trace) => {
    const travel = new TimeTravel(trace);
    const moments = [0, 1, 40, 97, Math.floor(trace.count / 2), trace.count];
    const subjects = [
      subjectAt("gatt", 0),
      subjectAt("gatt", 3),
      subjectAt("p2m", 0x1000),
      subjectAt("dma", 0x80000),
    ];
    return JSON.stringify([
      moments.map((moment) => held(travel.stateAt(moment))),
      subjects.map((one) => [...travel.changes(one)]),
      trace.digest,
    ]);
  });

test("a mark on a trace of an older format tells how far its new index is, and on one of today's nothing", async () => {
  const path = freshPath();
  writeFileSync(path, gunzipSync(readFileSync("traces/formats/format-11-imported.gart.gz")));
  const told: [done: number, of: number][] = [];
  const mark = { moment: 5, name: null, text: "seen" };
  await addMark(path, mark, (...progress) => told.push(progress));
  const { count, indexed } = reading(path, ({ count, indexed }) => ({ count, indexed }));
  expect(indexed).toBe(true);
  expect(told.length).toBeGreaterThan(1);
  expect(told.every(([done], i) => done > (told[i - 1]?.[0] ?? 0))).toBe(true);
  expect(told.at(-1)).toEqual([count, count]);
  await addMark(path, mark, () => expect.unreachable());
});

describe("marks", () => {
  test("are listed by moment, and one with a name is a position", async () => {
    const path = await storedAt(busyTrace(), 10);
    await addMark(path, { moment: 40, name: "bound", text: "the page is bound" });
    await addMark(path, { moment: 7, name: null, text: "here it begins" });
    await addMark(path, { moment: 7, name: null, text: "" });
    reading(path, (trace) => {
      expect(trace.marks()).toEqual([
        { moment: 7, name: null, text: "here it begins" },
        { moment: 7, name: null, text: "" },
        { moment: 40, name: "bound", text: "the page is bound" },
      ]);
      expect(momentOf(trace, "mark:bound")).toBe(40);
      expect(() => momentOf(trace, "mark:bond")).toThrow(
        "unknown mark 'bond', did you mean 'bound'; known: bound",
      );
      expect(trace.recomputeDigest()).toBe(trace.digest);
    });
    await expect(addMark(path, { moment: 9, name: "bound", text: "again" })).rejects.toThrow(
      new UserError(`${path} has a mark 'bound' at #40; choose another name`),
    );
  });

  test("are none of a trace where nobody made one", async () => {
    const path = await storedAt(busyTrace(), 10);
    reading(path, (trace) => {
      expect(trace.marks()).toEqual([]);
      expect(() => momentOf(trace, "mark:x")).toThrow(
        "the trace has no mark with a name; make one",
      );
    });
  });

  test("are refused where the file is being written or is not there", async () => {
    const path = await storedAt(busyTrace(), 10);
    const mark = { moment: 1, name: null, text: "never" };
    const writer = new Sqlite(path);
    writer.exec("BEGIN IMMEDIATE");
    await expect(addMark(path, mark)).rejects.toThrow(`${path} is being written by someone else`);
    writer.close();
    await expect(addMark(freshPath(), mark)).rejects.toThrow("no such file");
    expect(reading(path, (trace) => trace.marks())).toEqual([]);
  });
});

describe("a trace of an older format", () => {
  /** What verify says of the file once it has the newest format, after somebody changed it. */
  async function troublesAfter(format: number, change: string): Promise<string[]> {
    const path = freshPath();
    writeFileSync(path, gunzipSync(readFileSync(`traces/formats/format-${format}.gart.gz`)));
    const database = new Sqlite(path);
    database.exec(change);
    database.close();
    await addMark(path, { moment: 1, name: "kept", text: "for years" });
    return reading(path, (trace) => [...trace.troubles()]);
  }

  test.each([7, 8, 9, 10])("of format %i has all its checksums with the newest", async (format) => {
    expect(await troublesAfter(format, "")).toEqual([]);
  });

  test.each([8, 9, 10])("of format %i is told to be changed as it was before", async (format) => {
    const change =
      "UPDATE family SET name = 'other' WHERE code = 0; UPDATE keyframe SET astray = 9";
    expect(await troublesAfter(format, change)).toEqual([
      "table family is not as it was written",
      expect.stringMatching(/^the keyframe at #\d+ is not as it was written$/),
    ]);
  });
});

describe("a trace of the first format", () => {
  test("is read as it is, and nothing is written to it", () => {
    const path = firstFormat();
    const before = readFileSync(path);
    reading(path, (trace) => {
      expect([trace.indexed, trace.hasKeyframes, trace.count]).toEqual([false, false, 2145]);
      expect(trace.marks()).toEqual([]);
      expect(trace.about.parent ?? null).toBeNull();
      expect(stateAt(trace, trace.count).moment).toBe(2145);
      const bound = new TimeTravel(trace).changes(subjectAt("gatt", 3));
      expect([...bound].map(({ event }) => event.kind)).toHaveLength(3);
    });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test("tells the same once it has an index and keyframes", async () => {
    const path = firstFormat();
    const before = told(path);
    await index(path);
    expect(told(path)).toBe(before);
    reading(path, (trace) => {
      expect([trace.indexed, trace.hasKeyframes]).toEqual([true, true]);
      expect(trace.recomputeDigest()).toBe(trace.digest);
    });
  });

  test("can be marked", async () => {
    const path = firstFormat();
    await addMark(path, { moment: 5, name: "five", text: "" });
    expect(reading(path, (trace) => momentOf(trace, "mark:five"))).toBe(5);
  });
});

describe("indexing", () => {
  test("tells the same at any spacing, and as often as one likes", async () => {
    const path = await storedAt(busyTrace(), 1e9);
    const before = told(path);
    for (const spacing of [1, 3, 50, 3]) {
      await index(path, spacing);
      expect(told(path)).toBe(before);
    }
  });

  test("leaves a torn trace torn, and makes its past quick to look up", async () => {
    const busy = busyTrace();
    const path = freshPath();
    const writer = await TraceWriter.create(path, busy.about, { force: false });
    for (const { seq, op, event } of busy.events()) if (seq <= 90) writer.append(seq, op, event);
    writer.abandon();
    const before = told(path);
    await index(path);
    expect(told(path)).toBe(before);
    reading(path, (trace) => {
      expect([trace.torn, trace.indexed, trace.hasKeyframes]).toEqual([true, true, true]);
    });
  });

  test("that fails half-way leaves the trace as it was", async () => {
    const path = await storedAt(busyTrace(), 10);
    const copy = freshPath();
    copyFileSync(path, copy);
    const before = told(path);
    const broken = new Sqlite(copy);
    // An op that the trace does not hold stops the replay.
    broken.exec("UPDATE op SET op = op + 1");
    broken.close();
    await expect(index(copy)).rejects.toThrow("and not an op that the trace holds");
    const mended = new Sqlite(copy);
    mended.exec("UPDATE op SET op = op - 1");
    mended.close();
    expect(told(copy)).toBe(before);
  });
});

describe("a change that failed is told as what it is", () => {
  const told = (code: string) => updateTrouble("a.gart", new SqliteError("no luck", code));
  test.each([
    [
      "BUSY",
      "a.gart is being written by someone else; try again when that is done",
      "ERR_FILE_IN_USE",
    ],
    [
      "BUSY_SNAPSHOT",
      "a.gart is being written by someone else; try again when that is done",
      "ERR_FILE_IN_USE",
    ],
    [
      "READONLY_DBMOVED",
      "cannot write a.gart: no permission; copy it to a folder of yours",
      "ERR_INPUT",
    ],
    ["CANTOPEN", "cannot write a.gart: no permission; copy it to a folder of yours", "ERR_INPUT"],
    ["FULL", "the disk is full: a.gart is as it was; free space and try again", "ERR_INPUT"],
    [
      "IOERR_FSYNC",
      "the disk refuses a write (SQLITE_IOERR_FSYNC): a.gart is as it was",
      "ERR_INPUT",
    ],
    ["CORRUPT", "cannot read a.gart (no luck): the file is damaged", "ERR_DAMAGED"],
  ])("SQLITE_%s: %s", (code, says, of) => {
    const error = told(`SQLITE_${code}`) as UserError;
    expect(error).toBeInstanceOf(UserError);
    expect([error.message.startsWith(says), error.code]).toEqual([true, of]);
  });

  test("or stays what it is where it is a bug", () => {
    const bug = new TypeError("x is undefined");
    expect(updateTrouble("a.gart", bug)).toBe(bug);
  });
});

describe("a mark", () => {
  test("has a name of 100 characters and 10,000 of words at most", async () => {
    const path = await storedAt(busyTrace(), 10);
    const mark = (name: number, text: number) =>
      addMark(path, { moment: 1, name: "n".repeat(name), text: "t".repeat(text) });
    await expect(mark(101, 1)).rejects.toThrow("a mark's name has at most 100 characters");
    await expect(mark(1, 10_001)).rejects.toThrow("a mark's words have at most 10000 characters");
    await mark(100, 10_000);
    expect(reading(path, (trace) => trace.marks().length)).toBe(1);
  });

  test("is sealed with the others, unless somebody changed these", async () => {
    const path = await storedAt(busyTrace(), 10);
    const troubles = () => reading(path, (trace) => [...trace.troubles()]);
    await addMark(path, { moment: 1, name: "one", text: "" });
    expect(troubles()).toEqual([]);
    const database = new Sqlite(path);
    database.exec("UPDATE mark SET text = 'another'");
    database.close();
    await addMark(path, { moment: 2, name: "two", text: "" });
    expect(troubles()).toEqual(["table mark is not as it was written"]);
  });
});

test("indexing tells how far it is every 2,048 events", async () => {
  const path = await storedAt(memoryTrace(busyTrace().about, flushes(4100)), 1e9);
  const told: number[] = [];
  await indexTrace(path, { start, at: (seq) => told.push(seq) });
  expect(told).toEqual([2048, 4096]);
  expect(reading(path, (trace) => trace.overview.zones().map(({ to }) => to))).toEqual(told);
});

test("keyframes in a form that this program does not read are as none", async () => {
  const path = await storedAt(busyTrace(), 10);
  const before = told(path);
  changeAndSeal(
    path,
    "UPDATE trace SET keyframes = '0 of another time'; UPDATE keyframe SET data = x'00'",
  );
  expect(reading(path, (trace) => trace.hasKeyframes)).toBe(false);
  expect(told(path)).toBe(before);
});
