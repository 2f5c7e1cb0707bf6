// processes.test.ts - programs on several platforms: what they are told, and what only addresses tell.

import { expect, test } from "vitest";
import { setupOf } from "../laws.ts";
import { recorded } from "../memory-trace.ts";

/** What every call of a run returned, and what the front end kept after it. */
const seen = (words: string, lenientIoremap = false) =>
  [...recorded(setupOf(`${words} two-clients`, { lenientIoremap })).ops()].map(
    ({ name, result }) => ({ name, ret: result?.ret, fe: result?.fe }),
  );

test("return codes and the front end's state are the same with right and wrong hooks, native and Xen", () => {
  const native = seen("native-i386 gart");
  expect(native.length).toBe(61);
  expect(new Set(native.map(({ ret }) => ret)).size).toBeGreaterThan(3);
  expect(seen("xen-i386 gart")).toEqual(native);
  expect(seen("xen-i386 legacy", true)).toEqual(native);
});
