// api.test.ts - what the library exports is listed in one file, and a change of it is told to users.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { typesOf } from "../../package/types.ts";

const types = typesOf(resolve("dist/src/index.d.ts"));

test("what is public is what package/api.txt lists", async () => {
  await expect(types).toMatchFileSnapshot("../../package/api.txt");
});

test("a changed signature has a line in CHANGELOG.md, which names the state of the API by its hash", () => {
  const hash = createHash("sha256").update(types).digest("hex").slice(0, 8);
  expect(readFileSync("CHANGELOG.md", "utf8")).toContain(`API ${hash}`);
});

test("no type of a package that users need not have is public", () => {
  expect(types).not.toMatch(/^import |import\(/m);
  expect(types).not.toMatch(/\b(z\.|Kysely|BetterSqlite3)/);
});

test("no name of a module is left in it whose import is not there", () => {
  const path = "dist/bundle/index.d.ts";
  const { ES2022: target } = ts.ScriptTarget;
  const options = { noEmit: true, target, types: ["node"], lib: ["lib.es2023.d.ts"] };
  const program = ts.createProgram([path], options);
  const told = program.getSemanticDiagnostics(program.getSourceFile(path));
  expect(told.map(({ messageText }) => messageText)).toEqual([]);
});

test("everything public says what it is, and every member of it", () => {
  const [declared = ""] = types.split(/^export \{$/m);
  const lines = declared.split("\n");
  const isMember = /^ {4}(?:(?:readonly|get|static) )*(?:\w+|"[^"]+")\??[:(]/;
  const isDeclaration = /^(?:declare )?(?:interface|type|class|function|const) \w+/;
  const needsNoWords = /^ {4}(?:constructor|private )|^declare const space: unique symbol/;
  const unsaid = lines.filter(
    (line, i) =>
      (isMember.test(line) || isDeclaration.test(line)) &&
      !needsNoWords.test(line) &&
      !lines[i - 1]!.endsWith("*/"),
  );
  expect(lines.filter((line) => isMember.test(line)).length).toBeGreaterThan(500);
  expect(unsaid).toEqual([]);
});
