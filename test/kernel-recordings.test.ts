// kernel-recordings.test.ts - the judge of the DMA code: what the kernel's own files answered is answered here.
//
// Short recordings of each kind; `npm run conformance` goes through all that are kept.

import { expect, test } from "vitest";
import { kernelParting, kernelRecordingsIn } from "./kernel-judge.ts";

const folder = "traces/kernel-code";
const short = kernelRecordingsIn(folder).filter((name) => !name.includes("random"));

test("there are recordings of the kernel's own code to be judged by", () => {
  expect(short.length).toBeGreaterThan(2);
});

test.each(short)("%s is answered as the kernel's own code answers", (name) => {
  expect(kernelParting(name, folder)).toBeNull();
});
