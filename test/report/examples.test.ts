// examples.test.ts - what the pages show of a trace is what is said of it.

import { beforeAll, expect, test } from "vitest";
import { allAsking } from "../pages/in-process.ts";
import { isShown } from "../pages/page.ts";

const { tried, make } = allAsking([
  "blame",
  "check",
  "diff",
  "events",
  "explain",
  "history",
  "info",
  "state",
  "why",
  "xlate",
]);
beforeAll(make);

test.each(tried)("$page: $line", async ({ lines, output }) => {
  const printed = await lines();
  if (!isShown(printed, output)) expect(printed).toEqual(output);
});
