// repair.test.ts - a mended trace has all that follows from its events; the file that was there is kept beside it.

import { existsSync, linkSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { gunzipSync } from "node:zlib";
import Sqlite from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { State } from "../../src/machine/state.ts";
import { natureOf } from "../../src/replay/replay.ts";
import { TraceReader } from "../../src/store/read.ts";
import { repair } from "../../src/store/repair.ts";
import { busyTrace } from "../replay/busy.ts";
import { storedAt } from "../replay/stored.ts";
import { freshPath, reading } from "./sample.ts";

const mended = (path: string) =>
  repair(path, { start: (about) => new State(natureOf(about)), spacing: 8 });

/** What is said of a trace that somebody changed, once it was mended. */
async function mendedAfter(change: string) {
  const path = await storedAt(busyTrace(), 8);
  const database = new Sqlite(path);
  database.exec(change);
  database.close();
  const damaged = readFileSync(path);
  const kept = await mended(path);
  expect(readFileSync(kept).equals(damaged)).toBe(true);
  return reading(path, (trace) => {
    const proof = trace.proof();
    const state = new State(natureOf(trace.about));
    const ops = [...trace.ops()].map(({ op, first, last }) => [op, first, last]);
    for (const stored of trace.eventsWithRows()) {
      state.op = -1;
      proof.see(stored, state);
    }
    return { ops, troubles: [...trace.troubles()], index: proof.end().index, digest: trace.digest };
  });
}

describe("what is mended", () => {
  test.each([
    ["a list of the index that is gone", "DELETE FROM posting"],
    ["keyframes that are others", "UPDATE keyframe SET data = x'00'"],
    ["where an op begins", "UPDATE op SET first_seq = 3, further = 5"],
    ["where an op ends", "UPDATE op SET further = NULL"],
    ["a view that is another", "DROP VIEW events; CREATE VIEW events AS SELECT 1"],
    ["a view that is gone", "DROP VIEW ops"],
    ["a table of somebody's own", "CREATE TABLE own (a)"],
    ["a judgement of somebody's own", "INSERT INTO wrong_event VALUES (3, NULL, NULL, NULL)"],
  ])("is %s", async (_, change) => {
    const sound = await mendedAfter("");
    expect(sound).toMatchObject({ troubles: [], index: true, ops: [[0, 1, busyTrace().count]] });
    expect(await mendedAfter(change)).toEqual(sound);
  });

  test("is a trace without keyframes and judgement, which has them then", async () => {
    const path = await storedAt(busyTrace(), 1e9);
    await mended(path);
    reading(path, (trace) => {
      expect(trace.hasKeyframes).toBe(true);
      expect(trace.restore(new State(natureOf(trace.about)), trace.count)).toBe(56);
      expect(trace.judged!.judgement.kinds["op.began"]).toBe(1);
    });
  });
});

describe("a trace of an older format", () => {
  const older = (format: number, change: string): string => {
    const path = freshPath();
    writeFileSync(path, gunzipSync(readFileSync(`traces/formats/format-${format}.gart.gz`)));
    const database = new Sqlite(path);
    database.exec(change);
    database.close();
    return path;
  };
  const torn = "UPDATE trace SET finished = 0, digest = NULL, events = NULL";

  test.each([
    [7, "is whole", ""],
    [7, "is torn", torn],
    [10, "is whole", ""],
    [10, "is torn", `${torn}; DELETE FROM checksum`],
    [7, "lacks a view", "DROP VIEW ops"],
    [9, "has another view", "DROP VIEW events; CREATE VIEW events AS SELECT 1"],
  ])("of format %i that %s is mended with all its checksums", async (format, _, change) => {
    const path = older(format, change);
    await mended(path);
    reading(path, (trace) => {
      const isTorn = change.startsWith(torn);
      expect([trace.torn, trace.indexed, trace.hasKeyframes]).toEqual([isTorn, true, true]);
      expect([...trace.troubles()]).toEqual([]);
      expect(trace.about.operations).toMatch(/^{"workload":"stale-gart-tlb"/);
    });
  });

  test("whose own row somebody changed is not mended, for nothing tells what it was", async () => {
    const path = older(10, "UPDATE trace SET hooks = 'none'");
    await expect(mended(path)).rejects.toThrow("table trace: it is not as it was written");
  });
});

describe("the file that was there", () => {
  test("is kept under a name that nobody has", async () => {
    const path = await storedAt(busyTrace(), 8);
    writeFileSync(`${path}.damaged`, "a letter");
    writeFileSync(`${path}.damaged.2`, "another");
    const before = readFileSync(path);
    expect(await mended(path)).toBe(`${path}.damaged.3`);
    expect(await mended(path)).toBe(`${path}.damaged.4`);
    expect(readFileSync(`${path}.damaged`, "utf8")).toBe("a letter");
    expect(readFileSync(`${path}.damaged.3`).equals(before)).toBe(true);
  });

  test("stays as it is where it cannot be mended, and nothing is left beside it", async () => {
    const path = await storedAt(busyTrace(), 8);
    const database = new Sqlite(path);
    database.exec("DELETE FROM event WHERE seq = 5");
    database.close();
    const before = readFileSync(path);
    await expect(mended(path)).rejects.toThrow("event #5");
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(dirname(path))).toEqual(["run.gart"]);
  });

  test("that is no trace is refused for what it is", async () => {
    const path = freshPath();
    writeFileSync(path, "a letter ".repeat(200));
    await expect(mended(path)).rejects.toThrow("it is no SQLite file");
    expect(existsSync(`${path}.damaged`)).toBe(false);
  });

  test("keeps its other names, of which none leads to the mended one", async () => {
    const path = await storedAt(busyTrace(), 8);
    linkSync(path, `${path}.mine`);
    const before = readFileSync(path);
    await mended(path);
    expect(readFileSync(`${path}.mine`).equals(before)).toBe(true);
    TraceReader.open(path).close();
  });
});
