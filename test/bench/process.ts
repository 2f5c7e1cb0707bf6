// process.ts - what is measured in a process of its own, so that its memory is its own.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { keepHeapSmall } from "../../src/cli/heap.ts";

// As the program itself has it: these look things up, the others go through a trace.
const lookUps: { readonly [program: string]: string } = {
  "seek.js": "state",
  "answer.js": "serve",
};
keepHeapSmall(lookUps[basename(process.argv[1] ?? "")] ?? "");

/** Runs a file of process/, by its name, and gives its report. */
export function resultOf<T>(name: string, ...words: readonly (string | number)[]): T {
  const program = join(import.meta.dirname, "process", `${name}.js`);
  const ran = spawnSync(process.execPath, [program, ...words.map(String)], { encoding: "utf8" });
  if (ran.error !== undefined) throw ran.error;
  const { status, signal, stdout, stderr } = ran;
  process.stderr.write(stderr);
  if (status === 0) return JSON.parse(stdout) as T;
  // Node prints what was thrown below the line of code that threw it.
  const [thrown = signal ?? `exit code ${status}`] = /^\w*Error\b.*$/m.exec(stderr) ?? [];
  throw new Error(`${[name, ...words].join(" ")}: ${thrown}`);
}

/** What the calling process says: one line of JSON. */
export const report = <T>(what: T): void => {
  process.stdout.write(`${JSON.stringify(what)}\n`);
};

/**
 * The most memory that this process has taken so far, in kilobytes. What getrusage says (ru_maxrss) is no
 * less than what the process had that started this one: Linux carries it over execve, see getrusage(2).
 */
export function peakMemory(): number {
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))!;
  return Number(kilobytes);
}
