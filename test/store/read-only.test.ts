// read-only.test.ts - traces in a folder that cannot be written: read as they are, and nothing is put beside them.
//
// Apart, for a thread cannot change its user: mutants are judged in one.

import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Event } from "../../src/event/vocabulary.ts";
import { UserError } from "../../src/fault.ts";
import { stateAt } from "../../src/replay/replay.ts";
import { TraceReader } from "../../src/store/read.ts";
import { addMark } from "../../src/store/update.ts";
import { TraceWriter } from "../../src/store/write.ts";
import { about, freshPath, inReadOnlyFolder, reading, record } from "./sample.ts";

const called = (text: string): Event => ({ kind: "call.entered", actor: "driver", text });

describe("in a read-only folder", () => {
  test("a finished trace opens", async () => {
    const { path } = await record([called("a")]);
    await inReadOnlyFolder(dirname(path), () =>
      reading(path, (reader) => expect(reader.event(1)?.event).toEqual(called("a"))),
    );
  });

  test("a trace of the first format is read as it is", async () => {
    const path = freshPath();
    const bytes = gunzipSync(readFileSync("test/store/first-format.gart.gz"));
    writeFileSync(path, bytes);
    await inReadOnlyFolder(dirname(path), () =>
      reading(path, (trace) => expect(stateAt(trace, trace.count).moment).toBe(2145)),
    );
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test("a torn trace is refused with what to do", async () => {
    const path = freshPath();
    const writer = await TraceWriter.create(path, about, { force: false });
    writer.append(1, -1, called("a"));
    const killed = freshPath();
    for (const ending of ["", "-wal"]) copyFileSync(path + ending, killed + ending);
    writer.abandon();
    await inReadOnlyFolder(dirname(killed), () =>
      expect(() => TraceReader.open(killed)).toThrow(
        `${killed} is whole only together with ${killed}-wal, which a writer that was cut off left`,
      ),
    );
    reading(killed, (reader) => expect(reader.torn).toBe(true));
  });

  test("a mark is refused, and the trace is as it was", async () => {
    const { path } = await record([called("a")]);
    await inReadOnlyFolder(dirname(path), async () => {
      const mark = addMark(path, { moment: 1, name: null, text: "never" });
      await expect(mark).rejects.toThrow(`cannot write ${path}`);
    });
    expect(reading(path, (trace) => trace.marks())).toEqual([]);
  });

  test("a recording is refused by name", async () => {
    const path = freshPath();
    const create = () => TraceWriter.create(path, about, { force: false });
    await inReadOnlyFolder(dirname(path), async () => {
      await expect(create()).rejects.toThrow(UserError);
      await expect(create()).rejects.toThrow(`cannot write ${path}: EACCES: permission denied`);
    });
  });
});
