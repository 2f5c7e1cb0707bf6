// edited.fuzz.ts - one wrong value in a recording of the real driver does not pass for the right one.
//
// Every field of every kind of line is changed once, by the smallest step there is; then each kind of line is
// left out, and each fact of a result. The importer refuses the recording, or the comparison says where it parts.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { compare } from "../../src/diff/diff.ts";
import { UserError } from "../../src/fault.ts";
import { memoryTrace, recorded } from "../memory-trace.ts";
import { imported, setupLike } from "../recordings.ts";
import { editsOf, mayBeLeftOut, notCompared } from "./edits.ts";

const folder = mkdtempSync(join(tmpdir(), "gartrace-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each([
  // The run that ends before it has a table is the quickest to read.
  ["xen-i386.legacy-xenioremap.intel-440bx.smoke", 6],
  ["xen-i386.gart.intel-440bx.fallback", 8],
  ["native-i386.legacy.intel-440bx.oom", 5],
  ["xen-i386.gart.intel-440bx.random-200", 9],
  ["xen-i386.legacy.intel-440bx.errors", 19],
])("in %s", (name, operations) => {
  const here = recorded(setupLike(name));
  const all = [...here.events()];

  test.each(editsOf(name, operations))("$what", async ({ what, upTo, lines }) => {
    const path = join(folder, "edited");
    writeFileSync(path, lines.join("\n"));
    const same = memoryTrace(
      here.about,
      all.filter(({ op }) => op <= upTo),
    );
    const isFound = await imported(path).then(
      (edited) => differs(() => compare(same, edited, { exact: true }).first !== null),
      (error: unknown) => differs(() => refuses(error)),
    );
    expect(isFound).toBe(!(what in notCompared) && !mayBeLeftOut.includes(what));
  });
});

function differs(asks: () => boolean): boolean {
  try {
    return asks();
  } catch (error) {
    return refuses(error);
  }
}

/** Whether it is a complaint that says where; anything else is a mistake of this program. */
function refuses(error: unknown): boolean {
  if (!(error instanceof UserError)) throw error;
  expect(error.message).toMatch(/edited:\d+: |different workloads/);
  return true;
}
