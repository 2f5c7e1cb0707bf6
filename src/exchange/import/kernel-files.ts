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
    // kernel/dma/debug.c, dump_show(); "pfn" and "offset" before 6.14.
    name: "dma-api-dump",
    what: "the mappings in force at one moment, without a time",
    madeBy: "sudo cat /sys/kernel/debug/dma-api/dump",
    line: /^\S+ \S+ (?:single|page|sg|sca(?:tt|th)er-gather|coherent|resource|phy|noncoherent) idx \d+ P=/,
  },
  {
    // drivers/iommu/intel/debugfs.c, domain_translation_struct_show().
    name: "domain-translation",
    what: "an IOMMU's tables at one moment, without a time",
    madeBy: "sudo cat /sys/kernel/debug/iommu/intel/domain_translation_struct",
    line: /^(?:Device [0-9a-f:.]+ (?:with pasid \w+ )?@0x[0-9a-f]+|IOVA_PFN\s+PML5E\b.*|0x[0-9a-f]{9,16}\s*\|\s*0x[0-9a-f]{16}\b.*)$/,
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
