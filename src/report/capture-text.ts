// capture-text.ts - what a captured run comes to, for people.

import type { CaptureCounts, LiveCount, Pairs } from "../judgement/capture-counts.ts";
import { counted, countOf, inColumns, indented } from "./text.ts";

/** Counts of what was given to devices, and where it led. */
export function captureText({
  dma,
  iommu,
  pageTableWrites,
  misuses,
  unknownSince,
}: CaptureCounts): string {
  const rows = [
    ["dma page", ...pairs(dma.page)],
    ["dma sg", ...pairs(dma.sg)],
    ["dma coherent", ...pairs(dma.coherent)],
  ];
  const lines = [
    inColumns(rows, ["", "pairs", "bus = phys", "bus = machine by P2M"]),
    accesses(dma.deviceAccesses),
    ...dma.live.by.slice(0, MOST_LIVE).map(liveText),
    ...(dma.live.by.length > MOST_LIVE
      ? [`and mappings of ${dma.live.by.length - MOST_LIVE} more that never ended`]
      : []),
    part("maps of the IOMMU", iommu.maps.total, iommu.maps.identity, "with bus = phys"),
    part(
      "translations of the IOMMU",
      iommu.translations.total,
      iommu.translations.matched,
      "as it was mapped then",
    ),
    part(
      "page-table writes, present",
      pageTableWrites.present,
      pageTableWrites.equalsP2m,
      "equal to the P2M",
    ),
    ...Object.entries(misuses).map(
      ([misuse, { count, first }]) =>
        `${countOf(count, "access", "accesses")} ${misuse}, first #${first}`,
    ),
    ...(unknownSince === null
      ? []
      : [`records are lost: what was set before is unknown since #${unknownSince}`]),
  ];
  return [
    "addresses given to devices",
    indented(lines.filter((line) => line !== "").join("\n")),
  ].join("\n");
}

/** Devices and functions whose mappings never ended, and that are shown. */
const MOST_LIVE = 8;

const liveText = ({ device, place, count, first, last }: LiveCount): string =>
  `${countOf(count, "mapping")} never ended: ${device ?? "a device that is not told"}, ` +
  `${place ?? "a function that is not told"}, first #${first}, last #${last}`;

const pairs = (of: Pairs): string[] => [of.pairs, of.identity, of.equalsP2m].map(counted);

const accesses = ({ total, inLiveMapping }: CaptureCounts["dma"]["deviceAccesses"]): string =>
  inLiveMapping === null && total > 0
    ? `accesses of devices: ${counted(total)}; no source tells what was mapped for them`
    : part("accesses of devices", total, inLiveMapping ?? 0, "in a mapping that was live");

const part = (what: string, total: number, matched: number, how: string): string =>
  total === 0 ? "" : `${what}: ${counted(total)}, of which ${counted(matched)} ${how}`;
