// about.test.ts - what a trace says of itself is checked, and damage there is told by its column.

import { copyFileSync } from "node:fs";
import Sqlite from "better-sqlite3";
import { beforeAll, describe, expect, test } from "vitest";
import { DamagedTrace } from "../../src/fault.ts";
import { TraceReader } from "../../src/store/read.ts";
import { TraceWriter } from "../../src/store/write.ts";
import { changeAndSeal } from "./changed.ts";
import { about, freshPath, reading, record } from "./sample.ts";

let recorded: string;
beforeAll(async () => {
  recorded = (await record([])).path;
});

/** The trace's own words, after its row was changed. */
function aboutAfter(change: string) {
  const path = freshPath();
  copyFileSync(recorded, path);
  changeAndSeal(path, change);
  const reader = TraceReader.open(path);
  const { about } = reader;
  const told = { ...about, operations: about.operations };
  reader.close();
  return told;
}

describe("the row of a trace", () => {
  test.each([
    ["seed = 9007199254740992", "seed", "expected a whole number below 2^53"],
    ["events = 9007199254740992", "events", "expected a whole number below 2^53"],
    ["indexed = -9007199254740992", "indexed", "expected a whole number below 2^53"],
    ["parent_seq = 9007199254740992", "parent_seq", "expected a whole number below 2^53"],
    ["phys_is_machine = 2", "phys_is_machine", "expected 0 or 1"],
    ["finished = 7", "finished", "expected 0 or 1"],
    ["source = 'dreamt'", "source", "expected one of simulated, imported"],
    ["options = '{'", "options", ""],
    ["options = '[]'", "options", "it is no record"],
    [`options = '{"seed":[]}'`, "options.seed", "expected true, false, a number or a text"],
  ])("with %s is told by its column", (set, column, says) => {
    const opening = () =>
      aboutAfter(`PRAGMA ignore_check_constraints = ON; UPDATE trace SET ${set}`);
    expect(opening).toThrow(DamagedTrace);
    expect(opening).toThrow(`table trace, column ${column}: ${says}`);
  });

  test("that is missing is told", () => {
    expect(() => aboutAfter("DELETE FROM trace")).toThrow("table trace: its row is missing");
  });

  test("is given as it was recorded", () => {
    expect(aboutAfter("SELECT 1")).toEqual(about);
    const { parent } = aboutAfter("UPDATE trace SET parent = 'a.gart', parent_seq = 7");
    expect(parent).toEqual({ trace: "a.gart", moment: 7 });
    expect(aboutAfter("UPDATE trace SET parent = 'a.gart'").parent!.moment).toBe(0);
  });

  test("has its virt base whole, and says whether physical addresses are the machine's", () => {
    const change = "UPDATE trace SET virt_base = -1, phys_is_machine = 1, source = 'imported'";
    expect(aboutAfter(change)).toMatchObject({
      ...{ virtBase: 2n ** 64n - 1n, physIsMachine: true, source: "imported" },
    });
  });
});

describe("what its workload asked for", () => {
  /** A copy of the trace that somebody changed. */
  function changed(change: string): string {
    const path = freshPath();
    copyFileSync(recorded, path);
    const database = new Sqlite(path);
    database.exec(change);
    database.close();
    return path;
  }

  test("is null where the trace does not say it", async () => {
    const path = freshPath();
    const unknown = { ...about, operations: null };
    (await TraceWriter.create(path, unknown, { force: false })).finish();
    expect(reading(path, (trace) => trace.about.operations)).toBeNull();
  });

  test.each([
    ["is another", "UPDATE workload SET operations = '[]'", "it is not as it was written"],
    ["is gone", "DELETE FROM workload", "it is not as it was written"],
    ["has no checksum", "DELETE FROM checksum WHERE part = 'workload'", "it has no checksum"],
  ])("and %s is told to who asks for it, and to nobody else", (_, change, says) => {
    reading(changed(change), (trace) => {
      expect(trace.about.workload).toBe(about.workload);
      expect(() => trace.about.operations).toThrow(`table workload: ${says}`);
    });
  });

  test("is known of a torn trace, which has no checksums yet", async () => {
    const path = freshPath();
    (await TraceWriter.create(path, about, { force: false })).abandon();
    expect(reading(path, (trace) => trace.about.operations)).toBe(about.operations);
  });
});
