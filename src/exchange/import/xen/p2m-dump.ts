// p2m-dump.ts - reads the dump of a dom0's P2M table, taken at the end of a run.

import { UserError } from "../../../fault.ts";
import type { ContextFormat } from "../join/format.ts";
import { MOST_RANGES, P2mTable, type PageRange } from "../kernel/p2m-table.ts";

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
    const table = new P2mTable();
    for await (const lines of source.lines())
      for (const line of lines) {
        source.line++;
        if (line === "" || line.startsWith("#")) continue;
        const [, first, count, frame, kind, step] = RANGE.exec(line) ?? [];
        const range: PageRange = {
          first: Number(first),
          count: Number(count),
          frame: Number(frame),
          step: Number(step) as PageRange["step"],
        };
        // What is invalid has no frame; a foreign frame is another domain's, and as real.
        const isThere = kind !== "INVALID";
        const refused =
          first === undefined
            ? "not FIRST COUNT FRAME KIND STEP"
            : isThere && P2mTable.refusal(range);
        if (typeof refused === "string") source.tally.skipped("p2m", refused, 1);
        else {
          if (table.isFull)
            throw source.refuse(`more than ${MOST_RANGES.toLocaleString("en-US")} ranges of pages`);
          source.tally.kept("p2m");
          if (isThere) table.add(range);
        }
      }
    table.end();
    run.frames.dump = table;
  },
};
