// jsonl.ts - gartrace's own lines of JSON: a header, then an event a line; importing them is exact.

import { toLine } from "../../event/line.ts";
import { headerLine } from "../jsonl-header.ts";
import type { ExportFormat } from "./format.ts";

export const jsonl: ExportFormat = {
  name: "jsonl",
  traces: 1,
  binary: false,
  *pieces([trace]) {
    yield `${headerLine(trace!.about, trace!.count)}\n`;
    for (const recorded of trace!.events()) yield `${toLine(recorded, trace!.about.virtBase)}\n`;
  },
};
