// sis-agp.ts - drivers/char/agp/sis-agp.c: SiS bridges, two of which need a delay after a change of rate.

import { asWord } from "../address.ts";
import { sises } from "../chipset/sis.ts";
import { agp3 } from "./agp3.ts";
import { readAperture, setSize } from "./aperture.ts";
import { type Bridge, type BridgeDriver, sizesOf } from "./bridge.ts";
import { AGP_ENABLE, agpVersion, collectStatus, commandDevice } from "./enable.ts";
import { generic } from "./generic.ts";

const BRIDGE = sises[0]!.bridge.device;
const ATTBASE = 0x90;
const APSIZE = 0x94;
const TLBCNTRL = 0x97;
const TLBFLUSH = 0x98;
/** The low two bits of the size register enable; they do not count when it is read. */
const ENABLE = 3;

const sis735: BridgeDriver = {
  ...generic,
  name: "agpgart-sis",
  probe: "agp_sis_probe",
  remove: "agp_sis_remove",
  detect(bridge) {
    generic.detect(bridge);
    bridge.version = agpVersion(bridge);
  },
  sizes: sizesOf([
    [256, 6, 99],
    [128, 5, 83],
    [64, 4, 67],
    [32, 3, 51],
    [16, 2, 35],
    [8, 1, 19],
    [4, 0, 3],
  ]),
  maskMemory: (address) => asWord(address),
  fetchSize(bridge) {
    const code = bridge.board.pci.read(BRIDGE, APSIZE, 1, "sis_fetch_size");
    return setSize(bridge, code | ENABLE);
  },
  configure(bridge) {
    const place = "sis_configure";
    const { pci } = bridge.board;
    const table = bridge.gattBusAddr!;
    pci.write(BRIDGE, TLBCNTRL, 1, 0x05, place);
    readAperture(bridge, place);
    pci.write(BRIDGE, ATTBASE, 4, asWord(table.bus, 32), place, table);
    pci.write(BRIDGE, APSIZE, 1, bridge.currentSize.value, place);
    return 0;
  },
  cleanup: ({ board: { pci }, previousSize }) =>
    pci.write(BRIDGE, APSIZE, 1, previousSize.value & ~ENABLE, "sis_cleanup"),
  tlbFlush: ({ board: { pci } }) => pci.write(BRIDGE, TLBFLUSH, 1, 0x02, "sis_tlbflush"),
};

const sis648: BridgeDriver = { ...sis735, enable: delayedEnable };

/** sis_delayed_enable: as the generic one, with a delay of 10 ms between the bridge and the other devices. */
function delayedEnable(bridge: Bridge, requested: number): void {
  const place = "sis_delayed_enable";
  const { pci, arch } = bridge.board;
  const command = collectStatus(bridge, requested, place) | AGP_ENABLE;
  for (const device of pci.devices) {
    if (!commandDevice(bridge, device, command, true, place)) continue;
    if (device.name !== BRIDGE) continue;
    arch.kernel.printk(
      "info",
      "agpgart: SiS delay workaround: giving bridge time to recover.",
      place,
    );
    arch.kernel.called("msleep(10)", place);
  }
}

export const sisDrivers: { readonly [chipset: string]: BridgeDriver } = {
  "sis-735": sis735,
  "sis-648": sis648,
  // From AGP 3.5 on the driver trusts the bridge to have the specification's registers.
  "sis-746": { ...sis648, ...agp3 },
};
