// p2m-dump.ts - reads the dump of a dom0's P2M table, taken at the end of a run.

import { UserError } from "../../../fault.ts";
import type { ContextFormat } from "../join/format.ts";
import { P2mTable, type PageRange } from "../kernel/p2m-table.ts";

const NUMBER = "(0x[0-9a-f]+|[0-9]+)";
const RANGE = new RegExp(`^${NUMBER} ${NUMBER} ${NUMBER} (RAM|IDENTITY|FOREIGN|INVALID) (-?[01])$`);
const COLUMNS = "pfn_first pfn_count mfn_first kind step";

export const p2mDump: ContextFormat = {
  name: "p2m",
  what: "the frames of a Xen domain's pages",
  madeBy: "xen-mfndump dump-p2m DOMID, as the captures of this project keep it",
  near: /pfn|mfn/,
  part: "context",
  recognises: (head) =>
    head.includes(COLUMNS) && head.toString("latin1").trimStart().startsWith("#"),
  async read(source, run) {
    if (run.frames.dump !== null)
      throw new UserError(`${source.path}: a second P2M dump; a run has one, taken at its end`);
    const ranges: PageRange[] = [];
    for await (const lines of source.lines())
      for (const line of lines) {
        source.line++;
        if (line === "" || line.startsWith("#")) continue;
        const [, first, count, frame, kind, step] = RANGE.exec(line) ?? [];
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
          if (kind !== "INVALID") ranges.push(entry);
        }
      }
    run.frames.dump = new P2mTable(ranges);
  },
};
