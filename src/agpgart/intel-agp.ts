// intel-agp.ts - drivers/char/agp/intel-agp.c: the host bridges, from the 440BX to the E7505.

import { asWord, bus } from "../address.ts";
import { intel440bx } from "../chipset/440bx.ts";
import { TABLE_LIMIT_815 } from "../chipset/intel-8xx.ts";
import type { Width } from "../platform/register-access.ts";
import { APBASE, readAperture, setSize } from "./aperture.ts";
import { type Bridge, type BridgeDriver, EINVAL, sizesOf } from "./bridge.ts";
import { generic } from "./generic.ts";

const NBXCFG = 0x50;
/** The byte whose bit 1 opens the aperture on some: AGPM, RDCR or APCONT. */
const ACCESS_BYTE = 0x51;
const ERRSTS = 0x91;
const AGPCTRL = 0xb0;
const APSIZE = 0xb4;
const ATTBASE = 0xb8;
const BRIDGE = intel440bx.bridge.device;

/** intel_generic_sizes and intel_8xx_sizes, in decreasing order: a failed allocation goes down the list. */
const sizes = sizesOf([
  [256, 6, 0],
  [128, 5, 32],
  [64, 4, 48],
  [32, 3, 56],
  [16, 2, 60],
  [8, 1, 62],
  [4, 0, 63],
]);

const common = {
  ...generic,
  name: "agpgart-intel",
  probe: "agp_intel_probe",
  remove: "agp_intel_remove",
  sizes,
  maskMemory: (address) => asWord(address) + 0x17,
} satisfies Partial<BridgeDriver>;

/** The size that a bridge's register holds; 0 where it holds no known code. */
function fetchSize(bridge: Bridge, width: Width, place: string, mask = 0xffff): number {
  return setSize(bridge, bridge.board.pci.read(BRIDGE, APSIZE, width, place) & mask);
}

function writeSize(bridge: Bridge, width: Width, place: string): void {
  const { pci, era } = bridge.board;
  pci.write(BRIDGE, APSIZE, width, bridge.currentSize.value, place);
  const restores = era.restoresAperture && place === "intel_845_configure";
  // A base that conflicts with a larger size cannot be restored before the size is.
  if (restores && bridge.apbaseConfig !== 0)
    pci.write(BRIDGE, APBASE, 4, bridge.apbaseConfig, place);
  else bridge.apbaseConfig = readAperture(bridge, place);
}

/** Size, aperture and table base: the common beginning of the configure functions. */
function configureTable(bridge: Bridge, width: Width, place: string): void {
  const { pci } = bridge.board;
  writeSize(bridge, width, place);
  const table = bridge.gattBusAddr!;
  pci.write(BRIDGE, ATTBASE, 4, asWord(table.bus, 32), place, table);
}

/** Turns aperture access off and restores the size of the last fetch. */
function cleanup(bridge: Bridge, width: Width, place: string): void {
  const { pci } = bridge.board;
  const config = pci.read(BRIDGE, NBXCFG, 2, place);
  pci.write(BRIDGE, NBXCFG, 2, config & ~(1 << 9), place);
  pci.write(BRIDGE, APSIZE, width, bridge.previousSize.value, place);
}

const intel440bxDriver: BridgeDriver = {
  ...common,
  fetchSize: (bridge) => fetchSize(bridge, 2, "intel_fetch_size"),
  configure(bridge) {
    const { pci } = bridge.board;
    const place = "intel_configure";
    configureTable(bridge, 2, place);
    pci.write(BRIDGE, AGPCTRL, 4, 0x2280, place);
    const config = pci.read(BRIDGE, NBXCFG, 2, place);
    pci.write(BRIDGE, NBXCFG, 2, (config & ~(1 << 10)) | (1 << 9), place);
    pci.write(BRIDGE, ERRSTS + 1, 1, 7, place); // clear any error
    return 0;
  },
  cleanup: (bridge) => cleanup(bridge, 2, "intel_cleanup"),
  resume: (bridge) => intel440bxDriver.configure(bridge),
  tlbFlush({ board: { pci } }) {
    pci.write(BRIDGE, AGPCTRL, 4, 0x2200, "intel_tlbflush");
    pci.write(BRIDGE, AGPCTRL, 4, 0x2280, "intel_tlbflush");
  },
};

/** Reads, clears bit 7, reads, sets it. */
function tlbFlush8xx({ board: { pci } }: Bridge): void {
  const place = "intel_8xx_tlbflush";
  pci.write(BRIDGE, AGPCTRL, 4, pci.read(BRIDGE, AGPCTRL, 4, place) & ~(1 << 7), place);
  pci.write(BRIDGE, AGPCTRL, 4, pci.read(BRIDGE, AGPCTRL, 4, place) | (1 << 7), place);
}

/** Sets the bit that opens the aperture: bit 1 of a byte, or bit 9 of a word. */
function openAperture(bridge: Bridge, access: "byte" | "word", place: string): void {
  const { pci } = bridge.board;
  const [offset, width, bit] = access === "byte" ? ([ACCESS_BYTE, 1, 1] as const) : WORD_ACCESS;
  pci.write(BRIDGE, offset, width, pci.read(BRIDGE, offset, width, place) | (1 << bit), place);
}
const WORD_ACCESS = [NBXCFG, 2, 9] as const;

/** A bridge of the 8xx kind: how it opens the aperture, and which errors it clears where. */
const intel8xx = (
  chip: string,
  access: "byte" | "word",
  errors: { readonly register: number; readonly word: number } | null,
): BridgeDriver => ({
  ...common,
  fetchSize: (bridge) => fetchSize(bridge, 1, "intel_8xx_fetch_size"),
  configure(bridge) {
    const { pci } = bridge.board;
    const place = `intel_${chip}_configure`;
    configureTable(bridge, 1, place);
    pci.write(BRIDGE, AGPCTRL, 4, 0, place);
    openAperture(bridge, access, place);
    if (errors !== null) pci.write(BRIDGE, errors.register, 2, errors.word, place);
    return 0;
  },
  cleanup: (bridge) => cleanup(bridge, 1, "intel_8xx_cleanup"),
  tlbFlush: tlbFlush8xx,
});

/** The 815 has two sizes, chosen by one bit, and no address bits for a table at 512 MB or above. */
const intel815Driver: BridgeDriver = {
  ...intel8xx("815", "byte", null),
  sizes: sizesOf([
    [64, 4, 0],
    [32, 3, 8],
  ]),
  fetchSize: (bridge) => fetchSize(bridge, 1, "intel_815_fetch_size", 1 << 3),
  configure(bridge) {
    const { pci, arch } = bridge.board;
    const place = "intel_815_configure";
    const table = bridge.gattBusAddr!;
    if (table.bus >= bus(TABLE_LIMIT_815)) {
      arch.kernel.printk("emerg", "agpgart: gatt bus addr too high", place);
      return EINVAL;
    }
    writeSize(bridge, 1, place);
    // Bits 31:29 are no part of the table's address: they stay as they are.
    const reserved = pci.read(BRIDGE, ATTBASE, 4, place);
    const highBits = reserved - (reserved % TABLE_LIMIT_815);
    pci.write(BRIDGE, ATTBASE, 4, highBits + asWord(table.bus), place, table);
    pci.write(BRIDGE, AGPCTRL, 4, 0, place);
    openAperture(bridge, "byte", place);
    return 0;
  },
};

/** The 820's flush does nothing: its TLB is never enabled. */
const intel820Driver: BridgeDriver = {
  ...intel8xx("820", "byte", { register: 0xc8, word: 0x1c }),
  tlbFlush: () => {},
  cleanup(bridge) {
    const { pci } = bridge.board;
    const place = "intel_820_cleanup";
    const access = pci.read(BRIDGE, ACCESS_BYTE, 1, place);
    pci.write(BRIDGE, ACCESS_BYTE, 1, access & ~(1 << 1), place);
    pci.write(BRIDGE, APSIZE, 1, bridge.previousSize.value, place);
  },
};

/** agp_intel_resume knows some of the drivers: the others stay as they came out of the suspend. */
const resuming = (driver: BridgeDriver): BridgeDriver => ({ ...driver, resume: driver.configure });

/** By chipset; a 1 written to a bit of an ERRSTS register clears that error. */
export const intelDrivers: { readonly [chipset: string]: BridgeDriver } = {
  "intel-440bx": intel440bxDriver,
  "intel-815": intel815Driver,
  "intel-820": intel820Driver,
  "intel-830mp": resuming({
    ...intel8xx("830mp", "word", { register: 0x92, word: 0x1c }),
    sizes: sizes.slice(0, 4),
  }),
  "intel-840": intel8xx("840", "word", { register: 0xc8, word: 0xc000 }),
  "intel-845": resuming(intel8xx("845", "byte", { register: 0xc8, word: 0x1c })),
  "intel-850": resuming(intel8xx("850", "word", { register: 0xc8, word: 0x1c })),
  "intel-860": intel8xx("860", "word", { register: 0xc8, word: 0xf700 }),
  "intel-7505": intel8xx("7505", "word", null),
};
