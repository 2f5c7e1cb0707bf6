// walk.test.ts - ops of many events: partners are found far ahead, and what waits stays bounded.

import { describe, expect, test } from "vitest";
import { compare } from "../../src/diff/diff.ts";
import type { Recorded } from "../../src/event/vocabulary.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { memoryTrace } from "../memory-trace.ts";
import { about } from "../store/sample.ts";

/** A trace of one op in which messages with these texts are logged. */
function logging(texts: Iterable<string>): Trace {
  const by = { actor: "workload", op: 0 } as const;
  const said = Array.from(texts, (text) => ({
    kind: "message.logged" as const,
    actor: "driver" as const,
    level: "info" as const,
    text,
  }));
  const events = [
    { kind: "op.began" as const, ...by, name: "talk", arguments: {} },
    ...said,
    { kind: "op.ended" as const, ...by, result: {} },
  ];
  return memoryTrace(
    about,
    events.map((event, i): Recorded => ({ seq: i + 1, op: 0, event })),
  );
}

const words = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix} ${i}`);

describe("in an op of many events", () => {
  const common = words("common", 40_000);

  test("partners are found behind ten thousand events that one side alone has", () => {
    const { counts, isGuess } = compare(
      logging(common),
      logging([...common.slice(0, 9), ...words("extra", 10_000), ...common.slice(9)]),
    );
    expect(counts).toMatchObject({ extra: 10_000, missing: 0, reordered: 0 });
    expect(counts.same).toBe(common.length + 1);
    expect(isGuess).toBe(false);
  });

  test("an event that moved by thousands is reordered, not missing and extra", () => {
    const { counts } = compare(
      logging(common),
      logging([...common.slice(0, 5), ...common.slice(6, 9000), common[5]!, ...common.slice(9000)]),
    );
    expect(counts).toMatchObject({ reordered: 1, missing: 0, extra: 0 });
  });

  test("sides that share nothing are a guess, and said to be one", () => {
    const { counts, isGuess, unmatched } = compare(
      logging(words("one", 70_000)),
      logging(words("other", 70_000)),
    );
    expect(counts).toMatchObject({ missing: 70_000, extra: 70_000 });
    expect(unmatched).toEqual({ a: 70_000, b: 70_000 });
    expect(isGuess).toBe(true);
  });
});
