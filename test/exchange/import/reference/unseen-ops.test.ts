// unseen-ops.test.ts - operations without a line are made up to a bound of this program, not to a number of the file.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { importTrace } from "../../../../src/library/import.ts";
import { freshFolder } from "../../../fresh-folder.ts";

const folder = "traces/reference";
const name = readdirSync(folder).find((one) => one.endsWith(".jsonl.gz"))!;
const [run] = gunzipSync(readFileSync(join(folder, name)))
  .toString()
  .split("\n");

test("a recording whose second line is of op 4,294,967,296 is refused at that line", async () => {
  const path = join(freshFolder(), "far.jsonl");
  writeFileSync(path, `${run}\n{"n":1,"op":4294967296,"ev":"call","fn":"init"}\n`);
  await expect(importTrace([path], { output: `${path}.gart` })).rejects.toThrow(
    /far\.jsonl:2: op 4294967296 begins with 'call' after op -1: the recording was cut or edited/,
  );
});
