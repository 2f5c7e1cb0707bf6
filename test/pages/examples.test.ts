// examples.test.ts - every example of every page, run by the package in an empty folder, prints what the page says.

import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  linkSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { freshFolder } from "../fresh-folder.ts";
import { packed } from "../package/packed.ts";
import { type Command, examplesOf, isShown, roomPages } from "./page.ts";

/** What of a shell's line a machine may lack: an interpreter, a compiler. */
const isHere = (program: string): boolean =>
  spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
const foreign = ["python3", "cc"].filter((program) => !isHere(program));
const canRun = ({ line }: Command): boolean =>
  !foreign.some((program) => line.includes(`${program} `));

/** Traces that several pages make by the same command are made once: what it printed, and where the trace is. */
const made = new Map<string, { readonly printed: string; readonly path: string }>();
const making = /^gartrace (?:record smoke|import traces\/).* -o (\S+)$/;

const tried = ["README.md", ...roomPages]
  .map((page) => ({ page, examples: examplesOf(readFileSync(page, "utf8")) }))
  .filter(({ examples }) => examples.some((one) => "commands" in one));

describe.each(tried)("$page", ({ page, examples }) => {
  const folder = freshFolder();
  const commands = examples.flatMap((one) => ("file" in one ? [] : one.commands)).filter(canRun);

  beforeAll(() => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    const { modules } = packed();
    const programs = {
      gartrace: join(modules, "gartrace/dist/bundle/gartrace.cjs"),
      tsc: resolve("node_modules/typescript/bin/tsc"),
    };
    for (const [name, path] of Object.entries(programs)) {
      writeFileSync(join(bin, name), `#!/bin/sh\nexec '${process.execPath}' '${path}' "$@"\n`);
      chmodSync(join(bin, name), 0o755);
    }
    symlinkSync(modules, join(folder, "node_modules"));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
    if (page === "src/library/README.md")
      cpSync("src/library/engine", join(folder, "engine"), { recursive: true });
    symlinkSync(resolve("traces"), join(folder, "traces"));
    for (const one of examples) {
      if (!("file" in one)) continue;
      mkdirSync(dirname(join(folder, one.file)), { recursive: true });
      writeFileSync(join(folder, one.file), one.text);
    }
  });

  test.each(commands)("$line", ({ line, input, output }) => {
    const printed = printedBy(line, input).trimEnd();
    const lines = printed === "" ? [] : printed.split("\n");
    if (!isShown(lines, output)) expect(lines).toEqual(output);
  });

  function printedBy(line: string, input: readonly string[]): string {
    const [, trace] = making.exec(line) ?? [];
    const known = made.get(line);
    if (trace !== undefined && known !== undefined) {
      linkSync(known.path, join(folder, trace));
      return known.printed;
    }
    const printed = execFileSync("sh", ["-c", `{ ${line}\n} 2>&1 || true`], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: "1", PATH: `${folder}/bin:${process.env.PATH}` },
      input: input.map((one) => `${one}\n`).join(""),
      encoding: "utf8",
    });
    if (trace !== undefined) made.set(line, { printed, path: join(folder, trace) });
    return printed;
  }
});
