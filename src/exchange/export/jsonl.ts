// jsonl.ts - gartrace's own lines of JSON: a header, then an event a line; importing them is exact.

import { toLine } from "../../event/line.ts";
import { headerLine } from "../jsonl-header.ts";
import { inParts } from "./format.ts";

export const jsonl = inParts("jsonl", false, {
  length: 16384,
  head: ({ about, count }, wanted) => `${headerLine(about, wanted === null ? count : null)}\n`,
  part(trace, from, to, wanted) {
    const { virtBase } = trace.about;
    let lines = "";
    for (const recorded of trace.events(from, to))
      if (wanted === null || wanted(trace, recorded)) lines += `${toLine(recorded, virtBase)}\n`;
    return { bytes: Buffer.from(lines), about: null };
  },
  end: () => "",
});
