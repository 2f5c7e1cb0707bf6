// kept.test.ts - traces that earlier versions wrote answer as they did, before and after they get the newest format.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { FORMAT } from "../../src/store/schema.ts";
import { addMark } from "../../src/store/update.ts";
import { answersOf } from "../torture/answers.ts";
import { freshPath } from "./sample.ts";

const folder = "traces/formats";
const kept = [
  "test/store/first-format.gart.gz",
  ...readdirSync(folder).map((name) => `${folder}/${name}`),
];

const formatOf = (path: string): unknown => {
  const database = new Sqlite(path, { readonly: true });
  const format = database.pragma("user_version", { simple: true });
  database.close();
  return format;
};

test.each(kept)("%s is opened, gets the newest format, and answers alike", async (name) => {
  const path = freshPath();
  writeFileSync(path, gunzipSync(readFileSync(name)));
  expect(formatOf(path)).toBeLessThan(FORMAT);
  const before = answersOf(path);
  // A captured machine has no GATT to ask of.
  const refused = [...before.values()].filter((said) => said.startsWith("refused"));
  expect(refused.filter((said) => !said.includes("has no change of gatt"))).toEqual([]);
  await addMark(path, { moment: 1, name: "kept", text: "for years" });
  expect(formatOf(path)).toBe(FORMAT);
  const after = answersOf(path);
  for (const [question, said] of before)
    if (question !== "marks") expect([question, after.get(question)]).toEqual([question, said]);
});
