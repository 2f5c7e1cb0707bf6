// recording.test.ts - what a run is made of, by names: unknown ones, and files in the place of workloads.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { chipsets } from "../../src/chipset/index.ts";
import { UserError } from "../../src/fault.ts";
import { hookSets } from "../../src/hooks/index.ts";
import { type RunRequest, recordTo, setupOf } from "../../src/library/recording.ts";
import { workloadOf } from "../../src/library/workload-file.ts";
import { platforms } from "../../src/platform/index.ts";
import { workloads } from "../../src/workload/index.ts";
import { freshFolder } from "../fresh-folder.ts";
import { reference } from "./gartrace.ts";

const wanted: RunRequest = {
  platform: "native-i386",
  hooks: "gart",
  chipset: "intel-440bx",
  workload: workloads[0]!,
  seed: 0,
  lenientIoremap: false,
  device: true,
};

test.each([
  ["platform", platforms],
  ["hooks", hookSets],
  ["chipset", chipsets],
] as const)("an unknown %s is answered with the known ones", (what, list) => {
  const names = list.map(({ name }) => name).join(", ");
  expect(() => setupOf({ ...wanted, [what]: "vax" })).toThrow(UserError);
  expect(() => setupOf({ ...wanted, [what]: "vax" })).toThrow(
    `unknown ${what} 'vax'; known: ${names}`,
  );
});

test("a workload is a built-in one by its name, or a file by its path", () => {
  expect(workloadOf("smoke")).toBe(workloads.find(({ name }) => name === "smoke"));
  expect(workloadOf(join(reference, "smoke.ops.json"))).toEqual(workloadOf("smoke"));
});

test("an unknown workload is answered with the known ones", () => {
  const names = workloads.map(({ name }) => name).join(", ");
  expect(() => workloadOf("nothing")).toThrow(
    `unknown workload 'nothing'; known: ${names}, or a path to FILE.json`,
  );
});

test("a workload's file that cannot be read says so with its path", () => {
  const folder = freshFolder();
  const at = (name: string) => join(folder, name);
  mkdirSync(at("folder.d"));
  writeFileSync(at("text.json"), "init alloc bind");
  expect(() => workloadOf(at("none.json"))).toThrow(/workload .*none.json: there is no such file$/);
  expect(() => workloadOf(at("folder.d"))).toThrow(/workload .*folder.d: EISDIR/);
  expect(() => workloadOf(at("text.json"))).toThrow(/text.json is not JSON: /);
});

test.each(["", "none/"])("a trace is not written to '%s', which names no file", async (path) => {
  await expect(recordTo(path, setupOf(wanted), false)).rejects.toThrow(
    `'${path}' is no file to write to; name a file`,
  );
});
