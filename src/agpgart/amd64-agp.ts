// amd64-agp.ts - drivers/char/agp/amd64-agp.c: the GART in the AMD64's northbridges, beside any AGP bridge.
//
// The driver reads the bridge's aperture only where the northbridges have none. It calls the hook for the table's
// address again for the northbridges, and once more, for no good reason, when it is removed.

import { asWord, hex, PAGE_SIZE } from "../address.ts";
import { APERTUREBASE, APERTURECTL, CACHECTL, northbridges, TABLEBASE } from "../chipset/amd64.ts";
import { checkNorthbridges } from "./amd64-aperture.ts";
import {
  type AgpMemory,
  type ApertureSize,
  type Board,
  type Bridge,
  type BridgeDriver,
  EINVAL,
  ENODEV,
  sizesOf,
} from "./bridge.ts";
import { fill, generic, scan } from "./generic.ts";

const MEGABYTE = 2 ** 20;
const INVGART = 1;
const GARTEN = 1;
const DISGARTCPU = 1 << 4;
const DISGARTIO = 1 << 5;
const APBASE = 0x10;
const BEYOND_4GB = 2 ** 7;

/** amd_8151_sizes, in decreasing order: after a failed allocation the next one is tried. */
const sizes = sizesOf([
  [2048, 9, 0x000],
  [1024, 8, 0x400],
  [512, 7, 0x600],
  [256, 6, 0x700],
  [128, 5, 0x720],
  [64, 4, 0x730],
  [32, 3, 0x738],
]);

/** amd64_aperture_sizes, of which the first size is taken; a 64-bit kernel asks for one order more. */
function apertureSizes({ arch }: Board): readonly ApertureSize[] {
  const more = arch.kernel.platform.wordBits === 64 ? 1 : 0;
  return [32, 64, 128, 256, 512, 1024, 2048].map((size, i) => ({
    size,
    entries: size * 256,
    order: i + 3 + more,
    value: i << 1,
  }));
}

/** The northbridges of this machine, in PCI order. */
const hosts = ({ pci }: Board): readonly string[] =>
  northbridges.filter((host) => pci.devices.some(({ name }) => name === host));

const amd64: BridgeDriver = {
  ...generic,
  name: "agpgart-amd64",
  probe: "agp_amd64_probe",
  remove: "agp_amd64_remove",
  sizes,
  prepare: (bridge) => checkNorthbridges(bridge, hosts(bridge.board)),
  removing,
  unload,
  maskMemory: (address) => asWord(address),
  fetchSize,
  configure,
  cleanup(bridge) {
    for (const host of hosts(bridge.board)) {
      const { pci } = bridge.board;
      const control = pci.read(host, APERTURECTL, 4, "amd64_cleanup");
      pci.write(host, APERTURECTL, 4, control & ~GARTEN, "amd64_cleanup");
    }
  },
  tlbFlush: ({ board }) => flushHosts(board),
  insertMemory,
  resume: (bridge) => (bridge.board.era.resumesMore ? configure(bridge) : 0),
};

function flushHosts(board: Board): void {
  for (const host of hosts(board)) flushHost(board, host);
}

/** k8_flush_garts of 2006 writes the word that the kernel read at boot; it polls after, which is at once here. */
function flushHost({ pci, era }: Board, host: string): void {
  if (era.flushesNorthbridges === "together") {
    pci.write(host, CACHECTL, 4, INVGART, "k8_flush_garts");
    return;
  }
  const control = pci.read(host, CACHECTL, 4, "flush_amd64_tlb");
  pci.write(host, CACHECTL, 4, control | INVGART, "flush_amd64_tlb");
}

/** The size is that of the first northbridge; its index is one of a table that the fallback does not use. */
function fetchSize(bridge: Bridge): number {
  const { board } = bridge;
  const code = board.pci.read(hosts(board)[0]!, APERTURECTL, 4, "amd64_fetch_size") & 0xe;
  const known = apertureSizes(board);
  const index = known.findIndex(({ value }) => value === code);
  if (index < 0) return 0;
  bridge.currentSize = known[index]!;
  bridge.previousSize = bridge.currentSize;
  bridge.apertureSizeIdx = index;
  return bridge.currentSize.size;
}

function configure(bridge: Bridge): number {
  const { board } = bridge;
  const { arch, hooks, pci } = board;
  const place = "amd64_configure";
  const table = hooks.toDevice(arch, bridge.gattTableReal!.virt, "amd_8151_configure");
  for (const host of hosts(board)) {
    const base = pci.read(host, APERTUREBASE, 4, place);
    // A 32-bit shift: the upper bits of a base above 4 GB are lost.
    bridge.gartBusAddr = (base % BEYOND_4GB) * 2 ** 25;
    const word = (Math.floor(asWord(table.bus) / PAGE_SIZE) * 16) % 2 ** 32;
    pci.write(host, TABLEBASE, 4, word, place, table);
    const control = pci.read(host, APERTURECTL, 4, place);
    const enabled = (control | GARTEN) & ~(DISGARTCPU | DISGARTIO);
    pci.write(host, APERTURECTL, 4, enabled, place);
    if (board.era.flushesNorthbridges === "one by one") flushHost(board, host);
  }
  if (board.era.flushesNorthbridges === "together") flushHosts(board);
  return 0;
}

/** amd64_insert_memory: the generic one, with an entry that holds 40 bits of address. */
function insertMemory(bridge: Bridge, mem: AgpMemory, pgStart: number): number {
  const place = "amd64_insert_memory";
  if (mem.type !== 0) return EINVAL;
  const refused = scan(bridge, mem, pgStart, place);
  if (refused !== 0) return refused;
  const { arch, chipset } = bridge.board;
  const word = ({ bus, phys }: AgpMemory["memory"][number]): number =>
    chipset.entry.encode(bus) ??
    arch.kernel.oops("kernel BUG at drivers/char/agp/amd64-agp.c", arch.kernel.virtOf(phys), place);
  fill({ mapping: bridge.gattTable! }, bridge, mem, pgStart, place, word);
  bridge.driver.tlbFlush(bridge);
  return 0;
}

/** Releases a region that was never requested: from the table's address, as many bytes as the aperture has megabytes. */
function removing({ board, gattTableReal, apertureSizeIdx }: Bridge): void {
  const { arch, hooks } = board;
  const place = "agp_amd64_remove";
  const { bus } = hooks.toDevice(arch, gattTableReal!.virt, place);
  const { size } = apertureSizes(board)[apertureSizeIdx]!;
  arch.kernel.called(`release_mem_region(${hex(bus)}, ${size})`, place);
}

/** agp_amd64_cleanup, the module's end: before the driver is unregistered, and each time. */
function unload({ arch, statics }: Board): void {
  if (statics.claimed === null) return;
  const [start, end] = [statics.claimed.start, statics.claimed.end].map((at) => at.toString(16));
  arch.kernel.called(`release_resource(0x${start}, 0x${end})`, "agp_amd64_cleanup");
}

/** The 8151 has its revision in byte 8; B0 and B1 say AGP 3.5 and are 3.0. */
function detect8151(bridge: Bridge): void {
  const { pci, arch, chipset } = bridge.board;
  const revision = pci.read(chipset.bridge.device, 0x08, 1, "amd8151_init");
  generic.detect(bridge);
  if (revision >= 0x13) return;
  const text = "agpgart: Correcting AGP revision (reports 3.5, is really 3.0)";
  arch.kernel.printk("info", text, "amd8151_init");
  bridge.version = { major: 3, minor: 0 };
}

/** A bridge whose aperture is written to itself and to another device as well. */
interface Shadow {
  readonly name: string;
  readonly says: string;
  readonly devfn: number;
  readonly sizeCode?: (size: number) => number;
  /** The registers of the other device for the aperture's first and last byte. */
  readonly limits: readonly (readonly [base: number, limit: number])[];
}

const NFORCE3_APSIZE = 0xa8;

const nforce3: Shadow = {
  name: "nforce3_agp_init",
  says: "agpgart: Setting up Nforce3 AGP.",
  devfn: 0x0b * 8,
  sizeCode: (size) => ({ 512: 0, 256: 8, 128: 12, 64: 14, 32: 15 })[size]!,
  limits: [
    [0x50, 0x54],
    [0xd8, 0xdc],
  ],
};
const uli: Shadow = {
  name: "uli_agp_init",
  says: "Setting up ULi AGP.",
  devfn: 0,
  limits: [[0x50, 0x54]],
};

/** nforce3_agp_init and uli_agp_init; 0 or -ENODEV. */
function shadowAperture(bridge: Bridge, { name: place, says, devfn, ...shadow }: Shadow): number {
  const { pci, arch, chipset } = bridge.board;
  const host = hosts(bridge.board)[0]!;
  const size = fetchSize(bridge);
  arch.kernel.printk("info", says, place);
  const other = pci.findSlot(0, devfn, place);
  if (other === null || size > 512) return ENODEV;
  if (shadow.sizeCode !== undefined) {
    const otherBits = pci.read(other.name, NFORCE3_APSIZE, 4, place) & ~0xf;
    pci.write(other.name, NFORCE3_APSIZE, 4, otherBits | shadow.sizeCode(size), place);
  }
  const base = pci.read(host, APERTUREBASE, 4, place) & 0x7fff;
  if (base >= BEYOND_4GB) return ENODEV;
  const start = base * 2 ** 25;
  const bar = pci.read(chipset.bridge.device, APBASE, 4, place);
  pci.write(chipset.bridge.device, APBASE, 4, start + (bar % 16), place);
  for (const [first, last] of shadow.limits) {
    pci.write(other.name, first, 4, start, place);
    pci.write(other.name, last, 4, start + size * MEGABYTE - 1, place);
  }
  return 0;
}

const shadowing = (shadow: Shadow): BridgeDriver => ({
  ...amd64,
  prepare: (bridge) =>
    checkNorthbridges(bridge, hosts(bridge.board)) || shadowAperture(bridge, shadow),
});

/** NVIDIA's is shadowed again, ULi's is not. */
const amd64Nforce3: BridgeDriver = {
  ...shadowing(nforce3),
  resume(bridge) {
    if (!bridge.board.era.resumesMore) return 0;
    shadowAperture(bridge, nforce3);
    return configure(bridge);
  },
};

const amd8151: BridgeDriver = { ...amd64, detect: detect8151 };

export const amd64Drivers: { readonly [chipset: string]: BridgeDriver } = {
  "amd64-8151": amd8151,
  "amd64-8151-2p": amd8151,
  "amd64-8151-b1": amd8151,
  "amd64-8151-noaper": amd8151,
  "amd64-nforce3": amd64Nforce3,
  "amd64-uli1689": shadowing(uli),
  "amd64-k8t800": amd64,
};
