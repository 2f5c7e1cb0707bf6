// tables.test.ts - the tables of the pages say what the declarations do; vitest -u writes them anew.

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { openTrace, record } from "../../src/index.ts";
import { freshFolder } from "../fresh-folder.ts";
import { roomPages } from "./page.ts";
import { withTables } from "./tables.ts";

test.each(roomPages)("%s has the tables of today", async (path) => {
  const output = join(freshFolder(), "dma.gart");
  await record({ workload: "dma", output });
  using trace = openTrace(output);
  await expect(withTables(readFileSync(path, "utf8"), trace)).toMatchFileSnapshot(resolve(path));
});

test("README.md is read in one sitting", () => {
  expect(readFileSync("README.md", "utf8").split("\n").length).toBeLessThanOrEqual(251);
});
