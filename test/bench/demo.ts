// demo.ts - what time `gartrace demo` takes, from its start to its end.

import { spawnSync } from "node:child_process";
import { program } from "./command.ts";
import { atMost, type Table } from "./table.ts";

export const demoTable: Table = {
  name: "demo",
  length: 0,
  short: 0,
  measure(folder) {
    const { processor, wall } = timed(folder);
    const tenths = (seconds: number) => `${seconds.toFixed(1)} s`;
    return {
      title: "gartrace demo: the mail of 17 March 2005, run",
      heading: ["", "measured"],
      rows: [
        { cells: ["processor time", tenths(processor)], budgets: [atMost(15, processor, tenths)] },
        { cells: ["from start to end", tenths(wall)], budgets: [] },
      ],
    };
  },
};

/** Seconds of processor time, the kernel's included, and of the clock: bash says them of what it ran. */
function timed(folder: string): { processor: number; wall: number } {
  const command = 'TIMEFORMAT="%U %S %R"; time "$0" "$1" demo';
  const env = { ...process.env, TMPDIR: folder, LC_ALL: "C" };
  const words = ["-c", command, process.execPath, program];
  const { status, stderr } = spawnSync("/bin/bash", words, { encoding: "utf8", env });
  if (status !== 0) throw new Error(`gartrace demo ends with exit code ${status}: ${stderr}`);
  const said = stderr.trimEnd().split("\n").at(-1)!;
  const [user, system, wall] = said.split(" ").map(Number) as [number, number, number];
  return { processor: user + system, wall };
}
