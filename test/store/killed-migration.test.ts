// killed-migration.test.ts - a trace of any format whose step to the newest one is killed at any write is as before or as after.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { TraceReader } from "../../src/store/read.ts";
import { leftBeside } from "../../src/store/recovery.ts";
import { gartrace } from "../cli/gartrace.ts";
import { freshFolder } from "../fresh-folder.ts";
import { compilePreload, preloaded } from "../torture/preload.ts";

const folder = "traces/formats";
const kept = [
  "test/store/first-format.gart.gz",
  ...readdirSync(folder).map((name) => `${folder}/${name}`),
];
const place = freshFolder();
let canPreload = false;
beforeAll(() => {
  canPreload = compilePreload(place);
});

/** The folder as it was before each change that the step makes there. */
async function killedAtEach(bytes: Buffer): Promise<{ states: string[]; after: Buffer }> {
  const [at, states] = [join(freshFolder(), "at"), freshFolder()];
  mkdirSync(at);
  writeFileSync(join(at, "t.gart"), bytes);
  const env = preloaded(at, { CALLS: "cd", KEEP: states }, place);
  const { code } = await gartrace("mark t.gart #1 words", { folder: at, env });
  expect(code).toBe(0);
  return {
    states: readdirSync(states).map((name) => join(states, name, "t.gart")),
    after: readFileSync(join(at, "t.gart")),
  };
}

test.each(kept)("%s", async (name) => {
  // Without a compiler nothing can be killed at a write; everything else of the step is held by kept.test.ts.
  if (!canPreload) return;
  const before = gunzipSync(readFileSync(name));
  const { states, after } = await killedAtEach(before);
  expect(states.length).toBeGreaterThan(10);
  for (const path of states) {
    TraceReader.open(path).close();
    const bytes = readFileSync(path);
    expect([path, leftBeside(path)]).toEqual([path, null]);
    expect([path, bytes.equals(before) || bytes.equals(after)]).toEqual([path, true]);
  }
});
