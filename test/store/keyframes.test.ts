// keyframes.test.ts - when a keyframe is due, whether it is a whole one, and what stands beside it.

import Sqlite from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { mfn } from "../../src/address.ts";
import { encodeRow, FunctionNames, filledOf, ROW_WIDTH, type Row } from "../../src/event/row.ts";
import { actors, type Event, kindCode, kindNames } from "../../src/event/vocabulary.ts";
import { State } from "../../src/machine/state.ts";
import { keyframeSum } from "../../src/store/checksums.ts";
import { migrate } from "../../src/store/create.ts";
import { keyframeForm, readKeyframe } from "../../src/store/keyframe-bytes.ts";
import { type Keyframe, KeyframeInsert, KeyframeRecorder } from "../../src/store/keyframes.ts";
import { dom0 } from "../machine/happens.ts";
import { held } from "../replay/stored.ts";

const flushed: Event = { kind: "tlb.flushed", actor: "cpu", which: "cpu" };
const logged: Event = { kind: "message.logged", actor: "driver", level: "info", text: "" };

/** The keyframes of so many events; `change` changes the state before each is taken. */
function keyframesOf(
  count: number,
  spacing: number,
  change: (state: State, seq: number) => void = () => {},
  eventAt: (seq: number) => Event = () => flushed,
) {
  const made: Keyframe[] = [];
  const told: string[] = [];
  const recorder = new KeyframeRecorder(
    {
      begin: () => told.push(`begin before ${made.length}`),
      add: (keyframe) => made.push({ ...keyframe, data: keyframe.data.slice() }),
    },
    kindNames,
    spacing,
  );
  const state = new State(dom0);
  for (let seq = 1; seq <= count; seq++) {
    change(state, seq);
    const row: Row = Array<null>(ROW_WIDTH).fill(null);
    encodeRow(row, 0, seq, -1, eventAt(seq), new FunctionNames());
    recorder.see(seq, row, 0, filledOf(row), state);
  }
  return { made, told, state };
}

describe("a keyframe", () => {
  test("stands behind every so many events, and none behind fewer", () => {
    const { made, told } = keyframesOf(25, 8);
    expect(made.map(({ seq }) => seq)).toEqual([8, 16, 24]);
    expect(told).toEqual(["begin before 0"]);
    expect(keyframesOf(7, 8)).toMatchObject({ made: [], told: ["begin before 0"] });
  });

  test("is whole at first and builds on that one until changes came to half its bytes", () => {
    const { made } = keyframesOf(400, 4, (state, seq) => {
      if (seq === 1) for (let i = 0; i < 300; i++) state.content.set(mfn(i * 900), i);
      else state.content.set(mfn((seq % 300) * 900), seq);
    });
    const wholes = made.filter(({ seq, base }) => seq === base);
    expect(wholes[0]).toBe(made[0]);
    expect(wholes.length).toBeGreaterThan(2);
    for (const { seq, base } of made)
      expect(base).toBe(wholes.findLast((whole) => whole.seq <= seq)!.seq);
    for (const [i, whole] of wholes.entries()) {
      const changes = made.filter(({ seq, base }) => base === whole.seq && seq !== base);
      const bytes = changes.map(({ data }) => data.length);
      const sum = bytes.reduce((all, one) => all + one, 0);
      expect(sum - (bytes.at(-1) ?? 0)).toBeLessThanOrEqual(whole.data.length / 2);
      if (i < wholes.length - 1) expect(sum).toBeGreaterThan(whole.data.length / 2);
    }
  });

  test("brings back the state of its moment with those that it builds on, and holds only what changed", () => {
    const { made, state } = keyframesOf(12, 4, (state, seq) => {
      if (seq === 1) for (let i = 0; i < 300; i++) state.content.set(mfn(i * 900), i);
      if (seq === 6) state.content.set(mfn(900), 77);
      if (seq === 10) state.content.delete(mfn(1800));
    });
    expect(made.map(({ base }) => base)).toEqual([4, 4, 4]);
    const sought = new State(dom0);
    for (const { data } of made) expect(readKeyframe(data, sought)).toBe(true);
    expect(held(sought)).toBe(held(state));
    for (const { data } of made.slice(1))
      expect(data.length).toBeLessThan(made[0]!.data.length / 2);
  });

  test("says which kinds and actors the events since the one before have", () => {
    const { made } = keyframesOf(8, 4, undefined, (seq) => (seq < 3 ? logged : flushed));
    const kinds = [kindCode["message.logged"], kindCode["tlb.flushed"]].map((code) => 2 ** code);
    const who = ["driver", "cpu"].map((actor) => 2 ** actors.indexOf(actor as "cpu"));
    expect(made.map(({ kinds, actors, astray }) => [kinds, actors, astray])).toEqual([
      [kinds[0]! + kinds[1]!, who[0]! + who[1]!, 0],
      [kinds[1], who[1], 0],
    ]);
  });
});

test("the file has a keyframe's bytes with a checksum over all that its row says, and the form they are of", async () => {
  const database = new Sqlite(":memory:");
  database.exec("BEGIN");
  await migrate(database);
  database.exec(
    "INSERT INTO trace (one, platform, hooks, chipset, workload, seed, options, virt_base, phys_is_machine, source, gartrace, finished) " +
      "VALUES (1, 'mine', 'none', 'none', 'mine', 0, '{}', 0, 1, 'simulated', '0', 0)",
  );
  const insert = new KeyframeInsert(database);
  insert.begin();
  const facts = { seq: 8, base: 4, kinds: 3, actors: 5, astray: 1 };
  const bytes = Uint8Array.of(9, 9, 1, 2, 3, 9);
  // A part of a longer array, which the next keyframe will write over.
  insert.add({ ...facts, data: bytes.subarray(2, 5) });
  bytes.fill(0);
  const data = Buffer.of(1, 2, 3);
  const row = database.prepare("SELECT * FROM keyframe").get();
  expect(row).toEqual({ ...facts, data, checksum: keyframeSum(facts, data), inflated: null });
  expect(database.prepare("SELECT keyframes FROM trace").pluck().get()).toBe(keyframeForm);
});
