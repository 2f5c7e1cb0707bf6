// pairing.test.ts - ops find their partners by name and arguments, and pages go by their ops' partners.

import { describe, expect, test } from "vitest";
import { compare } from "../../src/diff/diff.ts";
import type { Recorded } from "../../src/event/vocabulary.ts";
import { UserError } from "../../src/fault.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { alloc, bind, cleanup, free, info, init, maxOrder, unbind } from "../driver-run.ts";
import { setupOf, workloadOf } from "../laws.ts";
import { memoryTrace, recorded } from "../memory-trace.ts";
import { about } from "../store/sample.ts";

const run = (...ops: object[]): Trace =>
  recorded(setupOf("xen-i386 gart", { workload: workloadOf(maxOrder(0), init, ...ops) }));

test("an op that one side has more is extra, and what follows is compared as before", () => {
  const plain = run(alloc(0, 2), bind(0, 0), unbind(0), free(0), cleanup);
  const more = run(info, alloc(0, 2), bind(0, 0), unbind(0), free(0), cleanup);
  const { counts, first, opsAlone } = compare(plain, more);
  expect(first).toMatchObject({ class: "extra", op: { name: "info", op: 2 } });
  expect(opsAlone).toBe(1);
  // The pages of op 2 on one side are those of op 3 on the other.
  expect(counts).toMatchObject({ extra: 1, missing: 0, "wrong-frame": 0 });
});

test("a page of an op without a partner is no page of the op that has its number", () => {
  const two = run(alloc(0, 1), alloc(1, 1), free(1), bind(0, 3));
  const other = run(alloc(1, 1), alloc(0, 1), free(1), bind(0, 3));
  const { first } = compare(two, other);
  expect(first).toMatchObject({ facts: [{ fact: "operation" }] });
  expect(compare(two, other).counts["wrong-frame"]).toBe(0);
});

test("ops of one name and other arguments are paired by their place, as a guess", () => {
  const { first, opsByPosition } = compare(run(alloc(0, 2)), run(alloc(0, 3)));
  expect(opsByPosition).toBe(1);
  expect(first!.facts[0]).toMatchObject({ fact: "operation" });
});

test("different workloads are compared by the names of their ops, if somebody asks for that", () => {
  const here = run(alloc(0, 2), bind(0, 0));
  const there = { ...here, about: { ...here.about, workload: "another" } };
  expect(() => compare(here, there)).toThrow(UserError);
  expect(() => compare(here, there)).toThrow(/--align by-name/);
  expect(compare(here, there, { byName: true }).first).toBeNull();
});

test("only some kinds are compared, or all but some", () => {
  const native = recorded(setupOf("native-i386 legacy"));
  const lenient = recorded(setupOf("xen-i386 legacy", { lenientIoremap: true }));
  const kindOf = (rules: object) => compare(native, lenient, rules).first?.b?.recorded.event.kind;
  expect(kindOf({})).toBe("register.written");
  expect(kindOf({ only: ["gatt"] })).toBe("gatt.written");
  expect(kindOf({ ignore: ["register", "gatt.written"] })).toBe("device.read");
  const short = compare(native, lenient, { firstOnly: true });
  expect(short.first).toEqual(compare(native, lenient).first);
  expect(short.ops).toBe(1);
});

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
