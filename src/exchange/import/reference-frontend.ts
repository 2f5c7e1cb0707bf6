// reference-frontend.ts - lines of a reference recording about /dev/agpgart and the programs that use it.

import { hex } from "../../address.ts";
import type { Shape } from "./reference-lines.ts";
import { entered, type Readers, returned } from "./reference-reading.ts";

export const frontend = {
  // The front end announces itself and goes; the shape holds that it does so as agpgart's minor.
  misc_register: (reading, { ret }) => returned(reading, "agp_frontend_initialize", ret),
  misc_deregister: (reading) => entered(reading, "agp_frontend_cleanup"),
  fput: (reading, { file, f_count }) => returned(reading, `fput(file ${file})`, f_count),
  copy_from_user: (reading, line) =>
    returned(reading, `copy_from_user(${line.bytes})`, line.left, line.in),
  copy_to_user: (reading, line) =>
    returned(reading, `copy_to_user(${line.bytes})`, line.left, line.in),
  io_remap_pfn_range: (reading, { vm_start, pfn, size, prot, ret }) => {
    const how = `${hex(vm_start)}, ${hex(pfn)}, ${size}, ${hex(prot)}`;
    returned(reading, `io_remap_pfn_range(${how})`, ret, "agp_mmap");
  },
  kmalloc_failed: ({ machine }, { size }) => {
    const refused = { fault: "no-memory", text: "kmalloc", size } as const;
    machine.emit({ kind: "fault.raised", actor: "kernel", ...refused });
  },
  blocked: ({ machine }) => {
    const waits = { fault: "blocked", text: "agp_mutex" } as const;
    machine.emit({ kind: "fault.raised", actor: "kernel", ...waits });
  },
} satisfies Partial<Readers<Shape>>;
