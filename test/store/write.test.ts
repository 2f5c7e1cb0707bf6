// write.test.ts - recording a trace file: what it refuses, what it leaves, what a crash leaves.

import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { mfn } from "../../src/address.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { UserError } from "../../src/fault.ts";
import { createFile } from "../../src/store/create.ts";
import { TraceReader } from "../../src/store/read.ts";
import { APPLICATION_ID, FORMAT } from "../../src/store/schema.ts";
import { TraceWriter } from "../../src/store/write.ts";
import { about, freshPath, record } from "./sample.ts";

const BATCH = 16384;
const call = (text: string): Event => ({ kind: "call.entered", actor: "driver", text });
const append = (writer: TraceWriter, from: number, to: number) => {
  for (let seq = from; seq <= to; seq++) writer.append(seq, -1, call(`call ${seq}`));
};
const create = (path: string, force = false) => TraceWriter.create(path, about, { force });

test("a finished trace is one plain file with the marks of its format", async () => {
  const { path } = await record([call("agp_bind_memory")]);
  expect(readdirSync(dirname(path))).toEqual(["run.gart"]);
  const database = new Sqlite(path, { readonly: true });
  expect(database.pragma("journal_mode", { simple: true })).toBe("delete");
  expect(database.pragma("application_id", { simple: true })).toBe(APPLICATION_ID);
  expect(Buffer.from(APPLICATION_ID.toString(16), "hex").toString()).toBe("GART");
  expect(database.pragma("user_version", { simple: true })).toBe(FORMAT);
  expect(FORMAT).toBe(12);
  database.close();
});

test("finishing tells the events and the digest that the file then holds", async () => {
  const path = freshPath();
  const writer = await create(path);
  append(writer, 1, 100);
  const { events, digest } = writer.finish();
  const reader = TraceReader.open(path);
  expect([reader.count, reader.digest, reader.torn]).toEqual([events, digest, false]);
  expect(events).toBe(100);
  reader.close();
});

test.each([1, 31, 32, 33, 100])("the texts of %i events are their own", async (count) => {
  const path = freshPath();
  const writer = await create(path);
  append(writer, 1, count);
  const { digest } = writer.finish();
  const reader = TraceReader.open(path);
  const texts = [...reader.events()].map(({ event }) => (event as { text?: string }).text);
  expect(texts).toEqual(Array.from({ length: count }, (_, i) => `call ${i + 1}`));
  expect(reader.recomputeDigest()).toBe(digest);
  reader.close();
});

test("an empty run is a whole trace", async () => {
  const { path, digest } = await record([]);
  const reader = TraceReader.open(path);
  expect([reader.count, reader.torn, [...reader.events()]]).toEqual([0, false, []]);
  expect(reader.recomputeDigest()).toBe(digest);
  reader.close();
});

test("an existing file is kept unless force is given", async () => {
  const path = freshPath();
  writeFileSync(path, "a letter");
  await expect(create(path)).rejects.toThrow(
    new UserError(`${path} exists; use --force to overwrite it`, "ERR_FILE_EXISTS"),
  );
  writeFileSync(`${path}-wal`, "what an older recording left");
  const writer = await create(path, true);
  append(writer, 1, 3);
  writer.finish();
  expect(readdirSync(dirname(path))).toEqual(["run.gart"]);
  const reader = TraceReader.open(path);
  expect(reader.count).toBe(3);
  reader.close();
});

test("a folder and a missing folder are refused by name", async () => {
  const path = freshPath();
  mkdirSync(path);
  await expect(create(path, true)).rejects.toThrow(`${path} is a folder; name a file in it`);
  await expect(create(`${path}/no/run.gart`)).rejects.toThrow(`no folder ${path}/no`);
});

test("what a killed recorder leaves is a torn trace up to its last whole batch", async () => {
  const path = freshPath();
  const writer = await create(path);
  append(writer, 1, BATCH + 1000);
  expect(writer.committed).toBe(BATCH);
  // A process that is killed leaves its files as they are at this moment.
  const killed = freshPath();
  for (const ending of ["", "-wal"]) copyFileSync(path + ending, killed + ending);
  const reader = TraceReader.open(killed);
  expect([reader.torn, reader.count, reader.digest]).toEqual([true, BATCH, null]);
  expect([...reader.events()].at(-1)).toEqual({ seq: BATCH, op: -1, event: call(`call ${BATCH}`) });
  reader.close();
  writer.abandon();
});

test("a recorder killed before its first batch leaves a torn trace without events", async () => {
  const path = freshPath();
  const writer = await create(path);
  append(writer, 1, 10);
  const killed = freshPath();
  for (const ending of ["", "-wal"]) copyFileSync(path + ending, killed + ending);
  const reader = TraceReader.open(killed);
  expect([reader.torn, reader.count, [...reader.events()]]).toEqual([true, 0, []]);
  expect(reader.about).toEqual(about);
  reader.close();
  writer.abandon();
});

test("an abandoned recording keeps all its events in one plain file that is torn", async () => {
  const path = freshPath();
  const writer = await create(path);
  append(writer, 1, 70);
  writer.abandon();
  expect(writer.committed).toBe(70);
  writer.abandon();
  expect(readdirSync(dirname(path))).toEqual(["run.gart"]);
  const reader = TraceReader.open(path);
  expect([reader.torn, [...reader.events()].length]).toEqual([true, 70]);
  reader.close();
});

test("events that land are read by others before a batch is full", async () => {
  const path = freshPath();
  const writer = await create(path);
  append(writer, 1, 10);
  writer.land();
  expect(writer.committed).toBe(10);
  const reader = TraceReader.open(path);
  expect([reader.torn, reader.count]).toEqual([true, 10]);
  reader.close();
  writer.land();
  writer.finish();
  writer.land();
});

test("an event that was taken is given back, written or not, and any other is not there", async () => {
  const writer = await create(freshPath());
  append(writer, 1, BATCH + 5);
  writer.land();
  for (const seq of [1, BATCH, BATCH + 5])
    expect(writer.event(seq)).toEqual({ seq, op: -1, event: call(`call ${seq}`) });
  expect([0, BATCH + 6].map((seq) => writer.event(seq))).toEqual([undefined, undefined]);
  writer.abandon();
});

test("a full disk costs the batch under way and says what the file holds", async () => {
  const path = freshPath();
  const database = await createFile(path, about, { force: false });
  const pages = database.pragma("page_count", { simple: true }) as number;
  database.pragma(`max_page_count = ${pages + 400}`);
  const writer = new TraceWriter(path, database, about);
  const { message, name } = thrownBy(() => append(writer, 1, 100 * BATCH));
  const held = writer.committed;
  expect(held).toBeGreaterThan(0);
  expect(held % BATCH).toBe(0);
  expect(name).toBe("UserError");
  expect(message).toBe(
    `the disk is full: ${path} holds the events up to #${held}; ` +
      "free space and record again with --force",
  );
  writer.abandon();
  const reader = TraceReader.open(path);
  expect([reader.torn, reader.count]).toEqual([true, held]);
  reader.close();
});

test("a disk full only when the index is made leaves every event and no finish mark", async () => {
  const path = freshPath();
  const database = await createFile(path, about, { force: false });
  const writer = new TraceWriter(path, database, about);
  for (let seq = 1; seq <= BATCH; seq++)
    writer.append(seq, -1, {
      kind: "cpu.wrote",
      actor: "cpu",
      frame: mfn(seq),
      tag: 1,
      machine: 0 as never,
    });
  database.pragma(`max_page_count = ${database.pragma("page_count", { simple: true })}`);
  expect(thrownBy(() => writer.finish()).message).toContain(`up to #${BATCH}`);
  const reader = TraceReader.open(path);
  expect([reader.torn, reader.count]).toEqual([true, BATCH]);
  reader.close();
});

test("a trace that somebody reads while it is finished is whole all the same", async () => {
  const path = freshPath();
  const writer = await create(path);
  append(writer, 1, BATCH);
  const early = TraceReader.open(path);
  append(writer, BATCH + 1, BATCH + 5);
  writer.finish();
  expect([...early.events()].length).toBe(BATCH);
  early.close();
  const reader = TraceReader.open(path);
  expect([reader.torn, reader.count]).toEqual([false, BATCH + 5]);
  reader.close();
});

test("events out of order are a bug of the recorder", async () => {
  const writer = await create(freshPath());
  append(writer, 1, 2);
  expect(() => append(writer, 4, 4)).toThrow("invariant broken: event 4 follows event 2");
  writer.abandon();
});

test("an index of the subjects is there when the trace is finished, and not before", async () => {
  const indexed = (path: string) => {
    const database = new Sqlite(path, { readonly: true });
    const found = database.prepare("SELECT indexed FROM trace").pluck().get();
    database.close();
    return found;
  };
  const path = freshPath();
  const writer = await create(path);
  append(writer, 1, 10);
  expect(indexed(path)).toBe(null);
  writer.finish();
  expect(indexed(path)).toBe(10);
  expect(existsSync(`${path}-wal`)).toBe(false);
});

function thrownBy(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}
