// iomem.ts - /proc/iomem: which physical addresses are whose, as the kernel lists it.

import { listedFile } from "../join/listed-file.ts";

const HIDDEN = /^0+$/;

export const iomem = listedFile({
  name: "iomem",
  what: "which physical addresses are whose",
  madeBy: "sudo cat /proc/iomem",
  near: /System RAM/,
  // Two blanks a level.
  line: /^ *([0-9a-f]{8,16})-([0-9a-f]{8,16}) : (\S.*)$/,
  row: "FIRST-LAST : OWNER",
  take: ({ tally }, { memoryMap }, [, first, last, name]) => {
    if (HIDDEN.test(first!) && HIDDEN.test(last!)) {
      tally.skipped("range", "its addresses are hidden: read /proc/iomem as root", 1);
      return;
    }
    memoryMap.add(BigInt(`0x${first}`), BigInt(`0x${last}`), name!.trim());
    tally.kept("range");
  },
});
