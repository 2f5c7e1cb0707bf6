// dma-release.ts - a DMA mapping is ended as it was made: once, for its device, with its handle, length and direction.
//
// The patch of 16 March 2005 freed the table with its bus address where dma_free_coherent wants the handle:
// behind an IOMMU that ends somebody else's mapping and leaks the driver's own. What is wrong with an ending is
// what the kernel's own check complains of (kernel/dma/debug.c, check_unmap).

import { hex } from "../address.ts";
import { deviceOf } from "../event/register.ts";
import type { Of } from "../event/vocabulary.ts";
import { type Ended, LiveMappings } from "../machine/access.ts";
import type { Check } from "./check.ts";
import { Complaints } from "./complaints.ts";
import { hasIommu } from "./platform.ts";
import { isComplaint } from "./refused.ts";

type Unmapped = Of<"dma.unmapped">;

export const dmaRelease: Check = {
  name: "dma-release",
  holds:
    "every DMA mapping ends once, by the device, handle, length, direction and function it was made with",
  counts: true,
  watch: (about, report) => {
    const mappings = new LiveMappings();
    const complaints = new Complaints();
    const trace = { isWhole: about.source === "simulated", hasIommu: hasIommu(about) };
    return {
      after: {
        "dma.mapped": (event, { seq, op }) => {
          mappings.mapped(event, seq);
          complaints.called(event, { seq, op }, false);
        },
        "dma.unmapped": (event, { seq, op }) => {
          const ended = mappings.unmapped(event);
          const subjects = [{ family: "dma", number: event.handle }] as const;
          const complaint = complaintOf(event, ended, trace);
          if (complaint !== null) report.finding(subjects, complaint);
          else if (ended.made === null)
            report.unknown("a mapping ends that was made before the trace begins");
          else report.held();
          complaints.called(event, { seq, op }, complaint !== null);
        },
        "fault.raised": (event) => {
          if (isComplaint(event)) complaints.complained(event, report);
        },
      },
    };
  },
};

/** What is wrong with an ending; null where nothing is, or nothing is known. */
function complaintOf(
  event: Unmapped,
  ended: Ended,
  { isWhole, hasIommu }: { readonly isWhole: boolean; readonly hasIommu: boolean },
): string | null {
  const where = `${hex(event.bus)}:b`;
  const { made } = ended;
  if (made === null) {
    if (ended.wasMapped) return `nothing is mapped at ${where} any more`;
    // Behind an IOMMU equal handles of two devices mean nothing.
    if (ended.other !== null && !hasIommu)
      return `${where} ends for another device: ${whose(ended.other)}`;
    return isWhole ? `nothing is mapped at ${where}` : null;
  }
  if (made.size !== event.size)
    return `${event.size} bytes at ${where} end, ${made.size} were mapped`;
  const [from, by] = [functionOf(made.place), functionOf(event.place)];
  if (from !== null && by !== null && from !== by)
    return `${where} is ended as ${by} mapping, it was made as ${from} mapping`;
  if (made.direction !== event.direction)
    return `${where} ends ${event.direction}, it was mapped ${made.direction}`;
  return null;
}

const whose = ({ device }: Of<"dma.mapped">): string =>
  device == null ? "it is mapped" : `it is mapped for ${deviceOf(device)}`;

/** The functions that belong together, by the names of their tracepoints. */
const functions: { readonly [place: string]: string } = {
  ...{ dma_map_page: "a single", dma_unmap_page: "a single" },
  ...{ dma_map_phys: "a single", dma_unmap_phys: "a single" },
  ...{ dma_map_resource: "a resource", dma_unmap_resource: "a resource" },
  ...{ dma_map_sg: "a scatterlist", dma_unmap_sg: "a scatterlist" },
  ...{ dma_alloc: "a coherent", dma_free: "a coherent" },
  ...{ dma_alloc_pages: "a noncoherent", dma_free_pages: "a noncoherent" },
  ...{ dma_alloc_sgt: "a noncontiguous", dma_free_sgt: "a noncontiguous" },
};
const functionOf = (place: string | null | undefined): string | null =>
  functions[place ?? ""] ?? null;
