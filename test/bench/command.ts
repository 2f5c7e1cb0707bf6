// command.ts - runs the program itself.

import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** The one that is installed. */
export const program = join(import.meta.dirname, "../../bundle/gartrace.cjs");

export function commandEnds(...words: string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [program, ...words], { encoding: "utf8" });
  if (status !== 0)
    throw new Error(`gartrace ${words[0]} ends with exit code ${status}: ${stderr}`);
}
