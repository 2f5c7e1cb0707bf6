// hostile-text.test.ts - whatever text a trace holds, no terminal obeys it: every report shows it escaped, in its line.

import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { beforeAll, expect, test } from "vitest";
import { recordTo, scenarioSetup } from "../../src/library/recording.ts";
import { freshFolder } from "../fresh-folder.ts";
import { changeAndSeal } from "../store/changed.ts";
import { gartrace } from "./gartrace.ts";

const BAD = "\u001b]0;pwn\u0007\u001b[31mred\u009b31m\u202e\u007f\r\nFORGED";
/** Control characters but for line feed, and what turns the direction of writing around. */
const OBEYED = /[^\P{Cc}\n]|[\u2028-\u202e\u2066-\u2069]/u;

/** Every column that holds words of whoever made the trace. */
const words = [
  ["trace", "platform"],
  ["trace", "hooks"],
  ["trace", "workload"],
  ["trace", "origin"],
  ["trace", "parent"],
  ["place", "name"],
  ["root", "name"],
  ["shape", "name"],
  ["note", '"values"'],
  ["mark", "name"],
  ["mark", "text"],
  ["source", "path"],
  ["tally", "name"],
  ["tally", "why"],
] as const;

const folder = freshFolder();
const path = join(folder, "bad.gart");
const literal = `CAST(x'${Buffer.from(BAD).toString("hex")}' AS TEXT)`;

beforeAll(async () => {
  await recordTo(path, scenarioSetup("stale-gart-tlb", false), false);
  changeAndSeal(
    path,
    [
      "INSERT INTO mark (seq, name, text) VALUES (3, 'm', 't')",
      "INSERT INTO source VALUES (0, 's', 'ftrace', 3)",
      "INSERT INTO tally VALUES (0, 'e', 3, 1, 2, 1, 'w')",
      "INSERT INTO note SELECT e.seq, NULL, 'n' FROM event e JOIN kind k ON k.code = e.kind WHERE k.name = 'fault.raised'",
      "UPDATE trace SET origin = 'o', parent = 'p', parent_seq = 3",
      ...words.map(([table, column]) => `UPDATE ${table} SET ${column} = ${column} || ${literal}`),
      `UPDATE trace SET options = json_set(options, '$.x', ${literal})`,
    ].join(";"),
  );
});

test("the trace holds such text wherever text is kept", () => {
  const database = new Sqlite(path, { readonly: true });
  const lacking = words.filter(
    ([table, column]) =>
      database
        .prepare(`SELECT count(*) FROM ${table} WHERE instr(${column}, 'FORGED')`)
        .pluck()
        .get() === 0,
  );
  database.close();
  expect(lacking).toEqual([]);
});

const asked = [
  "info",
  "events",
  "state",
  "check",
  "verify",
  "mark",
  "events --json",
  "diff bad.gart",
].map((line) => line.replace(/^(\w+)/, "$1 bad.gart"));

test.each(asked)("gartrace %s shows it escaped", async (line) => {
  const { code, stdout, stderr } = await gartrace(line, { folder });
  const printed = `${stdout}\n${stderr}`;
  expect(code).not.toBeNull();
  expect(OBEYED.exec(printed)).toBeNull();
  expect(printed).not.toMatch(/^FORGED/m);
});

test("a file's name in a message is shown escaped too", async () => {
  const { stderr } = await gartrace(`info no${BAD}.gart`, { folder });
  expect(OBEYED.exec(stderr)).toBeNull();
  expect(stderr).toMatch(/no such file/);
});
