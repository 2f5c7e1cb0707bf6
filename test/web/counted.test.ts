// counted.test.ts - a count on the page is written as everywhere else.

import { expect, test } from "vitest";
import { counted } from "../../src/web/counted.ts";

test.each([0, 7, 999, 1000, 82_084, 10_000_000])("%i", (count) => {
  expect(counted(count)).toBe(count.toLocaleString("en-US"));
});
