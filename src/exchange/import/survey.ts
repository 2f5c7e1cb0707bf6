// survey.ts - what must be known of a run before its first event: one quick pass over its files.
//
// A trace says on its first page whether physical addresses are machine addresses; a kernel's log shows it
// only by what it speaks of, somewhere. Exchanges of frames to come limit what a P2M dump tells.

import { Source } from "./source.ts";

export interface Survey {
  readonly xen: boolean;
  readonly iommu: boolean;
  readonly swiotlb: boolean;
  readonly exchanges: readonly { readonly start: number; readonly pages: number }[];
}

/** What only one kind of machine writes into a log. */
const signs = {
  xen: ["xen_mmu_set_p", "xen_swiotlb_", "xen_mc_", "pfn_first pfn_count", "Xen PV"],
  iommu: [": map: IOMMU", "vtd_dmar_translate", "DMAR: Intel(R) Virtualization Technology"],
  swiotlb: ["swiotlb_bounced:"],
} as const;
/** The longest of them less one: a sign may lie on the border of two chunks. */
const OVERLAP = 64;
const EXCHANGE = /xen_create_contiguous_region: .*?pstart=0x([0-9a-f]+) order=(\d+)/;
/** 2^18 pages are a gigabyte; the hypervisor takes no larger order (xen MAX_ORDER is 18 on x86). */
const LARGEST_ORDER = 18;

/** Reads the files once; what cannot be read again (a pipe) is taken by what it begins with. */
export async function surveyed(sources: readonly Source[]): Promise<Survey> {
  const found = { xen: false, iommu: false, swiotlb: false };
  const exchanges: { start: number; pages: number }[] = [];
  const look = (bytes: Buffer) => {
    for (const what of ["xen", "iommu", "swiotlb"] as const)
      found[what] ||= signs[what].some((sign) => bytes.includes(sign));
  };
  for (const source of sources) {
    if (source.path === "-") {
      look(source.head);
      continue;
    }
    const again = await Source.open(source.path, { strict: false, follow: null });
    let before: Buffer = Buffer.alloc(0);
    for await (const chunk of again.bytes()) {
      const bytes = Buffer.concat([before, chunk]);
      look(bytes);
      const border = bytes.lastIndexOf(10) + 1;
      if (bytes.includes("xen_create_contiguous_region: "))
        for (const line of bytes.toString("latin1", 0, border).split("\n")) {
          const [, start, order] = EXCHANGE.exec(line) ?? [];
          if (start !== undefined && Number(order) <= LARGEST_ORDER)
            exchanges.push({ start: Number.parseInt(start, 16), pages: 2 ** Number(order) });
        }
      // Whole lines are done with; what is left of one is short, or no line of a log.
      before = bytes.length - border <= 4096 ? bytes.subarray(border) : bytes.subarray(-OVERLAP);
    }
  }
  return { ...found, exchanges };
}
