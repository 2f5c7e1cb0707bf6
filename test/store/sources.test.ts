// sources.test.ts - a trace keeps which files it was imported from, what became of their lines, and the lines themselves.

import { expect, test } from "vitest";
import { lineKeeper, readSources, writeSources } from "../../src/store/sources.ts";
import { emptyFile } from "./sample.ts";

const count = (name: string, read: number) =>
  ({ name, read, kept: read - 1, skipped: 1, lost: 0, why: "a tag of two words" }) as const;

test("files come in the order of the import, and their counts by how many there are", async () => {
  const database = await emptyFile();
  const counts = [count("agp_bind", 3), count("dma_map", 90), count("printk", 12)];
  writeSources(database, [
    { path: "z.log", format: "ftrace", lines: 105, counts },
    { path: "a.dmesg", format: "dmesg", lines: 7, counts: [count("agp_bind", 7)] },
    { path: "empty.log", format: "ftrace", lines: 0, counts: [] },
  ]);
  expect(readSources(database)).toEqual([
    {
      ...{ path: "z.log", format: "ftrace", lines: 105 },
      counts: [counts[1], counts[2], counts[0]],
    },
    { path: "a.dmesg", format: "dmesg", lines: 7, counts: [count("agp_bind", 7)] },
    { path: "empty.log", format: "ftrace", lines: 0, counts: [] },
  ]);
});

test("a simulated trace has none, and neither has one of a format without them", async () => {
  const database = await emptyFile();
  expect(readSources(database)).toEqual([]);
  writeSources(database, [{ path: "z.log", format: "ftrace", lines: 1, counts: [] }]);
  database.exec("DROP TABLE tally");
  expect(readSources(database)).toEqual([]);
});

test("a line is kept under the event that was made of it", async () => {
  const database = await emptyFile();
  const keep = lineKeeper(database);
  keep(2, { path: "z.log", number: 17, text: "Xorg-1: agp_bind" });
  keep(5, { path: "a.dmesg", number: 1, text: "[    0.1] agpgart" });
  expect(database.prepare("SELECT * FROM line ORDER BY seq").all()).toEqual([
    { seq: 2, path: "z.log", number: 17, text: "Xorg-1: agp_bind" },
    { seq: 5, path: "a.dmesg", number: 1, text: "[    0.1] agpgart" },
  ]);
});
