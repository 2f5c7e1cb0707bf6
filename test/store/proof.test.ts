// proof.test.ts - what a trace keeps that follows from its events is held against them: changed by SQL, it is told where.

import Sqlite from "better-sqlite3";
import { describe, expect, test } from "vitest";
import type { Recorded } from "../../src/event/vocabulary.ts";
import { apply } from "../../src/machine/apply.ts";
import { State } from "../../src/machine/state.ts";
import { natureOf } from "../../src/replay/replay.ts";
import type { Trace } from "../../src/replay/trace.ts";
import { memoryTrace } from "../memory-trace.ts";
import { busyTrace } from "../replay/busy.ts";
import { storedAt } from "../replay/stored.ts";
import { about, reading } from "./sample.ts";

/** What is proved of a trace that somebody changed; a keyframe stands behind every four events. */
async function provedAfter(change: string, of: Trace = busyTrace()) {
  const path = await storedAt(of, 4);
  const database = new Sqlite(path);
  database.exec(change);
  database.close();
  return reading(path, (trace) => {
    const [proof, state] = [trace.proof(), new State(natureOf(trace.about))];
    for (const stored of trace.eventsWithRows()) {
      apply(state, stored.recorded.event, stored.recorded.seq);
      proof.see(stored, state);
    }
    const { digest, ...proved } = proof.end();
    return { ...proved, digest: digest === trace.digest };
  });
}

/** Three ops that end, one event in each, and one that does not. */
const withOps = memoryTrace(
  about,
  [0, 1, 2, 3].flatMap((op): Recorded[] => {
    const began = {
      kind: "op.began",
      actor: "workload",
      op,
      name: "bind",
      arguments: { op },
    } as const;
    const between = { kind: "tlb.flushed", actor: "cpu", which: "cpu" } as const;
    const ended = { kind: "op.ended", actor: "workload", op, result: { ret: op } } as const;
    const events = op === 3 ? [began, between] : [began, between, ended];
    return events.map((event, i) => ({ seq: 3 * op + i + 1, op, event }));
  }),
);

const sound = await provedAfter("");

test("a trace that nobody changed is proved in all its parts", async () => {
  expect(sound).toEqual({
    ...{ digest: true, index: true, ops: { ops: 1, wrong: null } },
    keyframes: { agreed: Math.floor(busyTrace().count / 4), wrong: null },
  });
  expect((await provedAfter("", withOps)).ops).toEqual({ ops: 3, wrong: null });
});

describe("a keyframe is told by its moment", () => {
  test.each([
    [
      "has kinds that are not among its events",
      "UPDATE keyframe SET kinds = kinds + 1 WHERE seq = 48",
      48,
    ],
    ["lacks an actor", "UPDATE keyframe SET actors = 0 WHERE seq = 48", 48],
    [
      "says the other of what led astray",
      "UPDATE keyframe SET astray = 1 - astray WHERE seq = 32",
      32,
    ],
    [
      "has other bytes",
      "UPDATE keyframe SET data = CAST(data || x'00' AS BLOB) WHERE seq = 24",
      24,
    ],
    ["builds on one that is not there", "UPDATE keyframe SET base = 3 WHERE base < seq", null],
    ["has moved", "UPDATE keyframe SET seq = 47 WHERE seq = 48", 47],
    ["lies behind the end", "UPDATE keyframe SET seq = 100000 WHERE seq = 60", 100_000],
    ["is missing", "DELETE FROM keyframe WHERE seq = 40", 44],
  ])("where it %s", async (_, change, seq) => {
    const { keyframes, ops, index, digest } = await provedAfter(change);
    expect(keyframes!.wrong).toEqual(seq ?? expect.any(Number));
    expect(keyframes!.agreed).toBeLessThan(sound.keyframes!.agreed);
    expect([ops, index, digest]).toEqual([sound.ops, true, true]);
  });

  test("where it was added behind the last event, with all others right", async () => {
    const { keyframes } = await provedAfter(
      "INSERT INTO keyframe SELECT 100000, base, kinds, actors, astray, data, checksum, inflated FROM keyframe LIMIT 1",
    );
    expect(keyframes).toEqual({ agreed: sound.keyframes!.agreed, wrong: 100_000 });
  });
});

describe("an op is told by its number", () => {
  const opsAfter = async (change: string) => (await provedAfter(change, withOps)).ops;

  test.each([
    [
      "begins elsewhere",
      "UPDATE op SET first_seq = first_seq + 1, further = further - 1 WHERE op = 1",
      1,
    ],
    ["ends elsewhere", "UPDATE op SET further = further + 1 WHERE op = 0", 0],
    ["has another signature", "UPDATE op SET signature = signature + 1 WHERE op = 1", 1],
    ["is the only one without a signature", "UPDATE op SET signature = NULL WHERE op = 1", 1],
    ["has an end that no event says", "UPDATE op SET further = 1 WHERE op = 3", 3],
    ["began elsewhere and never ended", "UPDATE op SET first_seq = 9 WHERE op = 3", 3],
  ])("where it %s", async (_, change, op) => {
    expect((await opsAfter(change)).wrong).toBe(op);
  });

  test("where it has a result and no end", async () => {
    const change = "UPDATE op SET answered = asked, answered_values = asked_values WHERE op = 3";
    expect((await opsAfter(change)).wrong).toBe(3);
  });

  test("where none has a signature, none is missed: the first format signed no op", async () => {
    expect(await opsAfter("UPDATE op SET signature = NULL")).toEqual({ ops: 0, wrong: null });
  });

  test("where one more is kept than began", async () => {
    const change =
      "INSERT INTO op SELECT 900, asked, asked_values, answered, answered_values, state, first_seq, further, signature " +
      "FROM op WHERE op = 1";
    expect((await opsAfter(change)).wrong).toBe(900);
  });
});

test("an index is not that of its events where one list is longer, and another thing is not asked", async () => {
  const { index, keyframes } = await provedAfter(
    "UPDATE posting SET lists = CAST(lists || x'000101' AS BLOB)",
  );
  expect([index, keyframes!.wrong]).toEqual([false, null]);
});
