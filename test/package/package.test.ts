// package.test.ts - what npm packs: all that is needed, no tests, small; and it works where it is unpacked.

import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
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
    const main = join(own, "dist/bundle/gartrace.cjs");
    expect(node(main, "--version")).toMatch(/^\d+\.\d+\.\d+\n$/);
    node(main, "record", "smoke", "-o", "run.gart");
    expect(node(main, "info", "run.gart")).toMatch(/^right: /);
    expect(node(main, "list", "bugs")).toMatch(/bound-twice/);
  });

  test("has the JSON Schema of every shape", () => {
    const main = join(own, "dist/bundle/gartrace.cjs");
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

  test("works beside a program's own better-sqlite3, whose errors stay its own", () => {
    writeFileSync(
      join(folder, "both.mjs"),
      `import Database from "better-sqlite3";
       import { openTrace, record } from "gartrace";
       const own = new Database(":memory:");
       const refused = (ask) => { try { ask(); } catch (error) { return error; } };
       await record({ workload: "dma", output: "both.gart" });
       const trace = openTrace("both.gart");
       console.log(refused(() => trace.query("SELECT nothing")).code);
       console.log(refused(() => own.exec("nonsense")) instanceof Database.SqliteError);
       trace.close();`,
    );
    expect(node("both.mjs")).toBe("ERR_INPUT\ntrue\n");
  });

  test.each([
    ["is missing", null, "is not built"],
    ["is of another system", "no program", "is built for another Node than this one"],
  ])("whose compiled part %s says what to do, and where", (_, part, says) => {
    const installed = join(freshFolder(), "node_modules");
    const sqlite = join(installed, "better-sqlite3");
    const compiled = "build/Release/better_sqlite3.node";
    mkdirSync(join(sqlite, "build/Release"), { recursive: true });
    for (const name of ["package.json", "lib"])
      cpSync(join(modules, "better-sqlite3", name), join(sqlite, name), { recursive: true });
    if (part !== null) writeFileSync(join(sqlite, compiled), part);
    cpSync(own, join(installed, "gartrace"), { recursive: true });
    const main = join(installed, "gartrace/dist/bundle/gartrace.cjs");
    const { status, stderr } = spawnSync(process.execPath, [
      main,
      "info",
      join(folder, "run.gart"),
    ]);
    const [line, rest] = `${stderr}`.split("\n");
    expect(line).toContain(`gartrace: better-sqlite3 ${says} (${process.version}, `);
    expect(line).toContain(`run 'npm rebuild better-sqlite3' in ${join(installed, "..")}; `);
    expect([status, rest]).toEqual([2, ""]);
    rmSync(installed, { recursive: true });
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
