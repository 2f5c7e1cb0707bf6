// sample.ts - events of every kind, made from the vocabulary itself, and a run to put them in.

import { chmodSync } from "node:fs";
import { join } from "node:path";
import type { Database } from "better-sqlite3";
import fc from "fast-check";
import { onTestFinished } from "vitest";
import type { Field } from "../../src/event/field.ts";
import type { About } from "../../src/event/trace.ts";
import {
  actors,
  declarationOf,
  type Event,
  type KindName,
  kindNames,
} from "../../src/event/vocabulary.ts";
import { createFile } from "../../src/store/create.ts";
import { TraceReader } from "../../src/store/read.ts";
import { TraceWriter } from "../../src/store/write.ts";
import { causedBefore } from "../event/generated.ts";
import { freshFolder } from "../fresh-folder.ts";

export const about: About = {
  platform: "xen-i386",
  hooks: "legacy",
  chipset: "440bx",
  workload: "by-hand",
  operations: '[{"op":"bind"}]',
  seed: 7,
  options: { lenientIoremap: true, device: "card" },
  virtBase: 0xc000000000000000n,
  physIsMachine: false,
  source: "simulated",
  origin: null,
};

/** Opens a trace, asks it and closes it. */
export function reading<T>(path: string, use: (trace: TraceReader) => T): T {
  const trace = TraceReader.open(path);
  try {
    return use(trace);
  } finally {
    trace.close();
  }
}

/** A path in a folder of its own. */
export const freshPath = (name = "run.gart"): string => join(freshFolder(), name);

/** A new trace's file, open, with all its tables and no event. */
export async function emptyFile(path = freshPath()): Promise<Database> {
  const database = await createFile(path, about, { force: false });
  onTestFinished(() => {
    database.close();
  });
  return database;
}

const facts = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.oneof(fc.nat(), fc.string()), {
  maxKeys: 3,
  noNullPrototype: true,
});

function valueIn({ in: place, names, hex, range: [least, most] }: Field): fc.Arbitrary<unknown> {
  if (names !== null) return fc.constantFrom(...names);
  if (place === "note" || place === "op.name") return fc.string();
  if (place === "op.arguments" || place === "op.result") return facts;
  if (place === "subject") return fc.nat({ max: 2 ** 37 - 1 });
  if (hex) return fc.maxSafeNat().map((n) => n % 2 ** 52);
  if (most < Number.MAX_SAFE_INTEGER) return fc.integer({ min: least, max: most });
  return least < 0 ? fc.integer() : fc.nat();
}

function eventOf(kind: KindName): fc.Arbitrary<Event> {
  const fields = Object.entries(declarationOf(kind).fields);
  const model = Object.fromEntries(fields.map(([name, field]) => [name, valueIn(field)]));
  const required = fields.filter(([, field]) => !field.optional).map(([name]) => name);
  return fc.record(
    {
      kind: fc.constant(kind),
      actor: fc.constantFrom(...actors),
      place: fc.constantFrom("agp_generic_insert_memory", "agp_bind_memory", "ioremap"),
      cause: fc.nat(),
      at: fc.maxSafeNat(),
      ...model,
    },
    { requiredKeys: ["kind", "actor", ...(required as "kind"[])] },
  ) as unknown as fc.Arbitrary<Event>;
}

/** One event of every kind in any order, each op beginning before it ends. */
export const everyKind: fc.Arbitrary<Event[]> = fc
  .tuple(...kindNames.map(eventOf))
  .chain((events) => fc.shuffledSubarray(events, { minLength: events.length }))
  .map((events) => {
    const inOps = events.filter(({ kind }) => kind !== "op.began" && kind !== "op.ended");
    const began = events.find(({ kind }) => kind === "op.began")!;
    const ended = { ...events.find(({ kind }) => kind === "op.ended")!, op: opOf(began) } as Event;
    const all = [...inOps.slice(0, 3), began, ...inOps.slice(3), ended];
    return all.map((event, i) => causedBefore(i + 1, event));
  });
const opOf = (event: Event) => (event.kind === "op.began" ? event.op : -1);

/** Records the events as a whole trace. */
export async function record(
  events: readonly Event[],
  path = freshPath(),
): Promise<{ path: string; digest: string }> {
  const writer = await TraceWriter.create(path, about, { force: false });
  let op = -1;
  events.forEach((event, i) => {
    if (event.kind === "op.began") op = event.op;
    writer.append(i + 1, op, event);
    if (event.kind === "op.ended") op = -1;
  });
  return { path, digest: writer.finish().digest };
}

/** Does something while the folder cannot be written, as a user for whom permissions count. */
export async function inReadOnlyFolder(folder: string, action: () => unknown): Promise<void> {
  const root = process.geteuid?.() === 0;
  chmodSync(folder, 0o555);
  // Root may write everywhere; 65534 is nobody.
  if (root) process.seteuid?.(65534);
  try {
    await action();
  } finally {
    if (root) process.seteuid?.(0);
    chmodSync(folder, 0o755);
  }
}
