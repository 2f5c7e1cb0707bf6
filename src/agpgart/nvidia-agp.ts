// nvidia-agp.ts - drivers/char/agp/nvidia-agp.c: the nForce2, with one table behind eight base registers.

import { asWord, bus, gattIndex, offset, PAGE_SIZE } from "../address.ts";
import { nforce2 } from "../chipset/nforce2.ts";
import { readAperture, setSize } from "./aperture.ts";
import {
  type AgpMemory,
  type ApertureSize,
  type Board,
  type Bridge,
  type BridgeDriver,
  EINVAL,
} from "./bridge.ts";
import { endOf, fill, generic, scan } from "./generic.ts";

const BRIDGE = nforce2.bridge.device;
const DEV_1 = "0000:00:00.1";
const DEV_2 = "0000:00:00.2";
const DEV_3 = "0000:00:1e.0";
const APSIZE = 0x80;
const WBC = 0xf0;
const WBC_MASK = 2 ** 31;
const GARTCTRL = 0xd0;
const APBASE_2 = 0xd8;
const APLIMIT_2 = 0xdc;
const ATTBASE = 0xe0;
const APBASE_3 = 0x50;
const APLIMIT_3 = 0x54;
const MEGABYTE = 2 ** 20;
/** A base register covers 64 KB of the table: the entries of 64 MB of aperture. */
const DIRECTORY_SIZE = 64 * 1024;
const DIRECTORY_REACH = 64;
/** So many reads, each in another page, replace every entry of the TLB. */
const TLB_READS = 33;
/** The K7's pairs of I/O range registers, and how many there are. */
const IORR_BASE0 = 0xc0010016;
const IORR_MASK0 = 0xc0010017;
const IORRS = 2;
const IORR_VALID = 0x800;
const SYSCFG = 0xc0010010;

/** 32 MB has a table for 64 MB and uses the half that its base address selects. */
const sizes: readonly ApertureSize[] = [
  [512, 7, 0],
  [256, 6, 8],
  [128, 5, 12],
  [64, 4, 14],
  [32, 4, 15],
].map(([size, order, value]) => ({
  size: size!,
  entries: Math.max(size!, DIRECTORY_REACH) * 256,
  order: order!,
  value: value!,
}));

export const nvidiaDriver: BridgeDriver = {
  ...generic,
  name: "agpgart-nvidia",
  probe: "agp_nvidia_probe",
  remove: "agp_nvidia_remove",
  slots: [0x01, 0x02, 0xf0],
  sizes,
  fetchSize,
  configure,
  cleanup,
  resume(bridge) {
    if (bridge.board.era.resumesMore) configure(bridge);
    return 0;
  },
  tlbFlush: ({ board }) => tlbFlush(board),
  maskMemory: (address) => asWord(address) + 1,
  insertMemory,
  removeMemory,
};

function fetchSize(bridge: Bridge): number {
  const code = bridge.board.pci.read(BRIDGE, APSIZE, 1, "nvidia_fetch_size") & 0xf;
  return setSize(bridge, code);
}

/** How much of the table an aperture of less than a directory uses, and from which entry on. */
function part({ currentSize: { size, entries }, gartBusAddr }: Bridge) {
  if (size >= DIRECTORY_REACH) return { entries, first: 0 };
  const within = gartBusAddr % (DIRECTORY_REACH * MEGABYTE);
  return {
    entries: entries / (DIRECTORY_REACH / size),
    first: (within - (within % (size * MEGABYTE))) / PAGE_SIZE,
  };
}

function configure(bridge: Bridge): number {
  const place = "nvidia_configure";
  const { pci, remap } = bridge.board;
  const { size, value } = bridge.currentSize;
  pci.write(BRIDGE, APSIZE, 1, value, place);
  readAperture(bridge, place);
  const base = bridge.gartBusAddr;
  for (const [device, low, high] of [
    [DEV_2, APBASE_2, APLIMIT_2],
    [DEV_3, APBASE_3, APLIMIT_3],
  ] as const) {
    pci.write(device, low, 4, base, place);
    pci.write(device, high, 4, base + size * MEGABYTE - 1, place);
  }
  if (!openIoRange(bridge.board, base, size)) return EINVAL;
  const table = bridge.gattBusAddr!;
  const directories = Math.max(1, Math.floor(size / DIRECTORY_REACH));
  for (let i = 0; i < 8; i++) {
    const bytes = (i % directories) * DIRECTORY_SIZE;
    const address = { ...table, bus: offset(table.bus, bytes), phys: offset(table.phys, bytes) };
    pci.write(DEV_2, ATTBASE + 4 * i, 4, asWord(address.bus, 32) + 1, place, address);
  }
  pci.write(DEV_2, GARTCTRL, 4, pci.read(DEV_2, GARTCTRL, 4, place) | 0x11, place);
  pci.write(BRIDGE, APSIZE, 4, pci.read(BRIDGE, APSIZE, 4, place) | 0x100, place);
  bridge.registers = remap.mapDevice(bus(base), TLB_READS, place);
  return 0;
}

function cleanup(bridge: Bridge): void {
  const place = "nvidia_cleanup";
  const { pci, remap } = bridge.board;
  pci.write(BRIDGE, APSIZE, 4, pci.read(BRIDGE, APSIZE, 4, place) & ~0x100, place);
  pci.write(DEV_2, GARTCTRL, 4, pci.read(DEV_2, GARTCTRL, 4, place) & ~0x11, place);
  remap.unmap(bridge.registers!, place);
  bridge.registers = null;
  pci.write(BRIDGE, APSIZE, 1, bridge.previousSize.value, place);
  openIoRange(bridge.board, bridge.gartBusAddr, bridge.previousSize.size);
}

/**
 * nvidia_init_iorr: makes the processor treat the aperture as I/O, in the pair of registers that it has
 * already or the last free one. False where none is free.
 */
function openIoRange({ msr }: Board, base: number, size: number): boolean {
  const place = "nvidia_init_iorr";
  let iorr: number | null = null;
  for (let i = 0; i < IORRS; i++) {
    const begins = msr.read(IORR_BASE0 + 2 * i, place) % 2 ** 32;
    const mask = msr.read(IORR_MASK0 + 2 * i, place) % 2 ** 32;
    const isOurs = begins - (begins % PAGE_SIZE) === base - (base % PAGE_SIZE);
    if (isOurs || (mask & IORR_VALID) === 0) iorr = i;
    if (isOurs) break;
  }
  if (iorr === null) return false;
  const mask = 2 ** 36 - size * MEGABYTE + IORR_VALID;
  msr.write(IORR_BASE0 + 2 * iorr, base - (base % PAGE_SIZE) + 0x18, place);
  msr.write(IORR_MASK0 + 2 * iorr, mask, place);
  const system = msr.read(SYSCFG, place);
  const enabled = Math.floor(system / 2 ** 20) % 2 === 1;
  msr.write(SYSCFG, enabled ? system : system + 2 ** 20, place);
  return true;
}

/** The driver polls without bound until the chip clears the bit: here that is at once. */
function tlbFlush({ pci, mmio }: Board): void {
  const place = "nvidia_tlbflush";
  const wbc = pci.read(DEV_1, WBC, 4, place);
  pci.write(DEV_1, WBC, 4, (wbc % WBC_MASK) + WBC_MASK, place);
  pci.read(DEV_1, WBC, 4, place);
  for (let round = 0; round < 2; round++)
    for (let i = 0; i < TLB_READS; i++) mmio.read(i * PAGE_SIZE, 4, place);
}

function insertMemory(bridge: Bridge, mem: AgpMemory, pgStart: number): number {
  const place = "nvidia_insert_memory";
  const { entries, first } = part(bridge);
  if (mem.type !== 0) return EINVAL;
  if (endOf(bridge, mem, pgStart) > entries) return EINVAL;
  if (pgStart >= 0) {
    const refused = scan(bridge, mem, first + pgStart, place);
    if (refused !== 0) return refused;
  }
  fill({ mapping: bridge.gattTable! }, bridge, mem, first + pgStart, place);
  tlbFlush(bridge.board);
  return 0;
}

/** Neither read back nor followed by a cache flush. */
function removeMemory(bridge: Bridge, mem: AgpMemory): number {
  const place = "nvidia_remove_memory";
  const { board } = bridge;
  const begin = part(bridge).first + mem.pgStart;
  // Unsigned, as in the generic loop: a block that begins before the table has no entry.
  const end = mem.pgStart < 0 ? begin : begin + mem.memory.length;
  for (let i = begin; i < end; i++)
    board.access.write(
      { mapping: bridge.gattTable! },
      gattIndex(i),
      bridge.scratchPage,
      null,
      place,
    );
  tlbFlush(board);
  return 0;
}
