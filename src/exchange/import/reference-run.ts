// reference-run.ts - the first line of a reference recording: on what machine, with which driver it was made.

import { basename } from "node:path";
import { z } from "zod";
import type { Chipset } from "../../chipset/chipset.ts";
import { chipsets } from "../../chipset/index.ts";
import type { About } from "../../event/trace.ts";
import { UserError, unknownName } from "../../fault.ts";
import { wide } from "./reference-fields.ts";
import { platforms } from "./reference-names.ts";
import { checked } from "./text-lines.ts";

export interface Run {
  readonly about: About;
  readonly chipset: Chipset;
  /** virt - phys, in the kernel's own mapping of its memory. */
  readonly pageOffset: number;
  /** Whether coherent memory is mapped in an IOMMU. */
  readonly hasIommu: boolean;
}

const runLine = z.object({
  ev: z.literal("run"),
  n: z.literal(0),
  op: z.literal(-1),
  format: z.literal(1),
  platform: z.string(),
  hookset: z.string(),
  chipset: z.string(),
  workload: z.string(),
  source: z.string(),
  page_offset: wide,
});

/** What the first line of a recording says of the run. */
export function runOf(firstLine: unknown, path: string): Run {
  const refuse = (complaint: string) => new UserError(`${path}:1: ${complaint}`);
  const run = checked(runLine, firstLine, (complaint) =>
    refuse(`not a reference recording: no line of ev 'run' comes first (${complaint})`),
  );
  const { platform, hookset, chipset: wanted, workload } = run;
  const chipset = chipsets.find(({ name }) => name === wanted);
  if (chipset === undefined)
    throw refuse(unknownName("chipset", wanted, chipsets.map(nameOf)).message);
  if (!isPlatform(platform))
    throw refuse(unknownName("platform", platform, Object.keys(platforms)).message);
  const { virtBase, physIsMachine, hasIommu } = platforms[platform];
  // The recorder's `legacy` takes pseudo-physical addresses in ioremap, which no real Xen did.
  const lenient = platform.startsWith("xen-") && hookset === "legacy";
  const about: About = {
    platform,
    hooks: hooksOf(hookset, hasIommu),
    chipset: wanted,
    workload,
    operations: null,
    seed: 0,
    options: lenient ? { lenientIoremap: true } : {},
    virtBase,
    physIsMachine,
    source: "imported",
    origin: `${basename(path)}: ${run.source}`,
  };
  return { about, chipset, pageOffset: Number(run.page_offset - virtBase), hasIommu };
}

const nameOf = ({ name }: { readonly name: string }): string => name;

const isPlatform = (name: string): name is keyof typeof platforms => Object.hasOwn(platforms, name);

/** The recorder's hook sets by our names: an IOMMU makes a DMA handle an address of its own. */
function hooksOf(hookset: string, hasIommu: boolean): string {
  if (hookset === "dma_coherent") return hasIommu ? "dma-handle" : "dma-coherent";
  return hookset === "legacy-xenioremap" ? "legacy" : hookset;
}
