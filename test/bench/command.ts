// command.ts - runs the program itself.

import { spawnSync } from "node:child_process";
import { join } from "node:path";

export const program = join(import.meta.dirname, "../../src/cli/main.js");

export function commandEnds(...words: string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [program, ...words], { encoding: "utf8" });
  if (status !== 0)
    throw new Error(`gartrace ${words[0]} ends with exit code ${status}: ${stderr}`);
}
