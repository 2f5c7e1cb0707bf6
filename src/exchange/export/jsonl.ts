// jsonl.ts - gartrace's own lines of JSON: a header, then an event a line; importing them is exact.

import { toLine } from "../../event/line.ts";
import { headerLine } from "../jsonl-header.ts";
import { inParts } from "./format.ts";
import { Lines } from "./lines.ts";

export const jsonl = inParts("jsonl", false, {
  length: 16384,
  head: ({ about, count }, wanted) => `${headerLine(about, wanted === null ? count : null)}\n`,
  part(trace, from, to, wanted) {
    const { virtBase } = trace.about;
    const lines = new Lines();
    for (const recorded of trace.events(from, to))
      if (wanted === null || wanted(trace, recorded)) lines.add(`${toLine(recorded, virtBase)}\n`);
    return { bytes: lines.end(), about: null };
  },
  end: () => "",
});
