// clearing.ts - AGP pages with zeroes in them, as agp_generic_alloc_page came to give them.

import { mfnOf } from "../address.ts";
import type { BridgeDriver } from "../agpgart/bridge.ts";

export const clearingPages = (driver: BridgeDriver): BridgeDriver => ({
  ...driver,
  allocPage: (bridge, use) => {
    const virt = driver.allocPage(bridge, use);
    if (virt === null) return null;
    const { kernel } = bridge.board.arch;
    const phys = kernel.physOf(virt);
    const machine = kernel.machineOf(phys)!;
    kernel.machine.emit({
      kind: "cpu.wrote",
      actor: "kernel",
      place: "clear_page",
      frame: mfnOf(machine),
      tag: 0,
      virt,
      phys,
      machine,
    });
    return virt;
  },
});
