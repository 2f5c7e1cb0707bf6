// jsonl.ts - gartrace's own lines of JSON: a header, then an event a line; importing them is exact.

import { toLine } from "../../event/line.ts";
import { RowLines } from "../../event/row-line.ts";
import { TextBytes } from "../../event/text-bytes.ts";
import { headerLine } from "../jsonl-header.ts";
import { inParts } from "./format.ts";

export const jsonl = inParts("jsonl", false, {
  length: 4096,
  head: ({ about, count }, wanted) => `${headerLine(about, wanted === null ? count : null)}\n`,
  maker(trace, wanted) {
    const { virtBase } = trace.about;
    const text = new TextBytes();
    const lines = new RowLines(text, trace.names, virtBase);
    return (from, to) => {
      for (const stored of trace.stored(from, to)) {
        if (wanted === null && lines.add(stored.row)) continue;
        const recorded = trace.recorded(stored);
        if (wanted === null || wanted(trace, recorded))
          text.text(`${toLine(recorded, virtBase)}\n`);
      }
      return { bytes: text.take(), about: null };
    };
  },
  end: () => "",
});
