// vitest.config.ts - how the tests run: files share what they import, and a limit is there to end a hang alone.

import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { HANG } from "./test/hang.ts";

export default defineConfig({
  test: {
    dir: "test",
    // Each file with modules of its own costs 50 s of imports on two cores.
    isolate: false,
    // A worker that waits for a command of ours leaves its core to another one.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    globalSetup: ["test/temporary.ts"],
    testTimeout: HANG,
    hookTimeout: HANG,
    expect: { poll: { timeout: HANG } },
  },
});
