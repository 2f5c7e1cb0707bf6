#!/usr/bin/env node
// main.ts - starts the command gartrace: from the bundle, or module by module where the code is newer than it.
//
// 500 modules take half a second to find and to compile, the few files of the bundle a third of that.

import { statSync } from "node:fs";

const dist = new URL("../../", import.meta.url);
const bundle = new URL("bundle/program.js", dist);

const madeAt = (file: URL): number | undefined =>
  statSync(file, { throwIfNoEntry: false })?.mtimeMs;

/** The compiler writes this file whenever it writes code; the package is without it. */
const codeAt = madeAt(new URL(".tsbuildinfo", dist)) ?? 0;
const bundleAt = madeAt(bundle);
await (bundleAt !== undefined && bundleAt >= codeAt ? import(bundle.href) : import("./program.ts"));
