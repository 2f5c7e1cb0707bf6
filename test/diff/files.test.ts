// files.test.ts - traces as files: ops that agree pass unread, and odd files are compared all the same.

import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answerOf } from "../../src/diff/comparison.ts";
import { compare } from "../../src/diff/diff.ts";
import { inMemory } from "../../src/diff/in-memory.ts";
import { columns } from "../../src/event/field.ts";
import { record } from "../../src/recorder/record.ts";
import { aboutRun, type Setup } from "../../src/scenario/setup.ts";
import { seal, sealedTables } from "../../src/store/checksums.ts";
import { TraceReader } from "../../src/store/read.ts";
import { TraceWriter } from "../../src/store/write.ts";
import { parseWorkload } from "../../src/workload/workload.ts";
import { alloc, bind, free, init, maxOrder, unbind } from "../driver-run.ts";
import { setupOf, workloadOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";
import { imported, pathOf, setupLike } from "../recordings.ts";
import { freshPath } from "../store/sample.ts";

const workload = workloadOf(maxOrder(1), init, alloc(0, 3), bind(0, 2), unbind(0), free(0));
const REACHED = columns.indexOf("reached");
const open: TraceReader[] = [];
afterAll(() => {
  for (const trace of open) trace.close();
});

/** Records into a file; `change` may do something to it before it is read. */
async function stored(
  setup: Setup,
  change: (database: Sqlite.Database) => void = () => {},
): Promise<TraceReader> {
  const path = freshPath();
  const writer = await TraceWriter.create(path, aboutRun(setup), { force: false });
  for (const _ of record(setup, { take: (seq, op, event) => writer.append(seq, op, event) }));
  writer.finish();
  const database = new Sqlite(path);
  change(database);
  database.close();
  const trace = TraceReader.open(path);
  open.push(trace);
  return trace;
}

const setup = (words: string, other: Partial<Setup> = {}): Setup =>
  setupOf(words, { workload, ...other });
const lenient = setup("xen-i386 legacy", { lenientIoremap: true });
let [native, xen, legacy]: TraceReader[] = [];
beforeAll(async () => {
  [native, xen, legacy] = await Promise.all([
    stored(setup("native-i386 gart")),
    stored(setup("xen-i386 gart")),
    stored(lenient),
  ]);
});

describe("ops that agree by signature", () => {
  test("are not read, and count as alike", () => {
    const { first, unread, counts } = compare(native!, xen!);
    expect(first).toBeNull();
    expect(unread).toEqual({ ops: 6, events: native!.count + xen!.count });
    expect(counts.same).toBe(0);
  });

  test("are read where somebody asks, with the same answer", () => {
    const { first, unread, counts } = compare(native!, xen!, { readAll: true });
    expect(first).toBeNull();
    expect(unread.ops).toBe(0);
    expect(counts["same after translation"]).toBeGreaterThan(20);
  });

  test("and are passed over do not hide whose pages later ops mean, nor where addresses came from", () => {
    const told = ({ readAll }: { readAll: boolean }) => {
      const { first, firstDevice, causes, counts } = compare(xen!, legacy!, { readAll });
      const { same: _, "same after translation": __, ...parted } = counts;
      return { first, firstDevice, causes, parted };
    };
    expect(compare(xen!, legacy!).unread.ops).toBe(4);
    expect(told({ readAll: false })).toEqual(told({ readAll: true }));
  });
});

test("a trace and itself are alike, to the last number too", () => {
  expect(compare(xen!, xen!).unread.ops).toBe(6);
  expect(compare(xen!, xen!, { exact: true }).first).toBeNull();
});

test("a trace that gives its kinds other codes and signs nothing is read as it means", async () => {
  const renumbered = await stored(setup("xen-i386 gart"), (database) => {
    database.exec("DROP INDEX IF EXISTS event_subject");
    const count = database.prepare("SELECT count(*) FROM kind").pluck().get() as number;
    database.exec(`
      UPDATE kind SET name = name || '?';
      UPDATE kind SET code = code + 1000;
      UPDATE kind SET code = (code - 1000 + 7) % ${count}, name = rtrim(name, '?');
      UPDATE event SET kind = (kind + 7) % ${count};
      UPDATE op SET signature = NULL;`);
    seal(database, sealedTables(database));
  });
  expect(compare(xen!, renumbered, { exact: true }).first).toBeNull();
  expect(compare(renumbered, legacy!).first).toEqual(compare(xen!, legacy!).first);
});

test("a trace of the first format is read op by op, and is that of the same run today", async () => {
  const path = freshPath();
  writeFileSync(path, gunzipSync(readFileSync("test/store/first-format.gart.gz")));
  const old = TraceReader.open(path);
  open.push(old);
  const operations = parseWorkload(old.about.operations!, path);
  const again = recorded(setup("xen-i386 legacy", { lenientIoremap: true, workload: operations }));
  const { unread, counts, first } = compare(old, again, { exact: true });
  expect([unread.ops, first]).toEqual([0, null]);
  expect(counts.same).toBeGreaterThan(2000);
  const right = recorded(setup("xen-i386 gart", { workload: operations }));
  expect(compare(right, old).first?.class).toBe("wrong-space");
});

test("a trace without an event has no op to compare with, and nothing of it and another such is known", () => {
  const empty = inMemory(xen!.about, []);
  expect(compare(empty, empty).first).toBeNull();
  expect(answerOf(compare(empty, empty))).toBe("undecided");
  const { counts, first } = compare(empty, xen!);
  expect(counts).toMatchObject({ extra: 6, missing: 0 });
  expect(first).toMatchObject({ facts: [{ fact: "operation", a: null }] });
});

describe("a recording beside a simulated trace", () => {
  const name = "xen-i386.gart.intel-440bx.fallback";
  test("is alike where it says something, and what it does not say is unknown", async () => {
    const real = await imported(pathOf(name));
    const here = recorded(setupLike(name));
    expect(compare(here, real).first).toBeNull();
    const silent = {
      ...real,
      rows: function* (from: number, to: number) {
        // As if the importer could not tell where hardware gets with a number.
        for (const { rows, notes } of real.rows(from, to))
          yield { rows: rows.map((row) => row.with(REACHED, null)), notes };
      },
    };
    const wrong = recorded({ ...setupLike(name.replace("gart", "legacy")), lenientIoremap: true });
    const { unknown, counts } = compare(wrong, silent);
    expect(unknown).toBeGreaterThan(0);
    expect(counts["wrong-space"]).toBe(0);
  });
});
