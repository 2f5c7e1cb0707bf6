// oldest.test.ts - of more keys than there may be the first go, each once and in order.

import { expect, test } from "vitest";
import { Oldest } from "../../src/machine/oldest.ts";

test("the keys that came first go first, and as many stay as there may be", () => {
  const oldest = new Oldest<number>(3);
  const gone = Array.from({ length: 10 }, (_, i) => oldest.push(i));
  expect(gone).toEqual([undefined, undefined, undefined, 0, 1, 2, 3, 4, 5, 6]);
});
