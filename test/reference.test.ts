// reference.test.ts - the judge: what is recorded here is what the real driver of 2005 did.

import { statSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compare } from "../src/diff/diff.ts";
import type { Trace } from "../src/replay/trace.ts";
import { verify } from "../src/replay/verify.ts";
import { workloads } from "../src/workload/index.ts";
import { memoryTrace, recorded } from "./memory-trace.ts";
import { imported, operationsOf, pathOf, recordings, setupLike } from "./recordings.ts";

test("there are recordings of the real driver to be judged by", () => {
  expect(recordings.length).toBeGreaterThanOrEqual(23);
});

test("the recordings kept here take no more than 2 MB", () => {
  const sizes = recordings.map((name) => statSync(pathOf(name)).size);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2 * 2 ** 20);
});

describe.each(recordings)("%s", (name) => {
  let real: Trace;
  beforeAll(async () => {
    real = await imported(pathOf(name));
  });
  // A few dozen of them together would fill the memory.
  afterAll(() => {
    real = memoryTrace(real.about, []);
  });

  test("is told event by event and number by number by the same run here", () => {
    const { first, counts, apart, ops } = compare(recorded(setupLike(name)), real, { exact: true });
    expect(first).toBeNull();
    // Nothing of the recording was passed over: each event has its partner, each op its result.
    expect(apart.b).toBe(0);
    expect(counts.same).toBe(real.count - ops);
    expect(ops).toBe(operationsOf(real.about.workload).operations.length);
  });

  test("replays to everything that its recorder observed", () => {
    const { observations, disagreements } = verify(real);
    expect(disagreements).toEqual([]);
    expect(observations).toBeGreaterThan(real.count);
  });
});

test.each(workloads)("the built-in $name asks for what was asked of the real driver", (built) => {
  expect(built).toEqual(operationsOf(built.name));
});
