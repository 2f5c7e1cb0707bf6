// report.test.ts - gartrace report refuses what it cannot write.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder } from "../fresh-folder.ts";
import { gartrace } from "./gartrace.ts";

test.each([
  ["report a.gart", /required option '-o, --output <file>'/],
  ["report nowhere.gart -o x.html", /no such file: nowhere\.gart/],
  ["report . -o x.html", /\. is a folder, not a trace/],
  ["report a.gart -o a.gart", /a\.gart is the file to read from/],
  ["report a.gart -o there.html", /there\.html exists; use --force/],
  ["report a.gart -o x.html --limit none", /a limit is a number of megabytes/],
])("gartrace %s is refused", async (line, complaint) => {
  const folder = freshFolder();
  writeFileSync(join(folder, "there.html"), "");
  const { code, stderr } = await gartrace(line, { folder });
  expect(code).toBe(2);
  expect(stderr).toMatch(complaint);
});
