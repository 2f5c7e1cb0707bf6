// search.test.ts - a search in a file finds what looking at every event finds, with and without what is kept.

import Sqlite from "better-sqlite3";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { families, subjectCode } from "../../src/event/field.ts";
import type { Search } from "../../src/event/trace.ts";
import { actors, type Recorded } from "../../src/event/vocabulary.ts";
import { changing } from "../../src/machine/apply.ts";
import { seal } from "../../src/store/checksums.ts";
import { TraceReader } from "../../src/store/read.ts";
import { matches } from "../memory-trace.ts";
import { busyTrace } from "../replay/busy.ts";
import { storedAt } from "../replay/stored.ts";

const busy = busyTrace();
const events: readonly Recorded[] = [...busy.events()];
const files: TraceReader[] = [];

/** The same events with a keyframe every so many of them, and no index if `bare`. */
async function file(spacing: number, bare: boolean): Promise<TraceReader> {
  const path = await storedAt(busy, spacing);
  if (bare) {
    const database = new Sqlite(path);
    database.exec("UPDATE trace SET indexed = NULL");
    seal(database, ["trace"]);
    database.close();
  }
  return TraceReader.open(path);
}

beforeAll(async () => {
  for (const spacing of [1, 5, 32, 1e9])
    files.push(await file(spacing, false), await file(spacing, true));
});
afterAll(() => {
  for (const file of files) file.close();
});

/** Numbers of subjects that the trace is about, and others. */
const number = fc.constantFrom(0, 1, 0x1000, 0x1001, 0x1002, 0x80000, 0x80001, 0xd0800, 0x99999);
const family = fc.constantFrom(...families);
const seq = fc.integer({ min: -1, max: busy.count + 2 });
const kinds = fc.uniqueArray(fc.constantFrom(...new Set(events.map(({ event }) => event.kind))), {
  minLength: 1,
  maxLength: 6,
});
const wanted: fc.Arbitrary<Search> = fc.record(
  {
    from: seq,
    to: seq,
    backwards: fc.boolean(),
    subject: fc.tuple(family, number).map(([of, n]) => subjectCode(of, n)),
    subjects: fc.tuple(family, number, number).map(([of, a, b]) => ({
      first: subjectCode(of, Math.min(a, b)),
      last: subjectCode(of, Math.max(a, b)),
    })),
    phys: fc.tuple(number, number).map(([a, b]) => ({
      first: Math.min(a, b) * 4096,
      last: Math.max(a, b) * 4096,
    })),
    wide: fc.boolean(),
    kinds: fc.oneof(kinds, fc.constant(changing)),
    actor: fc.constantFrom(...actors),
    op: fc.constantFrom(0, 1),
    unproven: fc.boolean(),
  },
  { requiredKeys: ["from", "to"] },
);

test("whatever is looked for, in whatever file, is found, and nothing else", () => {
  fc.assert(
    fc.property(wanted, (search) => {
      const found = events.filter((recorded) => matches(recorded, search)).map((one) => one.seq);
      if (search.backwards) found.reverse();
      for (const file of files)
        expect([...file.search(search)].map((one) => one.seq)).toEqual(found);
    }),
    { numRuns: 400 },
  );
});

test("what is found comes with its texts", () => {
  for (const file of files)
    for (const backwards of [false, true]) {
      const found = [...file.search({ from: 1, to: busy.count, backwards })];
      expect(backwards ? found.reverse() : found).toEqual(events);
    }
});
