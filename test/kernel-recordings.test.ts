// kernel-recordings.test.ts - the judge of the DMA and block code: what the kernel's own files answered is answered here.
//
// The shortest recording of each kind; `npm run conformance` goes through all that are kept.

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kernelParting, shortestOfEach } from "./kernel-judge.ts";

const folder = "traces/kernel-code";
const short = shortestOfEach(folder);

test("each kind of machine has a recording of the kernel's own code to be judged by", () => {
  expect(short.length).toBeGreaterThanOrEqual(10);
});

test("the recordings kept here take no more than 400 KB", () => {
  const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(400 * 1024);
});

test.each(short)("%s is answered as the kernel's own code answers", (name) => {
  expect(kernelParting(name, folder)).toBeNull();
});
