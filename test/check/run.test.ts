// run.test.ts - checks watch a trace side by side, and one that fails leaves the others alone.

import { expect, test } from "vitest";
import type { Check } from "../../src/check/check.ts";
import { runChecks } from "../../src/check/run.ts";
import { State } from "../../src/machine/state.ts";
import { natureOf } from "../../src/replay/replay.ts";
import { lawfulTrace, setupOf } from "../laws.ts";

const trace = lawfulTrace(setupOf("native-i386 gart smoke"));
const run = (...checks: Check[]) =>
  runChecks(trace.about, trace.events(), new State(natureOf(trace.about)), checks);

/** Counts the writes that it sees before and after. */
const counting: Check = {
  name: "counting",
  holds: "nothing is written",
  watch: (_, report) => ({
    before: { "gatt.written": () => report.finding([], "before") },
    after: { "gatt.written": () => report.finding([], "after") },
  }),
};

test("a check sees the machine before an event and after it", () => {
  const written = [...trace.events()].filter(({ event }) => event.kind === "gatt.written");
  const seen: (number | undefined)[] = [];
  const looking: Check = {
    name: "looking",
    holds: "time passes",
    watch: () => ({
      before: { "gatt.written": (_, { state }) => seen.push(state.moment) },
      after: { "gatt.written": (_, { state }) => seen.push(state.moment) },
    }),
  };
  run(looking);
  expect(seen).toEqual(written.flatMap(({ seq }) => [seq - 1, seq]));
});

test("findings are counted all and kept up to a hundred", () => {
  const written = [...trace.events()].filter(({ event }) => event.kind === "gatt.written").length;
  const [counted] = run(counting);
  expect(counted!.count).toBe(written * 2);
  expect(counted!.findings).toHaveLength(100);
  expect(counted!.findings.slice(0, 2).map(({ says }) => says)).toEqual(["before", "after"]);
});

test("a check that throws is out, and the others go on", () => {
  const throwing: Check = {
    name: "throwing",
    holds: "never",
    watch: () => ({
      after: {
        "gatt.written": () => {
          throw new Error("of the check");
        },
      },
    }),
  };
  const [thrown, counted] = run(throwing, counting);
  const first = [...trace.events()].find(({ event }) => event.kind === "gatt.written")!;
  expect(thrown!.failure).toEqual({ seq: first.seq, error: new Error("of the check") });
  expect(counted!.count).toBeGreaterThan(1000);
});

test("a check that listens for nothing there is, or for nothing at all, is told so", () => {
  const listening = (name: string, watch: object | undefined) =>
    ({ name, holds: "much", watch: () => watch }) as unknown as Check;
  const misspelt = { after: { "gatt.writen": () => {} } };
  const failures = run(listening("misspelt", misspelt), listening("mute", undefined)).map(
    ({ failure }) => (failure!.error as Error).message,
  );
  expect(failures).toEqual([
    "no kind of event is called 'gatt.writen', did you mean 'gatt.written'",
    "watch() gives no handlers: { before, after }",
  ]);
});

test("a check that misses a fact says so once and is not asked again", () => {
  let asked = 0;
  const missing: Check = {
    name: "missing",
    holds: "who knows",
    watch: (_, report) => ({
      after: {
        "gatt.written": () => {
          asked++;
          report.cannotTell("no fact");
        },
      },
    }),
  };
  const [undecided] = run(missing);
  expect(asked).toBe(1);
  expect(undecided!.undecidable?.why).toBe("no fact");
  expect(undecided!.count).toBe(0);
});
