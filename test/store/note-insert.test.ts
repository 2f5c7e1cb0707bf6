// note-insert.test.ts - the words of events as they are kept, and that the file's readers and its view give them back.

import type { Database } from "better-sqlite3";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kindCode, kindNames } from "../../src/event/vocabulary.ts";
import { NoteInsert } from "../../src/store/note-insert.ts";
import { OpSource } from "../../src/store/op-source.ts";
import { ShapeInsert } from "../../src/store/shape-insert.ts";
import { RowTexts } from "../../src/store/texts.ts";
import { emptyFile } from "./sample.ts";

/** A file in which each of these words belongs to an event of its own. */
async function fileOf(...texts: string[]): Promise<Database> {
  const database = await emptyFile();
  const kind = kindCode["message.logged"];
  const event = database.prepare("INSERT INTO event (seq, kind) VALUES (?, ?)");
  const seqs = texts.map((_, i) => i + 1);
  const insert = new NoteInsert(database, new ShapeInsert(database));
  database.exec("BEGIN");
  for (const seq of seqs) event.run(seq, kind);
  insert.add({ seqs, texts });
  database.exec("COMMIT");
  return database;
}
const notes = (database: Database): unknown[] =>
  database.prepare('SELECT shape, "values" FROM note ORDER BY seq').raw().all();
const shapes = (database: Database): unknown[] =>
  database.prepare("SELECT name, text FROM shape ORDER BY code").raw().all();
/** As the library reads them, and as the view for SQL does. */
function read(database: Database): unknown[][] {
  const texts = new RowTexts(database, kindNames, new OpSource(database));
  const all = texts.notesBetween(1, Number.MAX_SAFE_INTEGER).map(([, text]) => text);
  return [all, database.prepare("SELECT text FROM events ORDER BY seq").pluck().all()];
}

describe("words", () => {
  test("of a shape that came before are its code and their numbers, the first ones as they are", async () => {
    const database = await fileOf("disk 8,0", "disk 8,16", "vector 5", "vector 24", "disk 259,0");
    expect(shapes(database)).toEqual([
      [null, "disk %d,%d"],
      [null, "vector %d"],
    ]);
    expect(notes(database)).toEqual([
      [null, "disk 8,0"],
      [1, "8,16"],
      [null, "vector 5"],
      [2, 24],
      [1, "259,0"],
    ]);
  });

  test("without numbers have none", async () => {
    expect(notes(await fileOf("NO_WARN", "NO_WARN"))).toEqual([
      [null, "NO_WARN"],
      [1, null],
    ]);
  });

  test("that are a number alone are that number, beyond 32 bits as well", async () => {
    const database = await fileOf("1", "0", "281474976710655");
    expect(notes(database)).toEqual([
      [null, "1"],
      [1, 0],
      [1, 281474976710655],
    ]);
    expect(database.prepare('SELECT typeof("values") FROM note').pluck().all()).toEqual([
      "text",
      "integer",
      "integer",
    ]);
  });

  test("come back as they were, whatever they are, to the library and to SQL", async () => {
    const texts = [
      ...["", "%d", "100%", "0x%x 5", "'; DROP TABLE note; --", "[1,2]", "naïve 7 — ✓ 8"],
      ...["00:1f.2", "0x0", "0x00000000", "e820: [mem 0x000a0000-0x000fffff]"],
      ...["1 2 3 4 5 6 7 8", "1 2 3 4 5 6 7 8 9"],
      ...["x".repeat(2000), "ffffffffffffffff", "9999999999999999", "0xfffffffffffff"],
    ];
    const all = [...texts, ...texts, ...texts];
    expect(read(await fileOf(...all))).toEqual([all, all]);
  });

  test("of any digits and letters come back", async () => {
    const word = fc.oneof(
      fc.stringMatching(/^(0x)?[0-9a-f]{1,18}$/),
      fc.stringMatching(/^[ -~]{0,12}$/),
      fc.nat().map(String),
    );
    const texts = fc.array(fc.array(word, { maxLength: 20 }).map((words) => words.join(" ")));
    await fc.assert(
      fc.asyncProperty(texts, async (some) => {
        const all = [...some, ...some];
        expect(read(await fileOf(...all))).toEqual([all, all]);
      }),
      { numRuns: 20 },
    );
  });
});

test("of more than 4,096 shapes the later ones are kept as they are", async () => {
  const texts = Array.from({ length: 4098 }, (_, i) => [`word${i}x 1`, `word${i}x 2`]).flat();
  const database = await fileOf(...texts);
  expect(shapes(database).length).toBe(4096);
  expect(notes(database).slice(-4)).toEqual(texts.slice(-4).map((text) => [null, text]));
  expect(read(database)).toEqual([texts, texts]);
});
