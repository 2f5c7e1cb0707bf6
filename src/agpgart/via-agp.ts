// via-agp.ts - drivers/char/agp/via-agp.c: VIA's bridges, in AGP 2.0 and in AGP 3.0 mode.

import { alignDown, asWord, PAGE_SIZE } from "../address.ts";
import { viaKt133 } from "../chipset/via.ts";
import { agp3Sizes, flushGtlb, GTLBEN } from "./agp3.ts";
import { readAperture, setSize } from "./aperture.ts";
import { type Bridge, type BridgeDriver, sizesOf } from "./bridge.ts";
import { agpVersion } from "./enable.ts";
import { generic } from "./generic.ts";

const BRIDGE = viaKt133.bridge.device;
const GARTCTRL = 0x80;
const APSIZE = 0x84;
const ATTBASE = 0x88;
const AGP3_GARTCTRL = 0x90;
const AGP3_APSIZE = 0x94;
const AGP3_ATTBASE = 0x98;
const AGPSEL = 0xfd;
const GTLB = 1 << 7;
const APERTURE_ON = 1 << 8;

const common = {
  ...generic,
  name: "agpgart-via",
  probe: "agp_via_probe",
  remove: "agp_via_remove",
  detect(bridge) {
    generic.detect(bridge);
    bridge.version = agpVersion(bridge);
  },
  maskMemory: (address) => asWord(address),
  /**
   * The driver writes the size at the offset of AGP 2.0, a byte wide, in both modes. In AGP 3.0 mode that is the
   * status register, which ignores it.
   */
  cleanup: ({ board: { pci }, previousSize }) =>
    pci.write(BRIDGE, APSIZE, 1, previousSize.value % 256, "via_cleanup"),
} satisfies Partial<BridgeDriver>;

const agp2Driver: BridgeDriver = {
  ...common,
  sizes: [
    ...sizesOf([
      [256, 6, 0],
      [128, 5, 128],
      [64, 4, 192],
      [32, 3, 224],
      [16, 2, 240],
      [8, 1, 248],
      [4, 0, 252],
      [2, 0, 254],
      [1, 0, 255],
    ]),
  ],
  fetchSize: (bridge) =>
    setSize(bridge, bridge.board.pci.read(BRIDGE, APSIZE, 1, "via_fetch_size")),
  configure(bridge) {
    const place = "via_configure";
    const { pci } = bridge.board;
    pci.write(BRIDGE, APSIZE, 1, bridge.currentSize.value, place);
    readAperture(bridge, place);
    pci.write(BRIDGE, GARTCTRL, 4, 0xf, place);
    const table = bridge.gattBusAddr!;
    pci.write(BRIDGE, ATTBASE, 4, tableLow(bridge) + 3, place, table);
    return 0;
  },
  resume: (bridge) => agp2Driver.configure(bridge),
  tlbFlush({ board: { pci } }) {
    const place = "via_tlbflush";
    const control = pci.read(BRIDGE, GARTCTRL, 4, place) | GTLB;
    pci.write(BRIDGE, GARTCTRL, 4, control, place);
    pci.write(BRIDGE, GARTCTRL, 4, control & ~GTLB, place);
  },
};

const agp3Driver: BridgeDriver = {
  ...common,
  detect(bridge) {
    common.detect(bridge);
    // Bit 1 means that the board runs the bridge in AGP 2.0 mode.
    bridge.board.pci.read(BRIDGE, AGPSEL, 1, common.probe);
  },
  // All but the smallest.
  sizes: agp3Sizes.slice(0, 10),
  fetchSize: (bridge) =>
    setSize(bridge, bridge.board.pci.read(BRIDGE, AGP3_APSIZE, 2, "via_fetch_size_agp3") & 0xfff),
  /** The size is left as the firmware set it: after a fallback the table is too small for it. */
  configure(bridge) {
    const place = "via_configure_agp3";
    const { pci } = bridge.board;
    readAperture(bridge, place);
    pci.write(BRIDGE, AGP3_ATTBASE, 4, tableLow(bridge), place, bridge.gattBusAddr!);
    const control = pci.read(BRIDGE, AGP3_GARTCTRL, 4, place);
    pci.write(BRIDGE, AGP3_GARTCTRL, 4, control | GTLBEN | APERTURE_ON, place);
    return 0;
  },
  resume: (bridge) => agp3Driver.configure(bridge),
  tlbFlush: (bridge) => flushGtlb(bridge, BRIDGE, AGP3_GARTCTRL, "via_tlbflush_agp3"),
};

/** gatt_bus_addr & 0xfffff000. */
function tableLow({ gattBusAddr }: Bridge): number {
  return asWord(alignDown(gattBusAddr!.bus, PAGE_SIZE), 32);
}

export const viaDrivers: { readonly [chipset: string]: BridgeDriver } = {
  "via-kt133": agp2Driver,
  "via-kt400": agp3Driver,
  "via-kt880": agp3Driver,
  "via-kt880-bw": agp3Driver,
};
