// start.ts - what time a command takes from its start to its end where there is little to do, beside an empty program.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { record } from "../../src/index.ts";
import { program } from "./command.ts";
import { atMost, middleOf, type Row, type Table } from "./table.ts";

/** Milliseconds at most, of the median. */
const budgets = { "--version": 100, "info run.gart": 200 } as const;

export const startTable: Table = {
  name: "start",
  length: 20,
  short: 5,
  async measure(folder, length) {
    await record({ workload: "dma", output: join(folder, "run.gart") });
    const median = (...words: readonly string[]): number =>
      middleOf(
        Array.from({ length }, () => timed(folder, words)),
        (time) => time,
      );
    // What no command can do without.
    const empty = milliseconds(median("--eval", "0"));
    const rows = Object.entries(budgets).map(([words, bound]): Row => {
      const took = median(program, ...words.split(" "));
      const budget = atMost(bound, took, milliseconds);
      return { cells: [`gartrace ${words}`, milliseconds(took)], budgets: [budget] };
    });
    return {
      title: `a command from its start to its end, median of ${length}`,
      heading: ["", "measured"],
      rows: [{ cells: ["node, an empty program", empty], budgets: [] }, ...rows],
    };
  },
};

const milliseconds = (time: number): string => `${Math.round(time)} ms`;

function timed(folder: string, words: readonly string[]): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, words, {
    cwd: folder,
    encoding: "utf8",
  });
  const time = performance.now() - began;
  if (status !== 0) throw new Error(`node ${words.join(" ")} ends with ${status}: ${stderr}`);
  return time;
}
