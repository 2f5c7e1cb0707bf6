// agp3.ts - generic.c's GART of the AGP 3.0 specification: its registers follow the AGP capability.
//
// AGP 3.0 specification, section 5.3 (register names), values as in 2.6.12-rc2. The table's upper half,
// GARTHI, is never written: the chipset cannot get the address of a table above 4 GB.

import { asWord } from "../address.ts";
import { readAperture, setSize } from "./aperture.ts";
import { type Bridge, type BridgeDriver, sizesOf } from "./bridge.ts";

export const AGPNISTAT = 0x0c;
export const AGPCTRL = 0x10;
const AGPAPSIZE = 0x14;
const AGPGARTLO = 0x18;
export const AGPNICMD = 0x20;
const APERENB = 1 << 8;
export const GTLBEN = 1 << 7;

/** agp3_generic_sizes. */
export const agp3Sizes = sizesOf([
  [4096, 10, 0x000],
  [2048, 9, 0x800],
  [1024, 8, 0xc00],
  [512, 7, 0xe00],
  [256, 6, 0xf00],
  [128, 5, 0xf20],
  [64, 4, 0xf30],
  [32, 3, 0xf38],
  [16, 2, 0xf3c],
  [8, 1, 0xf3e],
  [4, 0, 0xf3f],
]);

/** A register of the capability: the device and the offset. */
const at = ({ board, capndx }: Bridge, offset: number) =>
  [board.chipset.bridge.device, capndx + offset] as const;

export const agp3 = {
  sizes: agp3Sizes,
  fetchSize: (bridge) =>
    setSize(bridge, bridge.board.pci.read(...at(bridge, AGPAPSIZE), 2, "agp3_generic_fetch_size")),
  configure(bridge) {
    const { pci } = bridge.board;
    const place = "agp3_generic_configure";
    const table = bridge.gattBusAddr!;
    readAperture(bridge, place);
    pci.write(...at(bridge, AGPAPSIZE), 2, bridge.currentSize.value, place);
    pci.write(...at(bridge, AGPGARTLO), 4, asWord(table.bus, 32), place, table);
    const control = pci.read(...at(bridge, AGPCTRL), 4, place);
    pci.write(...at(bridge, AGPCTRL), 4, control | APERENB | GTLBEN, place);
    return 0;
  },
  cleanup(bridge) {
    const { pci } = bridge.board;
    const place = "agp3_generic_cleanup";
    const control = pci.read(...at(bridge, AGPCTRL), 4, place);
    pci.write(...at(bridge, AGPCTRL), 4, control & ~APERENB, place);
  },
  tlbFlush: (bridge) => flushGtlb(bridge, ...at(bridge, AGPCTRL), "agp3_generic_tlbflush"),
} satisfies Partial<BridgeDriver>;

/** Clears GTLBEN, then writes it as it was. */
export function flushGtlb({ board }: Bridge, device: string, offset: number, place: string): void {
  const control = board.pci.read(device, offset, 4, place);
  board.pci.write(device, offset, 4, control & ~GTLBEN, place);
  board.pci.write(device, offset, 4, control, place);
}
