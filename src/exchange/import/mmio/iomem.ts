// iomem.ts - /proc/iomem: which physical addresses are whose, as the kernel lists it.

import type { ContextFormat } from "../join/format.ts";

/** Two blanks a level; without privilege all addresses are 0. */
const LINE = /^ *([0-9a-f]{8,16})-([0-9a-f]{8,16}) : (\S.*)$/;
const HIDDEN = /^0+$/;

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
  async read(source, run) {
    for await (const lines of source.lines())
      for (const line of lines) {
        source.line++;
        if (line === "") continue;
        const [, first, last, name] = LINE.exec(line) ?? [];
        if (first === undefined) source.tally.skipped("line", "not FIRST-LAST : OWNER", 1);
        else if (HIDDEN.test(first) && HIDDEN.test(last!))
          source.tally.skipped("range", "its addresses are hidden: read /proc/iomem as root", 1);
        else {
          run.memoryMap.add(BigInt(`0x${first}`), BigInt(`0x${last}`), name!.trim());
          source.tally.kept("range");
        }
      }
  },
};
