// titan.ts - alpha's Titan: the GART is a window of the PCI I/O MMU, with pages of 8 KB.
//
// Entry format as in include/asm-alpha/pci.h and arch/alpha/kernel/pci_iommu.c of 2.6.12; the window is the
// one of arch/alpha/kernel/core_titan.c. No recording of this machine exists: where a register lies and
// what it holds beside addresses is this model's own choice.

import { aperture, bus, raw } from "../address.ts";
import { bdfOf, registerNumber } from "../event/register.ts";
import { tableIn } from "./bases.ts";
import type { Chipset } from "./chipset.ts";

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
    {
      name: "WSBA1",
      number: csr(WSBA1),
      width: 8,
      fields: [
        { name: "base", bits: [31, 20] },
        { name: "scatter-gather", bits: [1, 1] },
        { name: "enable", bits: [0, 0] },
      ],
      holdsTable: false,
    },
    {
      name: "TBA1",
      number: csr(TBA1),
      width: 8,
      fields: [{ name: "table", bits: [34, 10] }],
      holdsTable: true,
    },
    { name: "TLBIA", number: csr(TLBIA), width: 8, fields: [], holdsTable: false },
  ],
  powerOn: [
    { device: CARD, offset: 0xf0, width: 4, value: 0x00200002 },
    { device: CARD, offset: 0xf4, width: 4, value: 0x1f000207 },
  ],
  entry: {
    bytes: 8,
    reach: PAGE,
    // mk_iommu_pte: the page number one place to the left, and bit 0 for valid.
    encode: (page) => (raw(page) % PAGE === 0 ? raw(page) / (PAGE / 2) + 1 : null),
    decode: (word) => (word % 2 === 1 ? bus((word - 1) * (PAGE / 2)) : null),
  },
  directory: null,
  cachedTable: false,
  // Its caches are coherent with every master: the driver flushes none, a barrier is all.
  snoops: true,
  apertureBase(registers) {
    const held = registers.register(csr(WSBA1), 8);
    return held === undefined ? null : aperture(held.word - (held.word % 2 ** 20));
  },
  tableBase: tableIn(csr(TBA1)),
  flushesTlb: (register) => register === csr(TLBIA),
};
