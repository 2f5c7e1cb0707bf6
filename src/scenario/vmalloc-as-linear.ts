// vmalloc-as-linear.ts - virt_to_phys() is asked for an address of vmalloc's.
//
// __pa() subtracts PAGE_OFFSET, which means something in the linear mapping alone. swiotlb-xen did so to
// addresses that had come from ioremap and vmalloc (linux 8b1e868f6607, 2020).

import { intel440bx } from "../chipset/440bx.ts";
import { gart } from "../hooks/gart.ts";
import { nativeI386 } from "../platform/native-i386.ts";
import { type Scenario, workloadOf } from "./scenario.ts";

const mapped = (by: "single" | "sg") =>
  workloadOf(
    "vmalloc-as-linear",
    { op: "buffer", buffer: 0, pages: 2, kind: "vmalloc" },
    { op: "cpu_write", buffer: 0 },
    { op: "dma_map", buffer: 0, direction: "to-device", by },
    { op: "dma_read", buffer: 0 },
    { op: "dma_unmap", buffer: 0 },
  );

export const vmallocAsLinear: Scenario = {
  name: "vmalloc-as-linear",
  row: 30,
  tells: "a handle is made of a vmalloc address as if it were of the linear mapping",
  real: "linux 8b1e868f6607 of 2020",
  check: "mapping-astray",
  verdict: "foreign-frame",
  platform: nativeI386,
  hooks: gart,
  chipset: intel440bx,
  workload: mapped("sg"),
  flaw: { workload: mapped("single") },
};
