// hooks-missing.ts - one architecture's port has no hooks of its own, so that the generic ones hold there too.
//
// The x86_64 port of Xen had no agp.h for 20 months after the i386 port had got its own (xen 99bbc67f93).

import { amd64s } from "../chipset/amd64.ts";
import { gart } from "../hooks/gart.ts";
import { legacy } from "../hooks/legacy.ts";
import { xenX86_64 } from "../platform/x86-64.ts";
import { type Scenario, workloadOf } from "./scenario.ts";

export const hooksMissing: Scenario = {
  name: "hooks-missing",
  row: 21,
  tells: "a port of Xen runs with the hooks of bare metal",
  real: "Xen's x86_64 port without agp.h: xen 99bbc67f93",
  check: "remap-astray",
  verdict: "wrong-space",
  platform: xenX86_64,
  hooks: gart,
  chipset: amd64s[0]!,
  workload: workloadOf("hooks-missing", { op: "init" }, { op: "cleanup" }),
  flaw: { hooks: legacy },
};
