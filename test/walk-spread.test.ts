// walk-spread.test.ts - 1,000 walks come to every part of a machine often enough.

import { expect, test } from "vitest";
import { partsOf, spread, walkedMachines } from "./walk-spread.ts";

test("1,000 walks reach each platform, chipset, hook set and driver 25 times, and each pair five times", () => {
  const walked = new Map<string, number>();
  for (const machine of spread(1000))
    for (const [part] of partsOf(machine)) walked.set(part, (walked.get(part) ?? 0) + 1);
  const wanted = new Map(walkedMachines.flatMap(partsOf));
  const tooFew = [...wanted].filter(([part, times]) => (walked.get(part) ?? 0) < times);
  expect(tooFew).toEqual([]);
});
