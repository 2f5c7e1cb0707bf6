// recovery.test.ts - what a killed writer leaves beside a trace counts only where the trace is not whole without it.

import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { repairTrace } from "../../src/library/index-trace.ts";
import { recordTo, scenarioSetup } from "../../src/library/recording.ts";
import { TraceReader } from "../../src/store/read.ts";
import { leftBeside, lostLog } from "../../src/store/recovery.ts";
import { TraceWriter } from "../../src/store/write.ts";
import { about, freshPath } from "./sample.ts";

async function recorded(): Promise<string> {
  const path = freshPath();
  await recordTo(path, scenarioSetup("stale-gart-tlb", false), false);
  return path;
}

test("a journal with which SQLite has not begun to write into the trace is none", async () => {
  const path = await recorded();
  writeFileSync(`${path}-journal`, Buffer.alloc(512));
  expect(leftBeside(path)).toBeNull();
  TraceReader.open(path).close();
});

test("a journal that SQLite has begun to write with is rolled back", async () => {
  const path = await recorded();
  const sound = readFileSync(path);
  const writer = new Sqlite(path);
  writer.pragma("cache_size = 2");
  writer.exec("BEGIN IMMEDIATE; UPDATE event SET size = size; UPDATE event SET size = 7");
  const [journal, changed] = [readFileSync(`${path}-journal`), readFileSync(path)];
  writer.close();
  writeFileSync(path, changed);
  writeFileSync(`${path}-journal`, journal);
  expect(leftBeside(path)).toBe(`${path}-journal`);
  TraceReader.open(path).close();
  expect(existsSync(`${path}-journal`)).toBe(false);
  expect(readFileSync(path).equals(sound)).toBe(true);
});

test("a trace that is mended keeps the file that was there, each under a name of its own", async () => {
  const path = await recorded();
  const sound = readFileSync(path);
  const kept = [await repairTrace(path), await repairTrace(path)];
  expect(kept).toEqual([`${path}.damaged`, `${path}.damaged.2`]);
  expect(readFileSync(kept[0]!).equals(sound)).toBe(true);
  rmSync(kept[0]!);
  TraceReader.open(path).close();
});

test("of a torn trace that was copied without its log the log is missed, and of one that has it beside it is not", async () => {
  const path = freshPath();
  const writer = await TraceWriter.create(path, about, { force: false });
  const event = { kind: "tlb.flushed", actor: "cpu", place: "flush", which: "cpu" } as const;
  writer.append(1, -1, event);
  writer.land();
  const copy = freshPath();
  copyFileSync(path, copy);
  expect([lostLog(path), lostLog(copy)]).toEqual([null, `${copy}-wal`]);
  writer.abandon();
  expect(lostLog(path)).toBeNull();
});
