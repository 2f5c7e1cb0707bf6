// kernel-files.ts - what lies beside a kernel's trace and is not needed to read it: known by name, and left alone.

import type { ContextFormat } from "./join/format.ts";
import { type ListedFile, listedFile } from "./join/listed-file.ts";

const files: readonly ListedFile[] = [
  {
    name: "kallsyms",
    what: "the kernel's symbols",
    madeBy: "sudo cat /proc/kallsyms",
    line: /^[0-9a-f]{8,16} [a-zA-Z?] \S+(?:\s+\[\S+\])?$/,
  },
  {
    name: "kernel-bases",
    what: "where the kernel's address ranges begin",
    madeBy: "crash or gdb on /proc/kcore, a variable a line",
    line: /^# \w+ @0x[0-9a-f]+ = (?:0x)?[0-9a-f]+$/,
  },
  {
    // tools/misc/xen-mfndump.c, dump_m2p_func().
    name: "m2p-dump",
    what: "which page each frame is, of all domains",
    madeBy: "sudo xen-mfndump dump-m2p",
    line: /^(?: --- (?:Dumping|End of) M2P ---| Max MFN: +\d+| *mfn=0x[0-9a-f]+ ==> pfn=0x[0-9a-f]+)$/,
  },
];

export const kernelFiles: readonly ContextFormat[] = files.map(({ what, ...file }) =>
  listedFile({ ...file, what: `${what}; it is known and left alone` }),
);
