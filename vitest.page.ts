// vitest.page.ts - how the page's tests run, which need a browser: apart from all others.

import { defineConfig } from "vitest/config";
import { HANG } from "./test/hang.ts";

export default defineConfig({
  test: {
    dir: "test",
    include: ["web/*.browser.ts"],
    maxWorkers: 1,
    globalSetup: ["test/temporary.ts"],
    testTimeout: HANG,
    hookTimeout: HANG,
  },
});
