#!/usr/bin/env node
// main.ts - starts the command gartrace in a clone: from the bundle, or module by module where the code is newer than it.
//
// 500 modules take half a second to find and to compile, the few files of the bundle a tenth of that.

import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const dist = new URL("../../", import.meta.url);
const bundle = new URL("bundle/gartrace.cjs", dist);

const madeAt = (file: URL): number | undefined =>
  statSync(file, { throwIfNoEntry: false })?.mtimeMs;

/** The compiler writes this file whenever it writes code. */
const codeAt = madeAt(new URL(".tsbuildinfo", dist)) ?? 0;
const bundleAt = madeAt(bundle);
if (bundleAt !== undefined && bundleAt >= codeAt)
  createRequire(import.meta.url)(fileURLToPath(bundle));
else await import("./program.ts");
