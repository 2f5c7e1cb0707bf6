// open-trace.test.ts - who shows a trace keeps neither its recorder from ending it as one plain file, nor the file in memory.

import { existsSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openTrace } from "../../src/library/trace.ts";
import { OpenTrace } from "../../src/page/open-trace.ts";
import { PairFiles } from "../../src/page/pair-files.ts";
import { subjectAt } from "../../src/replay/subject.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { TraceWriter } from "../../src/store/write.ts";
import { gartrace } from "../cli/gartrace.ts";
import { freshFolder } from "../fresh-folder.ts";

test("a trace that is finished and whose writer still holds it is let go behind each question", async () => {
  const path = join(freshFolder(), "smoke.gart");
  expect((await gartrace(`record smoke -p xen-i386 -o ${path}`)).code).toBe(0);
  const writer = openSqlite(path);
  writer.pragma("journal_mode = WAL");
  // Only now it holds the log, which it would not remove otherwise.
  writer.exec("BEGIN IMMEDIATE; COMMIT");

  const shown = new OpenTrace("a", path);
  const pair = new PairFiles(path, path);
  expect(shown.use(({ trace }) => trace.torn)).toBe(false);
  expect(await pair.partners("a", 1, 2)).toHaveLength(2);
  writer.pragma("journal_mode = DELETE");
  writer.close();
  expect(existsSync(`${path}-wal`)).toBe(false);

  // Now it stays open: nobody else has to write.
  expect(shown.use(({ trace }) => trace.torn)).toBe(false);
  expect(await pair.partners("a", 1, 2)).toHaveLength(2);
  shown.close();
  pair.close();
});

test("a trace whose recorder is at work is let go behind each look, however much of it is still to be counted", async () => {
  const folder = freshFolder();
  const [source, growing] = [join(folder, "a.gart"), join(folder, "growing.gart")];
  expect((await gartrace(`record smoke -p xen-i386 -o ${source}`)).code).toBe(0);
  using whole = openTrace(source);
  const writer = await TraceWriter.create(growing, whole.about, { force: false });
  for (const { seq, op, event } of whole.events()) writer.append(seq, op, event);
  writer.land();

  const shown = new OpenTrace("a", growing);
  expect(shown.look()).toBe(false);
  expect(shown.isGrowing).toBe(true);
  expect(writer.finish().log).toBeNull();
  expect(readdirSync(folder)).toEqual(["a.gart", "growing.gart"]);

  // Nobody is at work on it now, and it stays open.
  while (!shown.look());
  expect(shown.isGrowing).toBe(false);
  shown.close();
});

test("a torn trace that nobody writes any more stays open", async () => {
  const folder = freshFolder();
  const [source, torn] = [join(folder, "a.gart"), join(folder, "torn.gart")];
  expect((await gartrace(`record smoke -p xen-i386 -o ${source}`)).code).toBe(0);
  using whole = openTrace(source);
  const writer = await TraceWriter.create(torn, whole.about, { force: false });
  for (const { seq, op, event } of whole.events({ to: 500 })) writer.append(seq, op, event);
  writer.abandon();
  const shown = new OpenTrace("a", torn);
  expect(shown.use(({ trace }) => trace.torn)).toBe(true);
  expect(shown.isGrowing).toBe(false);
  shown.close();
});

test("a trace that vanishes is missed with a sentence, and one that takes its place is another trace", async () => {
  const folder = freshFolder();
  const [path, other] = [join(folder, "a.gart"), join(folder, "b.gart")];
  expect((await gartrace(`record smoke -p xen-i386 -o ${path}`)).code).toBe(0);
  expect((await gartrace(`record smoke -p native-i386 -o ${other}`)).code).toBe(0);
  const shown = new OpenTrace("a", path);
  const platform = () => shown.use(({ trace }) => trace.about.platform);
  expect(platform()).toBe("xen-i386");
  renameSync(path, join(folder, "away.gart"));
  expect(platform).toThrow(/a\.gart is gone: it was moved or removed; put it back or serve it/);
  renameSync(other, path);
  expect(platform()).toBe("native-i386");
  shown.close();
});

test("a trace that is shown for long is not mapped into memory by what is looked up in it", async () => {
  const path = join(freshFolder(), "smoke.gart");
  expect((await gartrace(`record smoke -p xen-i386 -o ${path}`)).code).toBe(0);
  const shown = new OpenTrace("a", path);
  const found = shown.use(({ travel }) => [...travel.changes(subjectAt("gatt", 2))].length);
  expect(found).toBeGreaterThan(0);
  expect(readFileSync("/proc/self/maps", "utf8")).not.toContain(path);
  shown.close();
});
