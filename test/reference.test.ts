// reference.test.ts - the judge: what is recorded here is what the real driver of 2005 did.
//
// Each platform, each hook set, each chipset and each workload that was recorded is held to one recording here,
// a short one; `npm run conformance` holds the driver to all of them.

import { statSync } from "node:fs";
import { expect, test } from "vitest";
import { workloads } from "../src/workload/index.ts";
import { parting } from "./judge.ts";
import { chosen, operationsOf, pathOf, recordings } from "./recordings.ts";

test("there are recordings of the real driver to be judged by", () => {
  expect(recordings.length).toBeGreaterThanOrEqual(104);
  expect(chosen.length).toBeGreaterThanOrEqual(23);
});

test("the recordings kept here take no more than 2 MB", () => {
  const sizes = recordings.map((name) => statSync(pathOf(name)).size);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2 * 2 ** 20);
});

test.each(chosen)("%s is told number by number by the same run here", async (name) => {
  expect(await parting(name)).toBeNull();
});

test.each(workloads)("the built-in $name asks for what was asked of the real driver", (built) => {
  expect(built).toEqual(operationsOf(built.name));
});
