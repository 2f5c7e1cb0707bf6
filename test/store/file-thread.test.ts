// file-thread.test.ts - a trace is the same, whoever writes its file: the recording itself, or a thread beside it.

import { createHash } from "node:crypto";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Recorded } from "../../src/event/vocabulary.ts";
import { JudgedSink } from "../../src/library/judged-sink.ts";
import { setupOf } from "../../src/library/recording.ts";
import { record } from "../../src/recorder/record.ts";
import { aboutRun } from "../../src/scenario/setup.ts";
import { TraceReader } from "../../src/store/read.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { BATCH } from "../../src/store/trace-file.ts";
import { TraceWriter } from "../../src/store/write.ts";
import { workloads } from "../../src/workload/index.ts";
import { freshFolder } from "../fresh-folder.ts";

const folder = freshFolder();
const program = new URL("../../dist/src/store/file-worker.js", import.meta.url);
const workload = workloads.find(({ name }) => name === "testgart")!;
const machine = { platform: "xen-i386", hooks: "legacy", chipset: null, lenientIoremap: true };
const setup = setupOf({ ...machine, workload, seed: 7, device: true });
const about = aboutRun(setup);
const begun = (path: string, thread: URL | null) =>
  TraceWriter.create(path, about, { force: true, thread });

/** A hash over every row of every table. */
function rowsOf(path: string): Record<string, string> {
  const database = openSqlite(path, { readonly: true });
  const tables = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .pluck()
    .all() as string[];
  const hashes = tables.map((name) => {
    const hash = createHash("sha256");
    for (const row of database.prepare(`SELECT * FROM "${name}"`).raw().iterate())
      hash.update(JSON.stringify(row));
    return [name, hash.digest("hex")];
  });
  database.close();
  return Object.fromEntries(hashes);
}

describe("a recording of several batches", () => {
  const paths = { alone: join(folder, "alone.gart"), beside: join(folder, "beside.gart") };
  /** What the writer gave while the batch was being written, and long after it. */
  const past: Record<string, (Recorded | undefined)[]> = {};

  beforeAll(async () => {
    for (const [name, path] of Object.entries(paths)) {
      const writer = await begun(path, name === "alone" ? null : program);
      const sink = new JudgedSink(writer, about);
      past[name] = [];
      for (const { events } of record(setup, sink))
        for (const seq of [1, 2, events - 1, events - 600, events - 3 * BATCH, events])
          past[name]!.push(writer.event(seq));
      writer.judged(sink.end()!);
      expect(writer.finish().events).toBeGreaterThan(4 * BATCH);
    }
  });

  test("leaves one plain file with the same rows in every table", () => {
    expect(readdirSync(folder).sort()).toEqual(["alone.gart", "beside.gart"]);
    expect(rowsOf(paths.beside)).toEqual(rowsOf(paths.alone));
  });

  test("has its past at hand, be it waiting, written or committed", () => {
    const reader = TraceReader.open(paths.alone);
    expect(past.beside).toEqual(past.alone);
    const known = past.alone!.filter((event) => event !== undefined);
    expect(known.length).toBeGreaterThan(50);
    for (const event of known) expect(event).toEqual(reader.event(event.seq));
    reader.close();
  });
});

describe("where the thread writes", () => {
  async function half(path: string): Promise<TraceWriter> {
    const writer = await begun(path, program);
    for (const { events } of record(setup, { take: (...taken) => writer.append(...taken) }))
      if (events > 2 * BATCH) break;
    return writer;
  }

  test("a recording that is cut off keeps every event in one plain file", async () => {
    const path = join(freshFolder(), "cut.gart");
    const writer = await half(path);
    writer.abandon();
    expect(existsSync(`${path}-wal`)).toBe(false);
    const reader = TraceReader.open(path);
    expect([reader.torn, reader.count]).toEqual([true, writer.taken]);
    reader.close();
  });

  test("what landed can be read while it goes on", async () => {
    const path = join(freshFolder(), "landed.gart");
    const writer = await half(path);
    writer.land();
    const { taken } = writer;
    await expect
      .poll(() => {
        const reader = TraceReader.open(path);
        const { count } = reader;
        reader.close();
        return count;
      })
      .toBe(taken);
    writer.abandon();
  });

  test("its failure is the recording's, in the same words", async () => {
    const path = join(freshFolder(), "gone.gart");
    const writer = await half(path);
    rmSync(path);
    expect(() => writer.finish()).toThrow(`${path} was removed or replaced while it was written`);
  });
});
