// domain-translation.ts - debugfs iommu/intel/domain_translation_struct: VT-d's tables when it was read.
//
// A table is "Device NAME @0xTABLE", of a process's addresses "Device NAME with pasid N @0xTABLE", its columns' names,
// and a row for each page: "0xIOVA_PFN | PML5E PML4E PDPE PDE PTE", of which those below a large page's entry are 0
// (drivers/iommu/intel/debugfs.c, dump_page_info).

import { hex } from "../../../address.ts";
import type { ContextFormat } from "../join/format.ts";
import { deviceOf } from "../kernel/device.ts";
import { nearOf } from "../source/far.ts";

const DEVICE = /^Device (\S+)(?: with pasid (?:0x)?([0-9a-f]{1,8}))? @0x[0-9a-f]+$/;
const COLUMNS = /^IOVA_PFN\s+PML5E\b/;
const ROW = /^(0x[0-9a-f]{1,16})\s*\|\s*(0x[0-9a-f]{16}(?:\s+0x[0-9a-f]{16}){0,7})\s*$/;
const isLine = (line: string): boolean => DEVICE.test(line) || COLUMNS.test(line) || ROW.test(line);

/** Bytes of a page by the level of its entry, a PTE's first. */
const SIZES = [2 ** 12, 2 ** 21, 2 ** 30] as const;
const LEVELS = 5;
/** The bits of an entry that are an address. */
const ADDRESS = 0x000f_ffff_ffff_f000n;
const ENOUGH = 5;

export const domainTranslation: ContextFormat = {
  name: "domain-translation",
  what: "the tables of VT-d at one moment",
  madeBy: "sudo cat /sys/kernel/debug/iommu/intel/domain_translation_struct",
  near: /domain_translation_struct/,
  part: "context",
  tells: true,
  recognises: (head) => {
    const lines = head
      .toString("latin1")
      .split(/\r?\n/)
      .filter((line) => line.trim() !== "");
    return lines.length > 0 && lines.slice(0, ENOUGH).every(isLine);
  },
  async read(source, { standing }) {
    let device: number | null = null;
    for await (const lines of source.lines())
      for (const line of lines) {
        source.line++;
        const [, name, pasid = "0"] = DEVICE.exec(line) ?? [];
        if (name !== undefined) device = spaceOf(name, Number.parseInt(pasid, 16));
        else if (line.trim() !== "" && !COLUMNS.test(line)) {
          const found = entryIn(line);
          if (typeof found === "string") source.tally.skipped("entry", found, 1);
          else if (device === null)
            source.tally.skipped("entry", "no device is named before it", 1);
          else standing.addEntry(source, { device, ...found });
        }
      }
  },
};

/** A device's own addresses, or those of a process that it serves, which are a space of their own. */
const spaceOf = (name: string, pasid: number): number | null =>
  deviceOf(pasid === 0 ? name : `${name}@pasid${pasid}`);

/** The page that a row is about; or why there is none. */
function entryIn(line: string): { iova: number; phys: number; size: number } | string {
  const [, pfn, columns = ""] = ROW.exec(line) ?? [];
  const entries = columns.trim().split(/\s+/);
  if (pfn === undefined || entries.length !== LEVELS)
    return "not IOVA_PFN | PML5E PML4E PDPE PDE PTE";
  const level = entries.reverse().findIndex((entry) => BigInt(entry) !== 0n);
  const size = SIZES[level];
  if (size === undefined) return "its entry is of no page";
  const address = BigInt(pfn) << 12n;
  const iova = address < 1n << 64n ? nearOf(address) : null;
  if (iova === null) return `${hex(address)} is in one region of the bus too many`;
  const phys = Number(BigInt(entries[level]!) & ADDRESS);
  return { iova, phys: phys - (phys % size), size };
}
