// record.test.ts - what holds of every run: platforms, hooks, seeds and operations taken at random.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answerOf } from "../../src/diff/comparison.ts";
import { compare } from "../../src/diff/diff.ts";
import { hookSets } from "../../src/hooks/index.ts";
import { platforms } from "../../src/platform/index.ts";
import { record } from "../../src/recorder/record.ts";
import { aboutRun, type Setup } from "../../src/scenario/setup.ts";
import * as ops from "../driver-run.ts";
import { lawfulTrace, setupOf, workloadOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";

const slot = fc.integer({ min: 0, max: 4 });
const operation = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(slot, fc.integer({ min: 0, max: 6 })).map((a) => ops.alloc(...a)),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(slot, fc.integer({ min: -3, max: 24 })).map((a) => ops.bind(...a)),
  },
  slot.map(ops.unbind),
  slot.map(ops.free),
  fc.integer({ min: -1, max: 8 }).map(ops.failAfter),
  fc.constantFrom(ops.acquire, ops.release, ops.info, ops.enable, ops.init, ops.cleanup),
);
const walk = fc
  .array(operation, { minLength: 1, maxLength: 12 })
  .map((walked) => workloadOf(ops.maxOrder(0), ops.init, ...walked));

const matrix = platforms.flatMap(({ name }) => hookSets.map((hooks) => `${name} ${hooks.name}`));

describe.each(matrix)("a random walk on %s", (words) => {
  test("keeps the laws, whatever is asked in whatever order", () => {
    fc.assert(
      fc.property(walk, fc.nat({ max: 99 }), fc.boolean(), (workload, seed, lenientIoremap) => {
        lawfulTrace(setupOf(words, { workload, seed, lenientIoremap }));
      }),
      { numRuns: 2 },
    );
  });
});

test("a random walk ends the same on Xen with the merged hooks as on bare metal", () => {
  fc.assert(
    fc.property(walk, fc.nat({ max: 99 }), (workload, seed) => {
      const [native, xen] = ["native-i386 legacy", "xen-i386 gart"].map((words) =>
        recorded(setupOf(words, { workload, seed })),
      );
      expect(answerOf(compare(native!, xen!))).toBe("alike");
    }),
    { numRuns: 12 },
  );
});

const small = (other: Partial<Setup> = {}): Setup =>
  setupOf("xen-i386 gart", {
    workload: workloadOf(ops.maxOrder(0), ops.init, ops.alloc(0, 2), ops.bind(0, 0)),
    ...other,
  });

test("control comes back after every operation, with how much has happened", () => {
  const seqs: number[] = [];
  const steps = [...record(small(), { take: (seq) => void seqs.push(seq) })];
  expect(steps.map(({ op }) => op)).toEqual([0, 1, 2, 3]);
  expect(steps.at(-1)!.events).toBe(seqs.length);
  expect(steps.map(({ events }) => events)).toEqual(
    steps.map(({ events }) => events).toSorted((a, b) => a - b),
  );
});

test("nothing happens before it is asked for", () => {
  let events = 0;
  const run = record(small(), { take: () => void events++ });
  expect(events).toBe(0);
  run.next();
  expect(events).toBe(2);
});

test("without a device neither client nor card touches a page", () => {
  const actors = (device: boolean) =>
    new Set([...recorded(small({ device })).events()].map(({ event }) => event.actor));
  expect([...actors(true)]).toEqual(expect.arrayContaining(["cpu", "card"]));
  expect([...actors(false)]).not.toEqual(expect.arrayContaining(["cpu"]));
  expect(actors(false).has("card")).toBe(false);
});

test("a seed moves the frames and nothing that a driver could see", () => {
  const [one, two] = [1, 2].map((seed) => recorded(small({ seed })));
  const frames = (trace: typeof one) =>
    [...trace!.events()].flatMap(({ event }) =>
      event.kind === "gatt.written" ? [event.word] : [],
    );
  expect(frames(one)).not.toEqual(frames(two));
  const results = (trace: typeof one) =>
    [...trace!.ops()].map(({ result }) => ({ ...result, memory: 0 }));
  expect(results(one)).toEqual(results(two));
});

test("a run says of itself what it takes to run it again", () => {
  const about = aboutRun(small({ seed: 7, lenientIoremap: true, device: false }));
  expect(about).toMatchObject({
    ...{ platform: "xen-i386", hooks: "gart", chipset: "intel-440bx", workload: "of a test" },
    ...{ seed: 7, options: { lenientIoremap: true, device: false }, source: "simulated" },
    ...{ virtBase: 0n, physIsMachine: false, origin: null },
  });
  expect(JSON.parse(about.operations!)).toEqual({
    workload: "of a test",
    ops: small().workload.operations,
  });
});

test("what an oops breaks off is over, and the next operation goes on", () => {
  const workload = workloadOf(
    ops.maxOrder(0),
    ops.init,
    ops.alloc(0, 2),
    ops.bind(0, -1),
    ops.unbind(0),
    ops.bind(0, 0),
  );
  const trace = lawfulTrace(small({ workload }));
  expect([...trace.ops()].map(({ result }) => result?.ret ?? null)).toEqual([
    ...[null, 0, "memory", "oops", -22, 0],
  ]);
});
