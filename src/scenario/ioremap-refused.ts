// ioremap-refused.ts - ioremap is given a pseudo-physical address where Xen's takes a machine address.
//
// The frame of that number is another domain's, the hypervisor refuses it, and agpgart does not load: what
// most people who tried AGP under Xen saw (xen 2594f8caad, arch/xen/i386/mm/ioremap.c).

import { intel440bx } from "../chipset/440bx.ts";
import { gart } from "../hooks/gart.ts";
import { legacy } from "../hooks/legacy.ts";
import { xenI386 } from "../platform/xen-i386.ts";
import { type Scenario, sized, workloadOf } from "./scenario.ts";

export const ioremapRefused: Scenario = {
  name: "ioremap-refused",
  row: 20,
  tells: "ioremap is asked for another domain's frame, and the driver does not load",
  real: "agpgart under Xen before xen 2594f8caad; the X server's BARs until history 2474fbb4fa",
  check: "remap-astray",
  verdict: "wrong-space",
  platform: xenI386,
  hooks: gart,
  chipset: sized(intel440bx, 0xb4, 0x3f),
  workload: workloadOf("ioremap-refused", { op: "init" }, { op: "cleanup" }),
  flaw: { hooks: legacy },
};
