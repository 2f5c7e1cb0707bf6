// gartrace.ts - runs the built command as a person does: in a folder of its own, reading what it prints.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { freshFolder } from "../fresh-folder.ts";
import { assertShape } from "../shape-of.ts";

/** The command as it was built. Mutants are tried in a folder inside `dist`, where it is that of the code without them. */
export const main = builtIn(resolve("."), "dist/src/cli/main.js");
export const reference = resolve("traces/reference");

function builtIn(folder: string, path: string): string {
  const [file, above] = [join(folder, path), dirname(folder)];
  return existsSync(file) || above === folder ? file : builtIn(above, path);
}

export interface Ran {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Where {
  readonly folder?: string;
  readonly env?: { readonly [name: string]: string };
  /** Gets the process while it runs. */
  readonly meanwhile?: (child: ChildProcess) => Promise<void> | void;
}

/** Runs `gartrace LINE`, words apart by blanks. */
export const gartrace = (line: string, where: Where = {}): Promise<Ran> =>
  run(process.execPath, [main, ...line.split(" ").filter((word) => word !== "")], where);

/** Runs any command, with nothing of this process's environment that changes colours. */
export async function run(
  command: string,
  words: readonly string[],
  { folder = freshFolder(), env = {}, meanwhile }: Where = {},
): Promise<Ran> {
  const { PATH, HOME } = process.env;
  const child = spawn(command, words, { cwd: folder, env: { PATH, HOME, ...env } });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const closed = new Promise<number | null>((done) => child.on("close", done));
  await meanwhile?.(child);
  const code = await closed;
  if (words[0] === main && code !== null && code !== 2) assertShape(words.slice(1), stdout);
  return { code, stdout, stderr };
}
