// read.test.ts - what goes into a trace comes out again; a file that is none is refused by name.

import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import Sqlite from "better-sqlite3";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bus, pfn } from "../../src/address.ts";
import { namedDevice } from "../../src/event/device-name.ts";
import type { Event, KindName, Recorded } from "../../src/event/vocabulary.ts";
import { UserError } from "../../src/fault.ts";
import { TraceReader } from "../../src/store/read.ts";
import { FORMAT } from "../../src/store/schema.ts";
import { TraceWriter } from "../../src/store/write.ts";
import { VERSION } from "../../src/version.ts";
import { changeAndSeal } from "./changed.ts";
import { about, everyKind, freshPath, reading, record } from "./sample.ts";

const began = (op: number): Event => ({
  kind: "op.began",
  actor: "workload",
  op,
  name: "bind",
  arguments: { slot: op, pages: [1, 2] },
});
const ended = (op: number): Event => ({
  kind: "op.ended",
  actor: "workload",
  op,
  result: { errno: -1 - op },
});
const called = (text: string): Event => ({ kind: "call.entered", actor: "driver", text });

test("events of every kind come out as they went in, and the digest is theirs", async () => {
  await fc.assert(
    fc.asyncProperty(everyKind, async (events) => {
      const { path, digest } = await record(events);
      reading(path, (reader) => {
        const read = [...reader.events()];
        expect(read.map(({ event }) => event)).toEqual(events);
        expect(read.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
        expect(reader.recomputeDigest()).toBe(digest);
        for (const each of read) expect(reader.event(each.seq)).toEqual(each);
      });
    }),
    { numRuns: 20 },
  );
});

test("a trace says of itself what it was told, and which gartrace wrote it", async () => {
  const { path } = await record([]);
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  reading(path, (reader) => {
    expect(reader.about).toEqual(about);
    expect(reader.version).toBe(version);
    expect(VERSION).toBe(version);
  });
});

test("an imported trace without options keeps its origin and its nulls", async () => {
  const path = freshPath();
  const imported = {
    ...about,
    operations: null,
    options: {},
    virtBase: 0n,
    physIsMachine: true,
    source: "imported",
    origin: "ftrace of linux 6.1",
  } as const;
  (await TraceWriter.create(path, imported, { force: false })).finish();
  reading(path, (reader) => expect(reader.about).toEqual(imported));
});

test("any stretch of a long trace can be read, notes and ops included", async () => {
  const events = Array.from({ length: 5000 }, (_, i): Event => {
    if (i % 50 === 10) return began(Math.floor(i / 50));
    if (i % 50 === 40) return ended(Math.floor(i / 50));
    return i % 3 === 0
      ? called(`call ${i}`)
      : { kind: "tlb.flushed", actor: "driver", which: "gart" };
  });
  const { path } = await record(events);
  reading(path, (reader) => {
    const all = [...reader.events()];
    expect(all.map(({ event }) => event)).toEqual(events);
    expect(all[20]!.op).toBe(0);
    expect(all[45]!.op).toBe(-1);
    const part = (from: number, to?: number): Recorded[] => [...reader.events(from, to)];
    expect(part(1000, 3100)).toEqual(all.slice(999, 3100));
    expect(part(4990)).toEqual(all.slice(4989));
    expect(part(41, 41)).toEqual([all[40]]);
    expect(part(-5, 2)).toEqual(all.slice(0, 2));
    expect(part(5001)).toEqual([]);
    expect(reader.event(0)).toBeUndefined();
    expect(reader.event(5001)).toBeUndefined();
  });
});

test("several readings of one trace run side by side", async () => {
  const { path } = await record([began(1), called("a"), ended(1), began(2), called("b")]);
  reading(path, (reader) => {
    const slow = reader.events();
    slow.next();
    const inOps = [...reader.ops()].map((op) => [...reader.events(op.first, op.last ?? undefined)]);
    expect(inOps.map((events) => events.length)).toEqual([3, 2]);
    expect(slow.next().value).toEqual({ seq: 2, op: 1, event: called("a") });
  });
});

test("ops are listed with what was asked, what came of it and the events they span", async () => {
  const { path } = await record([called("probe"), began(1), ended(1), began(2), called("x")]);
  reading(path, (reader) =>
    expect([...reader.ops()]).toMatchObject([
      {
        op: 1,
        name: "bind",
        arguments: { slot: 1, pages: [1, 2] },
        result: { errno: -2 },
        first: 2,
        last: 3,
        signature: expect.stringMatching(/^[0-9a-f]{16}$/),
      },
      {
        op: 2,
        name: "bind",
        arguments: { slot: 2, pages: [1, 2] },
        result: null,
        first: 4,
        last: null,
        signature: null,
      },
    ]),
  );
});

const refused = (path: string): string => {
  let message = "";
  expect(() => {
    try {
      TraceReader.open(path).close();
    } catch (error) {
      message = (error as Error).message;
      throw error;
    }
  }).toThrow(UserError);
  return message;
};

test("a file that is no trace is refused for what it is", async () => {
  const path = freshPath();
  expect(refused(path)).toBe(`no such file: ${path}`);
  mkdirSync(path);
  expect(refused(path)).toBe(`${path} is a folder, not a trace`);
  const text = freshPath();
  writeFileSync(text, "one event after the other, as text ".repeat(100));
  expect(refused(text)).toBe(`${text} is not a trace: it is no SQLite file`);
  const empty = freshPath();
  writeFileSync(empty, "");
  expect(refused(empty)).toBe(`${empty} is empty, not a trace`);
  const other = freshPath();
  new Sqlite(other).exec("CREATE TABLE event (seq)").close();
  expect(refused(other)).toBe(`${other} is an SQLite file, but not a trace`);
});

test("a trace of a newer format or with kinds of a newer gartrace is refused", async () => {
  const { path } = await record([called("a")]);
  changeAndSeal(path, "UPDATE kind SET name = 'moon.risen' WHERE name = 'fault.raised'");
  const database = new Sqlite(path);
  expect(refused(path)).toContain("kind 'moon.risen' that this gartrace does not know");
  database.pragma(`user_version = ${FORMAT + 1}`);
  database.close();
  expect(refused(path)).toBe(
    `${path} was written by gartrace ${VERSION} (format ${FORMAT + 1}); this is gartrace ${VERSION}, ` +
      `which reads up to format ${FORMAT}: update gartrace`,
  );
});

test("a trace of which a name is missing is refused as damaged", async () => {
  const { path } = await record([called("a"), { ...called("b"), place: "agp_bind_memory" }]);
  changeAndSeal(path, "UPDATE place SET code = 1");
  expect(refused(path)).toContain("table place: code 0 is missing");
});

describe("events are damaged", () => {
  const allocated = { kind: "page.freed", actor: "kernel", allocation: pfn(1) } as const;
  const size = (bytes: number): Event => ({
    ...allocated,
    by: "free_pages",
    use: "agp",
    size: bytes,
  });
  const readAfter = async (change: string) => {
    const { path } = await record([size(4096), called("a"), size(4096), called("b")]);
    changeAndSeal(path, change);
    return reading(path, (trace) => [...trace.events()].length);
  };

  test("where one is about more pages than a machine has", async () => {
    await expect(readAfter(`UPDATE event SET size = ${2 ** 36 + 1} WHERE seq = 3`)).rejects.toThrow(
      "event #3, column size: 68719476737 bytes are more than",
    );
    expect(await readAfter(`UPDATE event SET size = ${2 ** 36} WHERE seq = 3`)).toBe(4);
  });

  test.each([
    [
      "the first",
      "DELETE FROM event WHERE seq = 1",
      "event #2, column seq: the first event of a trace is #1",
    ],
    [
      "one of them",
      "DELETE FROM event WHERE seq = 2",
      "event #2, column seq: the event is missing",
    ],
    [
      "the last",
      "DELETE FROM event WHERE seq = 4",
      "column events: 4 are said, the last one is #3",
    ],
    [
      "none, of which one has a number that no file has room for",
      "UPDATE event SET seq = 9007199254740991 WHERE seq = 4",
      "the file has no room for so many events",
    ],
  ])("where %s is missing", async (_, change, says) => {
    await expect(readAfter(change)).rejects.toThrow(says);
  });
});

test("a trace keeps the names of its devices that are on no PCI bus", async () => {
  const device = namedDevice("3f000000.mmc");
  const mapped = (device: number): Event => ({
    ...({ kind: "dma.mapped", actor: "kernel", handle: bus(8), direction: "coherent" } as const),
    ...{ bus: bus(8), size: 1, device },
  });
  const { path } = await record([mapped(device), mapped(0x700), mapped(device)]);
  reading(path, (trace) =>
    expect(trace.about.options).toEqual({ ...about.options, devices: "3f000000.mmc" }),
  );
});

test("a mark beyond the trace, or at no moment, is damage", async () => {
  const { path } = await record([called("a")]);
  const insert = (moment: number) =>
    changeAndSeal(path, `DELETE FROM mark; INSERT INTO mark (seq, text) VALUES (${moment}, '')`);
  for (const moment of [0, 1]) {
    insert(moment);
    reading(path, (trace) => expect(trace.marks()).toEqual([{ moment, name: null, text: "" }]));
  }
  for (const moment of [-1, 2]) {
    insert(moment);
    const marks = () => reading(path, (trace) => trace.marks());
    expect(marks).toThrow(`table mark, column seq: ${moment} is no moment of the trace`);
  }
});

test("SQL is run with triggers of a file's own, which a question does not set off, and with no other strangers", async () => {
  const { path } = await record([called("a")]);
  const asked = () => reading(path, (trace) => [...trace.query("SELECT 7").rows]);
  changeAndSeal(path, "CREATE TRIGGER own AFTER INSERT ON mark BEGIN SELECT 1; END");
  expect(asked()).toEqual([[7n]]);
  changeAndSeal(path, "CREATE VIEW own AS SELECT 1");
  expect(asked).toThrow("its schema: it has a view 'own' of its own, which no SQL is run with");
});

test("rows of some kinds, or of all, come with the notes of their stretch", async () => {
  const { path } = await record(
    Array.from(
      { length: 1500 },
      (_, i) =>
        (i % 2
          ? called(`call ${i}`)
          : { kind: "tlb.flushed", actor: "cpu", which: "cpu" }) as Event,
    ),
  );
  reading(path, (trace) => {
    const seqs = (kinds?: KindName[]) =>
      [...trace.rows(3, 1400, kinds)].flatMap(({ rows }) => rows.map((row) => row[0]));
    const between = Array.from({ length: 1398 }, (_, i) => i + 3);
    expect(seqs()).toEqual(between);
    expect(seqs(["call.entered"])).toEqual(between.filter((seq) => seq % 2 === 0));
    const notes = [...trace.rows(3, 1400)].flatMap(({ notes }) => notes);
    expect(notes).toEqual(
      between.filter((seq) => seq % 2 === 0).map((seq) => [seq, `call ${seq - 1}`]),
    );
    expect(trace.cells(["kind", "seq"], 4, 5).map(([, seq]) => seq)).toEqual([4, 5]);
  });
});

test("a trace that lost its end is refused as damaged", async () => {
  const { path } = await record([called("a")]);
  truncateSync(path, 4096 * 3);
  expect(refused(path)).toContain("is damaged");
});
