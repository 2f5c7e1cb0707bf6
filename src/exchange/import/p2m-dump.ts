// p2m-dump.ts - a dom0's P2M table as it was at the end of a run, in runs of entries that follow each other.

import { type Mfn, mfn, type Pfn, raw } from "../../address.ts";
import { UserError } from "../../fault.ts";
import type { ContextFormat } from "./format.ts";

interface Run {
  readonly first: number;
  readonly count: number;
  readonly frame: number;
  readonly step: number;
}

/** Frames by page, found by halving. */
export class P2mDump {
  readonly #runs: readonly Run[];

  constructor(runs: readonly Run[]) {
    this.#runs = [...runs].sort((a, b) => a.first - b.first);
  }

  /** The frame of a page; null where the table has none. */
  frameOf(pfn: Pfn): Mfn | null {
    // The dump has plain numbers.
    const page = raw(pfn);
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#runs[middle]!.first <= page) low = middle + 1;
      else high = middle;
    }
    const run = this.#runs[low - 1];
    if (run === undefined || page >= run.first + run.count) return null;
    return mfn(run.frame + (page - run.first) * run.step);
  }
}

const NUMBER = "(0x[0-9a-f]+|[0-9]+)";
const RUN = new RegExp(`^${NUMBER} ${NUMBER} ${NUMBER} (RAM|IDENTITY|FOREIGN|INVALID) (-?[01])$`);
const COLUMNS = "pfn_first pfn_count mfn_first kind step";

export const p2mDump: ContextFormat = {
  name: "p2m",
  part: "context",
  recognises: (head) =>
    head.includes(COLUMNS) && head.toString("latin1").trimStart().startsWith("#"),
  async read(source, run) {
    if (run.frames.dump !== null)
      throw new UserError(`${source.path}: a second P2M dump; a run has one, taken at its end`);
    const runs: Run[] = [];
    for await (const lines of source.lines())
      for (const line of lines) {
        source.line++;
        if (line === "" || line.startsWith("#")) continue;
        const [, first, count, frame, kind, step] = RUN.exec(line) ?? [];
        const entry = {
          first: Number(first),
          count: Number(count),
          frame: Number(frame),
          step: Number(step),
        };
        if (first === undefined) source.tally.skipped("p2m", "not FIRST COUNT FRAME KIND STEP", 1);
        else {
          source.tally.kept("p2m");
          // What is invalid has no frame; a foreign frame is another domain's, and as real.
          if (kind !== "INVALID") runs.push(entry);
        }
      }
    run.frames.dump = new P2mDump(runs);
  },
};
