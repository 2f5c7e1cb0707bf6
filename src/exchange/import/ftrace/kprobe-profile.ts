// kprobe-profile.ts - how often each kprobe was hit and how often it missed: what a trace lacks without a word.

import type { ContextFormat } from "../join/format.ts";

const LINE = /^ +(\w+) +(\d+) +(\d+)$/;

export const kprobeProfile: ContextFormat = {
  name: "kprobe-profile",
  what: "how often each kprobe was hit and missed",
  madeBy: "cat /sys/kernel/tracing/kprobe_profile",
  near: null,
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
        const [, name, , missed] = LINE.exec(line) ?? [];
        if (name === undefined) source.tally.skipped("line", "not PROBE HITS MISSED", 1);
        else {
          source.tally.kept(name);
          if (missed !== "0") source.tally.lost(name, Number(missed));
        }
      }
  },
};
