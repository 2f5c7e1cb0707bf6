// digest.test.ts - equal runs have equal digests; nothing in a trace changes without its digest.

import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { bus, gattIndex } from "../../src/address.ts";
import type { Event } from "../../src/event/vocabulary.ts";
import { TraceReader } from "../../src/store/read.ts";
import { parseWorkload, workloadText } from "../../src/workload/workload.ts";
import { lawfulTrace, setupOf, workloadOf } from "../laws.ts";
import { stored } from "../replay/stored.ts";
import { record } from "./sample.ts";

const run = (entry = 7, text = "agp_bind_memory", place = "agp_generic_insert_memory"): Event[] => [
  { kind: "op.began", actor: "workload", op: 1, name: "bind", arguments: { slot: 1 } },
  { kind: "call.entered", actor: "driver", text },
  {
    kind: "gatt.written",
    actor: "driver",
    place,
    entry: gattIndex(entry),
    word: 0x1001,
    bus: bus(0x1000),
  },
  { kind: "op.ended", actor: "workload", op: 1, result: { errno: 0 } },
];

test("two equal runs have one digest", async () => {
  const [once, again] = [await record(run()), await record(run())];
  expect(once.digest).toBe(again.digest);
  expect(once.digest).toMatch(/^[0-9a-f]{64}$/);
});

test("a workload file that calls a mapping's direction way gives the trace of one with its present name", async () => {
  const setup = (field: "way" | "direction") =>
    setupOf("native-i386 gart", {
      workload: workloadOf(
        { op: "buffer", buffer: 0, pages: 2 },
        { op: "dma_map", buffer: 0, [field]: "to-device", by: "sg" },
        { op: "dma_unmap", buffer: 0 },
      ),
    });
  const old = await stored(lawfulTrace(setup("way")), 64);
  const present = await stored(lawfulTrace(setup("direction")), 64);
  expect(old.digest).toBe(present.digest);
  const again = parseWorkload(old.about.operations!, "the trace");
  expect(again).toEqual(setup("direction").workload);
  expect(workloadText(again)).toBe(old.about.operations);
});

test("one other number, text or place makes another digest", async () => {
  const runs = [run(), run(8), run(7, "agp_unbind_memory"), run(7, undefined, "agp_bind_memory")];
  const digests = await Promise.all(runs.map(async (events) => (await record(events)).digest));
  expect(new Set(digests).size).toBe(runs.length);
});

test("a number that moves to another column makes another digest", async () => {
  const written = { kind: "gatt.written", actor: "driver", entry: gattIndex(0), word: 0 } as const;
  const asBus = await record([{ ...written, bus: bus(5) }]);
  const asReached = await record([{ ...written, reached: 5 as never }]);
  expect(asBus.digest).not.toBe(asReached.digest);
});

test("minus zero is zero, in the digest as in the file", async () => {
  const returned = (result: number): Event => ({ kind: "call.returned", actor: "driver", result });
  const { path, digest } = await record([returned(-0)]);
  expect(digest).toBe((await record([returned(0)])).digest);
  expect(recomputed(path)).toBe(digest);
});

test("the digest does not depend on how events fall into batches", async () => {
  const events = Array.from({ length: 20000 }, (_, i) => run(i, `call ${i}`)[1 + (i % 2)]!);
  const { path, digest } = await record(events);
  expect(recomputed(path)).toBe(digest);
});

test.each([
  "UPDATE event SET value = value + 1 WHERE seq = 3",
  "UPDATE event SET value = NULL WHERE seq = 3",
  "UPDATE note SET shape = NULL, \"values\" = 'agp_free_memory'",
  "UPDATE shape SET text = '[]' WHERE name IS NOT NULL",
  "UPDATE shape SET text = '{}' WHERE name IS NULL",
  "UPDATE place SET name = 'elsewhere'",
])("a finished trace that was changed by %s shows it", async (change) => {
  const { path, digest } = await record(run());
  expect(recomputed(path)).toBe(digest);
  new Sqlite(path).exec(change).close();
  expect(recomputed(path)).not.toBe(digest);
});

function recomputed(path: string): string {
  const reader = TraceReader.open(path);
  const digest = reader.recomputeDigest();
  reader.close();
  return digest;
}
