// examples.test.ts - what the pages show of the debugger is what it says to what is typed.

import { beforeAll, expect, test } from "vitest";
import { allAsking } from "../pages/in-process.ts";
import { isShown } from "../pages/page.ts";

const { tried, make } = allAsking(["debug"]);
beforeAll(make);

test.each(tried)("$page: $line", async ({ lines, output }) => {
  const printed = await lines();
  if (!isShown(printed, output)) expect(printed).toEqual(output);
});
