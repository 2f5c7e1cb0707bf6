// contents.test.ts - what was unpacked of a recording is kept for who reads it again, in bounded memory.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { Contents } from "../../../../../src/exchange/import/ftrace/dat/contents.ts";
import { DatFile } from "../../../../../src/exchange/import/ftrace/dat/file.ts";
import { freshFolder } from "../../../../fresh-folder.ts";

test("packed pages are kept for who reads them again, the first 16 MB of them", async () => {
  const path = join(freshFolder(), "trace.dat");
  writeFileSync(path, "");
  const contents = new Contents(await DatFile.open(path));
  contents.packing = "zlib";
  const length = 2 ** 22;
  const packed = deflateSync(Buffer.alloc(length));
  const all = () => [0, 1, 2, 3, 4].map((at) => contents.pages({ packed, at, length }));
  const [before, after] = [all(), all()];
  expect(after.map((pages, i) => pages === before[i])).toEqual([true, true, true, true, false]);
  await contents.file.close();
});
