// virt-to-phys.ts - GATT entries hold pseudo-physical addresses: the bug that began it.
//
// agpgart under Xen before the hooks (xen c3565a2b1d of September 2004, linux 07eee78ea8ba); it came back when
// the hooks were taken out in 2009 and Xen's dom0 had the GART "pointing to a random location" (597bbe84922).
// The table itself is converted here, so that nothing refuses to load and the entries alone are wrong.

import { intel440bx } from "../chipset/440bx.ts";
import { gart } from "../hooks/gart.ts";
import { legacy } from "../hooks/legacy.ts";
import { xenI386 } from "../platform/xen-i386.ts";
import { bindFour, type Scenario, sized } from "./scenario.ts";

export const virtToPhys: Scenario = {
  name: "virt-to-phys",
  row: 1,
  tells: "GATT entries hold pseudo-physical addresses",
  real: "agpgart under Xen: xen c3565a2b1d, linux 07eee78ea8ba, 597bbe84922",
  check: "entry-astray",
  verdict: "wrong-space",
  platform: xenI386,
  hooks: gart,
  chipset: sized(intel440bx, 0xb4, 0x3f),
  workload: bindFour("virt-to-phys"),
  flaw: {
    hooks: {
      ...gart,
      name: "gart for the table alone",
      toDevice: (arch, address, place) => {
        const isTable = place === "agp_generic_create_gatt_table";
        return (isTable ? gart : legacy).toDevice(arch, address, place);
      },
      fromDevice: legacy.fromDevice,
    },
  },
};
