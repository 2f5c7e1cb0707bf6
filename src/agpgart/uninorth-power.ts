// uninorth-power.ts - what uninorth-agp.c does before and after a suspend, in 2005 and from May 2005 on.
//
// In linux 2.6.12-rc2 PCI calls both; later the driver of the card does (pmac_suspend_agp_for_card).

import { PCI_AGP_COMMAND } from "../chipset/agp-capability.ts";
import { u3 } from "../chipset/u3.ts";
import type { PciDevice } from "../platform/pci.ts";
import type { Bridge } from "./bridge.ts";
import { AGP_ENABLE } from "./enable.ts";

const BRIDGE = u3.bridge.device;
/** The part of a device's name that says its bus. */
const BUS = BRIDGE.slice(0, "0000:f0:".length);

/** agp_uninorth_suspend: AGP is switched off on the card, then on the bridge, and then the GART. */
export function suspend(bridge: Bridge): void {
  const { devices } = bridge.board.pci;
  for (const device of devices)
    if (device.name !== BRIDGE && device.name.startsWith(BUS)) disable(bridge, device, "device");
  bridge.commandBefore = disable(bridge, devices.find(({ name }) => name === BRIDGE)!, "bridge");
  bridge.driver.cleanup(bridge);
}

/** The command that the device had. */
function disable({ board }: Bridge, device: PciDevice, what: "device" | "bridge"): number {
  const place = "agp_uninorth_suspend";
  const agp = board.pci.findAgp(device, place);
  if (agp === 0) return 0;
  const command = board.pci.read(device.name, agp + PCI_AGP_COMMAND, 4, place);
  if ((command & AGP_ENABLE) === 0) return command;
  const text = `uninorth-agp: disabling AGP on ${what} ${device.name}`;
  board.arch.kernel.printk("default", text, place);
  board.pci.write(device.name, agp + PCI_AGP_COMMAND, 4, command - AGP_ENABLE, place);
  return command;
}

/** agp_uninorth_resume: in 2005 it does nothing; later AGP comes on again, if it was. The table's base is not written. */
export function resume(bridge: Bridge): number {
  const command = bridge.commandBefore;
  if (bridge.board.era.resumesMore && (command & AGP_ENABLE) !== 0)
    bridge.driver.enable(bridge, command);
  return 0;
}
