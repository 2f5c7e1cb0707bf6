// enable.ts - generic.c's agp_copy_info, and agp_enable with its search for the common rate.
//
// AGP 2.0 specification 6.1.9 and 6.1.10 for the bits; order of accesses as in drivers/char/agp/generic.c.

import { PCI_AGP_COMMAND, PCI_AGP_STATUS } from "../chipset/agp-capability.ts";
import type { PciDevice } from "../platform/pci.ts";
import { AGPCTRL } from "./agp3.ts";
import { type Bridge, EIO } from "./bridge.ts";
import { enableAgp35 } from "./isoch.ts";

const RATES = 0x7;
const FAST_WRITES = 0x10;
export const AGP_ENABLE = 0x100;
const SIDEBAND = 0x200;
export const MODE_3_0 = 0x8;
/** The messages of agp_v3_parse_one on the calibration cycle and on the size of asynchronous requests. */
const CALIBRATION = 0x1c00;
const ARQSZ = 0xe000;
/** AGPCTRL bit 9. */
const CALIBRATION_OFF = 0x200;
/** Reserved bits of a mode, in AGP 2.0 and 3.0. */
const RESERVED_2 = 0x00fffcc8;
const RESERVED_3 = 0x00ff00c4;
/** What is below the depth of the request queue, and that depth. */
const LOW = 0xffffff;
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

/** agp_copy_info: -EIO without a bridge. In 2005 it computes a mode and then overwrites it with the raw one. */
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
  const mask = isAgp3(bridge) ? RESERVED_3 : RESERVED_2;
  const reserved = bridge.board.arch.kernel.platform.agpReserved / 2 ** 20;
  const info = {
    mode: bridge.board.era.returnsRawMode ? bridge.mode : bridge.mode - (bridge.mode & mask),
    aperBase: bridge.gartBusAddr,
    aperSize: Math.max(0, bridge.currentSize.size - reserved),
    maxMemory: bridge.maxMemory,
    currentMemory: bridge.currentMemory,
    cantUseAperture: Number(bridge.driver.cantUseAperture),
    pageMask: `0x${"f".repeat(bridge.board.arch.kernel.platform.wordBits / 4)}`,
  };
  return { result: 0, info };
}

/** Whether the bridge runs in AGP 3.0 mode: check_bridge_mode asks it, later drivers remember what it was. */
function isAgp3(bridge: Bridge): boolean {
  const { pci, era } = bridge.board;
  if (!era.readsMode) return (bridge.mode & MODE_3_0) !== 0;
  const device = bridgeDevice(bridge);
  const capability = pci.findAgp(device, "check_bridge_mode");
  const status = pci.read(device.name, capability + PCI_AGP_STATUS, 4, "check_bridge_mode");
  return (status & MODE_3_0) !== 0;
}

/** agp_generic_enable: writes the fastest rate that bridge, card and client share to every AGP device. */
export function enable(bridge: Bridge, requested: number): void {
  const common = collectStatus(bridge, requested, "agp_generic_enable");
  if (common === 0) return;
  const command = common + AGP_ENABLE;
  const { major, minor } = bridge.version!;
  if (major < 3) deviceCommand(bridge, command, false);
  else if (isAgp3(bridge)) {
    if (minor >= 5) enableAgp35(bridge);
    deviceCommand(bridge, command, true);
  } else deviceCommand(bridge, inLegacyMode(bridge, command), false);
}

/** Logs the bridge and combines the modes of all three; returns the command, or 0 where there is no AGP card. */
export function collectStatus(bridge: Bridge, requested: number, place: string): number {
  const { pci, arch } = bridge.board;
  const device = bridgeDevice(bridge);
  bridge.version ??= agpVersion(bridge);
  const { major, minor } = bridge.version;
  const text = `agpgart: Found an AGP ${major}.${minor} compliant device at ${device.name}.`;
  arch.kernel.printk("info", text, place);
  const status = pci.read(device.name, bridge.capndx + PCI_AGP_STATUS, 4, place);
  return collectDeviceStatus(bridge, requested, status);
}

/** An AGP 3.0 bridge in AGP 2.0 mode: no calibration cycle. */
function inLegacyMode(bridge: Bridge, command: number): number {
  const place = "agp_generic_enable";
  const { pci, arch } = bridge.board;
  const { name } = bridgeDevice(bridge);
  const control = pci.read(name, bridge.capndx + AGPCTRL, 4, place);
  pci.write(name, bridge.capndx + AGPCTRL, 4, control | CALIBRATION_OFF, place);
  const text = "agpgart: Device is in legacy mode, falling back to 2.x";
  arch.kernel.printk("info", text, place);
  return command - (command & CALIBRATION);
}

/** get_agp_version: the capability is read once. */
export function agpVersion({ board, capndx }: Bridge): NonNullable<Bridge["version"]> {
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
    const depth = Math.min(queueDepth(requested), queueDepth(status), queueDepth(offered));
    const low = status & LOW & ~((status & offered & requested & FAST_WRITES) ^ FAST_WRITES);
    const parse = isAgp3(bridge) ? parseAgp3 : parseAgp2;
    return depth * 2 ** 24 + parse(bridge, requested, low, offered);
  }
  arch.kernel.printk("info", "agpgart: Couldn't find an AGP VGA controller.", place);
  return 0;
}

/** The client's mode without reserved bits; logs a message where there are some. */
function withoutReserved({ board }: Bridge, mode: number, mask: number, place: string): number {
  const reserved = mode & mask;
  if (reserved === 0) return mode;
  const which = board.era.namesReservedBits ? ` (${reserved.toString(16)})` : "";
  const text = `agpgart: reserved bits set${which} in mode 0x${mode.toString(16)}. Fixed.`;
  board.arch.kernel.printk("info", text, place);
  return mode - reserved;
}

/** agp_v2_parse_one: what bridge, card and client have in common, of the bits below the queue's depth. */
function parseAgp2(bridge: Bridge, requestedMode: number, status: number, card: number): number {
  const place = "agp_v2_parse_one";
  const { kernel } = bridge.board.arch;
  const mode = withoutReserved(bridge, requestedMode, RESERVED_2, place);
  if ((mode & RATES) === 0) {
    const text = `agpgart: ${kernel.comm} tried to set rate=x0. Setting to x1 mode.`;
    kernel.printk("info", text, place);
  }
  const rate = fastest(status & card & fastest(mode & RATES || SLOWEST));
  const errata = bridge.driver.noFastWrites === true || rate === SLOWEST ? FAST_WRITES : 0;
  return (status & ~(RATES | SIDEBAND | errata)) + (status & card & mode & SIDEBAND) + rate;
}

const SLOWEST = 1;
/** The fastest of some rates: 4, else 2, else 1. */
const fastest = (rates: number): number => [4, 2, 1].find((rate) => (rates & rate) !== 0) ?? 0;

/** Rates of AGP 3.0, and the bit that was the third one before. */
const [RATE_4X, RATE_8X] = [1, 2] as const;

/** agp_v3_parse_one: 8x or 4x, side-band always; the larger request size and the shorter calibration cycle. */
function parseAgp3(bridge: Bridge, requestedMode: number, status: number, card: number): number {
  const arqsz = Math.max(status & ARQSZ, card & ARQSZ);
  const calibration = Math.min(status & CALIBRATION, card & CALIBRATION);
  const agpstat = (status & ~(ARQSZ | CALIBRATION | SIDEBAND)) + arqsz + calibration + SIDEBAND;
  const result = rateOf(bridge, requestedMode, status, card, agpstat);
  const rateless = agpstat & ~RATES;
  if ("refused" in result) return rateless + result.refused;
  const errata = bridge.driver.noFastWrites === true ? FAST_WRITES : 0;
  return (rateless & ~errata) + result.rate;
}

/** Whether 8x is asked for; logs what is wrong with what was asked. */
function asks8x(bridge: Bridge, requestedMode: number): boolean {
  const place = "agp_v3_parse_one";
  const { kernel } = bridge.board.arch;
  const says = (what: string) => kernel.printk("info", `agpgart: ${kernel.comm} ${what}`, place);
  let mode = withoutReserved(bridge, requestedMode, RESERVED_3, place);
  const rate = mode & RATES;
  if (rate === 0) {
    says("tried to set rate=x0. Setting to AGP3 x4 mode.");
    mode += RATE_4X;
  }
  if (rate >= 3) {
    says(`tried to set rate=x${rate * 4}. Setting to AGP3 x8 mode.`);
    mode += RATE_8X - rate;
  }
  if ((mode & MODE_3_0) !== 0) return (mode & RATE_8X) !== 0;
  says(`passes broken AGP2 flags (${mode.toString(16)}) in AGP3 mode. Fixed.`);
  return false;
}

/** The rate; or what is left where the driver gives up, before it looks at errata. */
function rateOf(
  bridge: Bridge,
  requestedMode: number,
  status: number,
  card: number,
  agpstat: number,
): { readonly rate: number } | { readonly refused: number } {
  const place = "agp_v3_parse_one";
  const { arch, era } = bridge.board;
  const { kernel } = arch;
  if (asks8x(bridge, requestedMode)) {
    const incapable = (status & RATE_8X) === 0 ? "bridge" : "graphic card";
    if ((status & card & RATE_8X) !== 0) return { rate: RATE_8X };
    const text = `${kernel.comm} requested AGPx8 but ${incapable} not capable.`;
    if (era.complainsOfRates) kernel.printk("default", text, place);
    else kernel.printk("info", `agpgart: ${text}`, place);
    return { refused: RATE_4X };
  }
  if (!era.complainsOfRates || (status & card & RATE_4X) !== 0) return { rate: RATE_4X };
  const left = agpstat - (agpstat & (RATES - RATE_4X));
  const [before, after] = [
    [status, card],
    [left, card],
  ].map(([one, two]) => `bridge_agpstat:${hexOf(one!)} vga_agpstat:${hexOf(two!)}`);
  const badness = "Badness. Don't know which AGP mode to set.";
  const says = (what: string) => kernel.printk("info", `agpgart: ${what}`, place);
  says(`${badness} [${before} fell back to:- ${after}]`);
  if ((left & RATE_4X) === 0) says("Bridge couldn't do AGP x4.");
  if ((card & RATE_4X) === 0) says("Graphic card couldn't do AGP x4.");
  return { refused: left & RATE_4X };
}

const hexOf = (word: number): string => word.toString(16);

/** agp_device_command: to every device with an AGP capability, in bus order. */
export function deviceCommand(bridge: Bridge, command: number, agp3: boolean): void {
  for (const device of bridge.board.pci.devices)
    commandDevice(bridge, device, command, agp3, "agp_device_command");
}

/** Writes the command to a device with an AGP capability; false for any other. */
export function commandDevice(
  { board: { pci, arch } }: Bridge,
  device: PciDevice,
  command: number,
  agp3: boolean,
  place: string,
): boolean {
  const capability = pci.findAgp(device, place);
  if (capability === 0) return false;
  const rate = (command & RATES) * (agp3 ? 4 : 1);
  const text = `agpgart: Putting AGP V${agp3 ? 3 : 2} device at ${device.name} into ${rate}x mode`;
  arch.kernel.printk("info", text, place);
  pci.write(device.name, capability + PCI_AGP_COMMAND, 4, command, place);
  return true;
}

const bridgeDevice = ({ board }: Bridge) =>
  board.pci.devices.find(({ name }) => name === board.chipset.bridge.device)!;
