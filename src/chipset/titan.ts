// titan.ts - alpha's Titan: the GART is a window of the PCI I/O MMU, with pages of 8 KB.
//
// Entry format as in include/asm-alpha/pci.h and arch/alpha/kernel/pci_iommu.c of 2.6.12; the window is the
// one of arch/alpha/kernel/core_titan.c. No recording of this machine exists: where a register lies and
// what it holds beside addresses is this model's own choice.

import { aperture, asWord, bus, isAligned } from "../address.ts";
import { bdfOf, registerNumber } from "../event/register.ts";
import { tableIn } from "./bases.ts";
import type { Chipset } from "./chipset.ts";
import { powerOnValue, register } from "./layout.ts";

const BRIDGE = "0000:00:00.0";
const CARD = "0000:01:05.0";
const csr = (offset: number) => registerNumber("mmio", bdfOf(BRIDGE), offset);

export const WSBA1 = 0x40;
export const TBA1 = 0x240;
export const TLBIA = 0x640;
const PAGE = 8192;

export const titan: Chipset = {
  name: "titan",
  detected: null,
  // A pci_dev that alpha_core_agp_setup makes up.
  bridge: { device: BRIDGE, vendor: 0xffff, id: 0xffff },
  devices: [
    { name: BRIDGE, agp: 0, isDisplay: false },
    { name: CARD, agp: 0xf0, isDisplay: true },
  ],
  mmio: { device: BRIDGE, bar: 0 },
  registers: [
    register("WSBA1", csr(WSBA1), 8, { base: [31, 20], "scatter-gather": [1, 1], enable: [0, 0] }),
    register("TBA1", csr(TBA1), 8, { table: [34, 10] }, { holdsTable: true }),
    register("TLBIA", csr(TLBIA), 8),
  ],
  powerOn: [powerOnValue(CARD, 0xf0, 4, 0x00200002), powerOnValue(CARD, 0xf4, 4, 0x1f000207)],
  entry: {
    bytes: 8,
    reach: PAGE,
    // mk_iommu_pte: the page number one place to the left, and bit 0 for valid.
    encode: (page) => (isAligned(page, PAGE) ? asWord(page) / (PAGE / 2) + 1 : null),
    decode: (word) => (word % 2 === 1 ? bus((word - 1) * (PAGE / 2)) : null),
  },
  directory: null,
  cachedTable: false,
  // Its caches are coherent with every master: the driver flushes none, a barrier is all.
  snoops: true,
  apertureBase(registers) {
    const written = registers.register(csr(WSBA1), 8);
    return written === undefined ? null : aperture(written.word - (written.word % 2 ** 20));
  },
  tableBase: tableIn(csr(TBA1), 35),
  flushesTlb: (register) => register === csr(TLBIA),
};
