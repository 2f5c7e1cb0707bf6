// amd64-aperture.ts - the aperture that the firmware left in the northbridges, or the AGP bridge's instead.
//
// fix_northbridge and aperture_valid of drivers/char/agp/amd64-agp.c, 2.6.12-rc2.

import { hex, offset, PAGE_SIZE, pfnOf, phys } from "../address.ts";
import { APERTUREBASE, APERTURECTL } from "../chipset/amd64.ts";
import type { Platform } from "../platform/platform.ts";
import { type Bridge, ENODEV } from "./bridge.ts";

const LEAST = 32 * 2 ** 20;
const APSIZE = 0x14;
const [BAR_LOW, BAR_HIGH] = [0x10, 0x14] as const;
const BAR_MASK = 2 ** 22;

/** Makes sure that each northbridge has a usable aperture, and writes one where it has none; 0 or -ENODEV. */
export function checkNorthbridges(bridge: Bridge, hosts: readonly string[]): number {
  for (const host of hosts) {
    if (fixNorthbridge(bridge, host)) continue;
    const { kernel } = bridge.board.arch;
    kernel.printk("info", "agpgart: No usable aperture found.", "cache_nbs");
    const advice = "agpgart: Consider rebooting with iommu=memaper=2 to get a good aperture.";
    kernel.printk("info", advice, "cache_nbs");
    return ENODEV;
  }
  return 0;
}

function fixNorthbridge(bridge: Bridge, host: string): boolean {
  const place = "fix_northbridge";
  const { pci, arch, chipset } = bridge.board;
  const code = (pci.read(host, APERTURECTL, 4, place) >> 1) & 7;
  // A 32-bit shift.
  const base = (pci.read(host, APERTUREBASE, 4, place) * 2 ** 25) % 2 ** 32;
  if (isValid(bridge, base, LEAST * 2 ** code)) return true;

  const { device } = chipset.bridge;
  const size = pci.read(device, bridge.capndx + APSIZE, 2, place);
  if (size === 0xffff) return false;
  const order = 7 - bitsOf(size & 0xff ? (size & 0xfff) | 0xf00 : size & 0xfff);
  const low = pci.read(device, BAR_LOW, 4, place);
  const start = pci.read(device, BAR_HIGH, 4, place) * 2 ** 32 + low - (low % BAR_MASK);
  const says = `agpgart: Aperture from AGP @ ${start.toString(16)} size ${32 << order} MB`;
  arch.kernel.printk("info", says, place);
  if (order < 0 || !isValid(bridge, start, LEAST * 2 ** order)) return false;
  pci.write(host, APERTURECTL, 4, order << 1, place);
  pci.write(host, APERTUREBASE, 4, Math.floor(start / 2 ** 25), place);
  return true;
}

const bitsOf = (word: number): number => word.toString(2).replaceAll("0", "").length;

/** Whether an aperture is at a usable address; the first one found is claimed from the kernel's resources. */
function isValid({ board }: Bridge, start: number, size: number): boolean {
  const place = "aperture_valid";
  const { kernel } = board.arch;
  const complaint = complaintOf(board.arch.kernel.platform.ram, start, size);
  if (complaint !== null) {
    kernel.printk("err", `agpgart: ${complaint}`, place);
    return false;
  }
  if (board.statics.claimed === null) {
    kernel.called(`request_mem_region(${hex(start)}, ${size}, aperture)`, place);
    board.statics.claimed = { start, end: start + size - 1 };
  }
  return true;
}

function complaintOf(ram: Platform["ram"], start: number, size: number): string | null {
  if (start === 0) return "No aperture";
  if (size < LEAST) return `Aperture too small (${Math.floor(size / 2 ** 20)} MB)`;
  if (start + size > 0xffffffff) return "Aperture out of bounds";
  const page = pfnOf(phys(start));
  const isRam = page < offset(ram.first, ram.pages) && offset(page, size / PAGE_SIZE) > ram.first;
  return isRam ? "Aperture pointing to RAM" : null;
}
