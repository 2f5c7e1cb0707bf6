// keyframe-reader.test.ts - the nearest keyframe that is as it was written is restored; a damaged one is passed over and told.

import type { Database } from "better-sqlite3";
import { beforeAll, describe, expect, test } from "vitest";
import { mfn } from "../../src/address.ts";
import { encodeRow, FunctionNames, filledOf, ROW_WIDTH, type Row } from "../../src/event/row.ts";
import { kindNames } from "../../src/event/vocabulary.ts";
import { State } from "../../src/machine/state.ts";
import { sealKeyframes } from "../../src/store/checksums.ts";
import { KeyframeReader } from "../../src/store/keyframe-reader.ts";
import { type Keyframe, KeyframeInsert, KeyframeRecorder } from "../../src/store/keyframes.ts";
import { dom0 } from "../machine/happens.ts";
import { held } from "../replay/stored.ts";
import { emptyFile } from "./sample.ts";

const EVERY = 4;
/** Whole keyframes stand at 4 and 20, changes between them and behind. */
const WHOLE = [4, 20];

/** A keyframe behind every four of 40 events, and the state behind each of them as text. */
const made: Keyframe[] = [];
const states: string[] = [];
beforeAll(() => {
  const sink = {
    begin: () => {},
    add: (keyframe: Keyframe) => made.push({ ...keyframe, data: keyframe.data.slice() }),
  };
  const recorder = new KeyframeRecorder(sink, kindNames, EVERY);
  const state = new State(dom0);
  for (let i = 0; i < 800; i++) state.content.set(mfn(i * 900), i);
  for (let seq = 1; seq <= 40; seq++) {
    // What changes at once makes the next keyframe but one a whole one.
    const changed = seq === 15 ? 500 : 1;
    for (let i = 0; i < changed; i++) state.content.set(mfn(i * 900), seq * 1000 + i);
    state.op = seq;
    state.moment = seq;
    const row: Row = Array<null>(ROW_WIDTH).fill(null);
    const event = { kind: "tlb.flushed", actor: "cpu", which: "cpu" } as const;
    encodeRow(row, 0, seq, -1, event, new FunctionNames());
    recorder.see(seq, row, 0, filledOf(row), state);
    if (seq % EVERY === 0) states[seq] = held(state);
  }
  expect(made.filter(({ seq, base }) => seq === base).map(({ seq }) => seq)).toEqual(WHOLE);
});

/** A file with these keyframes. */
async function kept(): Promise<Database> {
  const database = await emptyFile();
  const insert = new KeyframeInsert(database);
  insert.begin();
  for (const keyframe of made) insert.add(keyframe);
  return database;
}

/** To which moment a seek comes once the file was changed, and which keyframe it tells as damaged. */
async function soughtAfter(change: string, moment: number) {
  const database = await kept();
  database.exec(change);
  const [reader, state] = [new KeyframeReader(database), new State(dom0)];
  const good = reader.restore(state, moment);
  expect(held(state), `the state at ${good}`).toBe(
    good === 0 ? held(new State(dom0)) : states[good],
  );
  return [good, reader.damagedAt];
}

test.each([
  [3, 0],
  [4, 4],
  [5, 4],
  [19, 16],
  [20, 20],
  [27, 24],
  [40, 40],
  [1000, 40],
  [0, 0],
])("at moment %i the keyframe is that of %i", async (moment, good) => {
  expect(await soughtAfter("", moment)).toEqual([good, null]);
});

describe("damage", () => {
  test.each([
    ["of the bytes of one", "UPDATE keyframe SET data = x'00' WHERE seq = 28", 40, [24, 28]],
    ["of what its row says", "UPDATE keyframe SET actors = 7 WHERE seq = 28", 40, [24, 28]],
    [
      "behind the moment is not met",
      "UPDATE keyframe SET data = x'00' WHERE seq = 28",
      27,
      [24, null],
    ],
    [
      "of a whole one costs those that build on it",
      "UPDATE keyframe SET data = x'00' WHERE seq = 20",
      40,
      [16, 20],
    ],
    [
      "of the first whole one leaves none before it",
      "UPDATE keyframe SET data = x'00' WHERE seq = 4",
      19,
      [0, 4],
    ],
    ["of all leaves none", "UPDATE keyframe SET data = x'00'", 40, [0, 4]],
    ["of a checksum", "UPDATE keyframe SET checksum = checksum + 1 WHERE seq = 24", 40, [20, 24]],
    [
      "of a checksum that is gone",
      "UPDATE keyframe SET checksum = NULL WHERE seq = 24",
      40,
      [20, 24],
    ],
    ["of the whole one, which is gone", "DELETE FROM keyframe WHERE seq = 20", 40, [16, 24]],
  ])("%s: %s", async (_, change, moment, told) => {
    expect(await soughtAfter(change, moment)).toEqual(told);
  });

  /** Changes a keyframe as somebody would who knows how they are sealed. */
  async function afterSealed(change: string, moment: number) {
    const database = await kept();
    database.exec(change);
    sealKeyframes(database);
    const [reader, state] = [new KeyframeReader(database), new State(dom0)];
    const good = reader.restore(state, moment);
    expect(held(state)).toBe(good === 0 ? held(new State(dom0)) : states[good]);
    return [good, reader.damagedAt];
  }

  test("that is sealed is told where the bytes are none of a keyframe, and nothing of them stays", async () => {
    const cut = "UPDATE keyframe SET data = CAST(substr(data, 1, length(data) - 1) AS BLOB)";
    expect(await afterSealed(`${cut} WHERE seq = 28`, 40)).toEqual([16, 28]);
    expect(await afterSealed(`${cut} WHERE seq = 4`, 19)).toEqual([0, 4]);
  });

  test("that is sealed is told where a keyframe builds on another one than those around it", async () => {
    expect(await afterSealed("UPDATE keyframe SET base = 20 WHERE seq = 12", 19)).toEqual([8, 12]);
    expect(await afterSealed("UPDATE keyframe SET base = 30 WHERE seq = 28", 28)).toEqual([
      24,
      null,
    ]);
    expect(await afterSealed("UPDATE keyframe SET base = 9 WHERE seq = 8", 8)).toEqual([4, null]);
  });

  test("that was met first in time is the one that is told", async () => {
    const database = await kept();
    database.exec("UPDATE keyframe SET data = x'00' WHERE seq IN (12, 28, 36)");
    const reader = new KeyframeReader(database);
    const toldAt = (moment: number) => {
      reader.restore(new State(dom0), moment);
      return reader.damagedAt;
    };
    expect([27, 40, 16, 40].map(toldAt)).toEqual([null, 28, 12, 12]);
  });
});

describe("keyframes", () => {
  test("of another form are as none", async () => {
    expect(await soughtAfter("UPDATE trace SET keyframes = '0 of another time'", 40)).toEqual([
      0,
      null,
    ]);
    const database = await kept();
    expect(new KeyframeReader(database).known).toBe(true);
    database.exec("UPDATE trace SET keyframes = NULL");
    expect(new KeyframeReader(database).known).toBe(false);
  });

  test("of a trace whose format knows none are none", async () => {
    const database = await kept();
    database.exec("ALTER TABLE trace DROP COLUMN keyframes");
    const reader = new KeyframeReader(database);
    expect([reader.known, reader.restore(new State(dom0), 40)]).toEqual([false, 0]);
  });

  test("of a format without checksums are taken without", async () => {
    const change = "PRAGMA user_version = 7; ALTER TABLE keyframe DROP COLUMN checksum";
    expect(await soughtAfter(`${change}; UPDATE keyframe SET actors = 7`, 40)).toEqual([40, null]);
  });
});
