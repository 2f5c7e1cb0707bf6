// package.test.ts - what npm packs: all that is needed, no tests, small; and it works where it is unpacked.

import { execFileSync } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshFolder } from "../fresh-folder.ts";
import { packed } from "./packed.ts";

const { path, size, files, modules } = packed();
const folder = freshFolder();
const own = join(modules, "gartrace");
symlinkSync(modules, join(folder, "node_modules"));

const node = (...words: readonly string[]): string =>
  execFileSync(process.execPath, words, { cwd: folder, encoding: "utf8" });

describe("the package", () => {
  test("is small and has no tests", () => {
    expect(size).toBeLessThan(1.5 * 2 ** 20);
    const paths = files.map((file) => file.path);
    expect(paths.filter((path) => /test|\.tsbuildinfo|\.md$/.test(path))).toEqual(["README.md"]);
    expect(paths).toEqual(
      expect.arrayContaining(["LICENSE", "dist/bundle/LICENSES.txt", "dist/bundle/index.d.ts"]),
    );
    const page = readFileSync(join(own, "dist/bundle/page/page.js"), "utf8");
    expect(page.slice(-20_000)).toMatch(/preact: MIT\n.*Permission is hereby granted/s);
  });

  test("needs the one package that is compiled", () => {
    const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(Object.keys(dependencies)).toEqual(["better-sqlite3"]);
  });

  test("has a command that works", () => {
    const main = join(own, "dist/src/cli/main.js");
    expect(node(main, "--version")).toMatch(/^\d+\.\d+\.\d+\n$/);
    node(main, "record", "smoke", "-o", "run.gart");
    expect(node(main, "info", "run.gart")).toMatch(/^right: /);
    expect(node(main, "list", "bugs")).toMatch(/bound-twice/);
  });

  test("has the JSON Schema of every shape", () => {
    const main = join(own, "dist/src/cli/main.js");
    const names = node(main, "schema").trim().split("\n");
    expect(names).toEqual(
      expect.arrayContaining(["info", "workload", "event", "header", "probes"]),
    );
    const program = `import info from "gartrace/schemas/info.json" with { type: "json" };
      console.log(JSON.stringify(info));`;
    writeFileSync(join(folder, "schema.mjs"), program);
    expect(JSON.parse(node("schema.mjs"))).toEqual(JSON.parse(node(main, "schema", "info")));
    const there = files.map((file) => file.path);
    expect(there).toEqual(
      expect.arrayContaining(names.map((name) => `dist/bundle/schemas/${name}.json`)),
    );
  });

  test("has a library that works in plain JavaScript", () => {
    writeFileSync(
      join(folder, "own.mjs"),
      `import { openTrace, record } from "gartrace";
       await record({ workload: "smoke", output: "own.gart" });
       const trace = openTrace("own.gart");
       console.log(trace.word, trace.count > 10);
       trace.close();`,
    );
    expect(node("own.mjs")).toBe("right true\n");
  });

  test("is as publint and arethetypeswrong want a package of ES modules", () => {
    const run = (...words: readonly string[]) =>
      execFileSync(process.execPath, words, { encoding: "utf8" });
    expect(run("node_modules/publint/src/cli.js", "run", path, "--strict")).toMatch(/All good/);
    // It exits with 1 where something is wrong.
    const attw = "node_modules/@arethetypeswrong/cli/dist/index.js";
    expect(run(attw, path, "--profile", "esm-only")).toMatch(/ESM/);
  });
});
