// kprobe-profile.ts - how often each kprobe was hit and how often it missed: what a trace lacks without a word.

import { listedFile } from "../join/listed-file.ts";

export const kprobeProfile = listedFile({
  name: "kprobe-profile",
  what: "how often each kprobe was hit and missed",
  madeBy: "cat /sys/kernel/tracing/kprobe_profile",
  line: /^ +(\w+) +(\d+) +(\d+)$/,
  row: "PROBE HITS MISSED",
  take: ({ tally }, _, [, name, , missed]) => {
    tally.kept(name!);
    if (missed !== "0") tally.lost(name!, Number(missed));
  },
});
