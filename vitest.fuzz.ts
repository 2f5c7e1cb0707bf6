// vitest.fuzz.ts - how the tests run that damage many inputs, which take as long as all of a room: apart from the others.

import { defineConfig, mergeConfig } from "vitest/config";
import tests from "./vitest.config.ts";

export default mergeConfig(tests, defineConfig({ test: { include: ["**/*.fuzz.ts"] } }));
