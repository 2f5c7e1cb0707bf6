// enable.ts - generic.c's other half: agp_copy_info, and agp_enable with its search for the common rate.
//
// AGP 2.0 specification 6.1.9 and 6.1.10 for the bits; order of accesses as in 2.6.12-rc2.

import { PCI_AGP_COMMAND, PCI_AGP_STATUS } from "../platform/pci.ts";
import { type Bridge, EIO } from "./bridge.ts";

const RATES = 0x7;
const FAST_WRITES = 0x10;
const AGP_ENABLE = 0x100;
const SIDEBAND = 0x200;
export const MODE_3_0 = 0x8;
/** What agp_v3_parse_one says of the calibration cycle and of the size of asynchronous requests. */
const CALIBRATION = 0x1c00;
const ARQSZ = 0xe000;
/** Depth of the request queue, bits 31:24. */
const queueDepth = (status: number): number => Math.floor(status / 2 ** 24);

export interface AgpInfo {
  readonly mode: number;
  readonly aperBase: number;
  readonly aperSize: number;
  readonly maxMemory: number;
  readonly currentMemory: number;
  readonly cantUseAperture: number;
  readonly pageMask: string;
}

/** agp_copy_info: -EIO without a bridge. The mode it works out is overwritten with the raw one. */
export function copyInfo(bridge: Bridge | null): { result: number; info: AgpInfo } {
  if (bridge === null) {
    const info = {
      mode: 0,
      aperBase: 0,
      aperSize: 0,
      maxMemory: 0,
      currentMemory: 0,
      cantUseAperture: 0,
      pageMask: "0x0",
    };
    return { result: EIO, info };
  }
  isAgp3(bridge);
  const info = {
    mode: bridge.mode,
    aperBase: bridge.gartBusAddr,
    aperSize: bridge.currentSize.size,
    maxMemory: bridge.maxMemory,
    currentMemory: bridge.currentMemory,
    cantUseAperture: Number(bridge.driver.cantUseAperture),
    pageMask: `0x${"f".repeat(bridge.board.arch.kernel.platform.wordBits / 4)}`,
  };
  return { result: 0, info };
}

/** check_bridge_mode: whether the bridge runs in AGP 3.0 mode now. */
function isAgp3(bridge: Bridge): boolean {
  const { pci } = bridge.board;
  const device = bridgeDevice(bridge);
  const capability = pci.findAgp(device, "check_bridge_mode");
  const status = pci.read(device.name, capability + PCI_AGP_STATUS, 4, "check_bridge_mode");
  return (status & MODE_3_0) !== 0;
}

/** agp_generic_enable: the fastest rate that bridge, card and client share goes to every AGP device. */
export function enable(bridge: Bridge, requested: number): void {
  const place = "agp_generic_enable";
  const { pci, arch } = bridge.board;
  const device = bridgeDevice(bridge);
  bridge.version ??= agpVersion(bridge);
  const { major, minor } = bridge.version;
  arch.kernel.printk(
    "info",
    `agpgart: Found an AGP ${major}.${minor} compliant device at ${device.name}.`,
    place,
  );
  const status = pci.read(device.name, bridge.capndx + PCI_AGP_STATUS, 4, place);
  const common = collectDeviceStatus(bridge, requested, status);
  if (common !== 0) deviceCommand(bridge, common + AGP_ENABLE, false);
}

/** get_agp_version: the capability is read once. */
function agpVersion({ board, capndx }: Bridge): NonNullable<Bridge["version"]> {
  const word = board.pci.read(board.chipset.bridge.device, capndx, 4, "get_agp_version");
  return { major: (word >> 20) & 0xf, minor: (word >> 16) & 0xf };
}

/** agp_collect_device_status: 0 where there is no AGP display device. */
export function collectDeviceStatus(bridge: Bridge, requested: number, status: number): number {
  const place = "agp_collect_device_status";
  const { pci, arch } = bridge.board;
  for (const card of pci.devices) {
    if (!card.isDisplay) continue;
    const capability = pci.findAgp(card, place);
    if (capability === 0) continue;
    const offered = pci.read(card.name, capability + PCI_AGP_STATUS, 4, place);
    return isAgp3(bridge)
      ? parseAgp3(bridge, requested, status, offered)
      : parseAgp2(requested, status, offered);
  }
  arch.kernel.printk("info", "agpgart: Couldn't find an AGP VGA controller.", place);
  return 0;
}

/** What three parties agree on: queue depth, side-band, fast writes, and one rate. */
function parseAgp2(requested: number, bridge: number, card: number): number {
  const depth = Math.min(queueDepth(requested), queueDepth(bridge), queueDepth(card));
  const shared = bridge & card;
  const wanted = fastest(requested & RATES || 1);
  const rate = fastest(shared & wanted & RATES);
  const kept = bridge & ~RATES & ~(SIDEBAND | FAST_WRITES) & 0xffffff;
  // At 1x there are no fast writes.
  const features = rate === 1 ? SIDEBAND : SIDEBAND | FAST_WRITES;
  return depth * 2 ** 24 + kept + (shared & requested & features) + rate;
}

/** Of some rates, the fastest alone: 4 before 2 before 1. */
const fastest = (rates: number): number => [4, 2, 1].find((rate) => (rates & rate) !== 0) ?? 0;

/** The same in AGP 3.0 mode: 8x or 4x, side-band always, no fast writes on an Apple bridge's errata. */
function parseAgp3(bridge: Bridge, requested: number, status: number, card: number): number {
  let rate = requested & RATES;
  if (rate >= 3) {
    const { kernel } = bridge.board.arch;
    const text = `agpgart: ${kernel.comm} tried to set rate=x${rate * 4}. Setting to AGP3 x8 mode.`;
    kernel.printk("info", text, "agp_v3_parse_one");
    rate = 2;
  }
  const depth = Math.min(queueDepth(requested), queueDepth(status), queueDepth(card));
  const arqsz = Math.max(status & ARQSZ, card & ARQSZ);
  const calibration = Math.min(status & CALIBRATION, card & CALIBRATION);
  const kept = status & 0xffffff & ~(RATES | FAST_WRITES | ARQSZ | CALIBRATION);
  const both = rate === 2 && (status & card & 2) !== 0 ? 2 : 1;
  return depth * 2 ** 24 + (kept | arqsz | calibration | SIDEBAND | both);
}

/** agp_device_command: to every device with an AGP capability, in bus order. */
export function deviceCommand(bridge: Bridge, command: number, agp3: boolean): void {
  const place = "agp_device_command";
  const { pci, arch } = bridge.board;
  for (const device of pci.devices) {
    const capability = pci.findAgp(device, place);
    if (capability === 0) continue;
    const rate = (command & RATES) * (agp3 ? 4 : 1);
    const text = `agpgart: Putting AGP V${agp3 ? 3 : 2} device at ${device.name} into ${rate}x mode`;
    arch.kernel.printk("info", text, place);
    pci.write(device.name, capability + PCI_AGP_COMMAND, 4, command, place);
  }
}

const bridgeDevice = ({ board }: Bridge) =>
  board.pci.devices.find(({ name }) => name === board.chipset.bridge.device)!;
