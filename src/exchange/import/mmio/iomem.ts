// iomem.ts - /proc/iomem: which physical addresses are whose, as the kernel lists it. It is known and left alone.

import type { ContextFormat } from "../join/format.ts";

/** Two blanks a level; without privilege all addresses are 0. */
const LINE = /^ *[0-9a-f]{8,16}-[0-9a-f]{8,16} : \S/;

export const iomem: ContextFormat = {
  name: "iomem",
  what: "which physical addresses are whose",
  madeBy: "sudo cat /proc/iomem",
  near: /System RAM/,
  part: "context",
  recognises: (head) => {
    const lines = head
      .toString("latin1")
      .split(/\r?\n/)
      .filter((line) => line !== "");
    return lines.length > 0 && lines.slice(0, 5).every((line) => LINE.test(line));
  },
  async read(source) {
    for await (const lines of source.lines())
      for (const line of lines) {
        source.line++;
        if (line === "") continue;
        if (LINE.test(line)) source.tally.kept("range");
        else source.tally.skipped("line", "not FIRST-LAST : OWNER", 1);
      }
  },
};
