// environment.ts - the platform of a captured run, found in one quick pass over its files before the first event.
//
// A trace says on its first page whether physical addresses are machine addresses; a kernel's log shows it
// only by what it speaks of, somewhere. Exchanges of frames to come limit what a P2M dump tells.

import { UserError } from "../../../fault.ts";
import { Source } from "../source/source.ts";

export interface Environment {
  readonly xen: boolean;
  /** Whether any file shows what the kernel ran on; if not, no address can be translated. */
  readonly known: boolean;
  readonly iommu: boolean;
  readonly swiotlb: boolean;
  /** Whether the files have a network card's buffers. */
  readonly network: boolean;
  /** The kernel's own address of its first byte of memory, as it is printed; null where nothing tells. */
  readonly pageOffset: string | null;
  readonly exchanges: readonly Exchange[];
}

/** What only one kind of machine writes into a log. */
const signs = {
  xen: [
    "xen_mmu_set_p",
    "xen_swiotlb_",
    "xen_mc_",
    "pfn_first pfn_count",
    "Xen PV",
    "paravirtualized kernel on Xen",
  ],
  bare: ["Booting paravirtualized kernel on bare hardware"],
  iommu: [": map: IOMMU", "vtd_dmar_translate", "DMAR: Intel(R) Virtualization Technology"],
  swiotlb: ["swiotlb_bounced:"],
  // A function of include/linux/dma-direct.h: no IOMMU and no hypervisor stands between.
  direct: ["dma_direct_"],
  network: ["e1000e_tx_descr", "e1000e_rx_desc_buff_write"],
} as const;
/** A line longer than this holds no sign that its beginning does not. */
const LONG = 1 << 20;
/** A buffer's two addresses, where the kernel prints both. */
const MAPPED = /dma_map_(?:page|phys): .*?dma_addr=([0-9a-f]+) .*?phys_addr=([0-9a-f]+)/g;
const PAGE_OFFSET = /page_offset_base=(0x[0-9a-f]{16})/;
const EXCHANGE = /xen_create_contiguous_region: .*?pstart=0x([0-9a-f]+) order=(\d+)/;
/** 2^18 pages are a gigabyte; the hypervisor takes no larger order (xen MAX_ORDER is 18 on x86). */
const LARGEST_ORDER = 18;

/** Bytes of a file in which the signs of its machine must have shown; exchanges can come at any time. */
const SOON = 1 << 24;

/**
 * Reads the files once; what cannot be read again (a pipe) is taken by what it begins with. `hasKernel`: whether
 * the kernel itself speaks in one of them, so that it would speak of Xen; `hasXen`: whether a file is Xen's own;
 * `grows`: whether more of the kernel may come.
 */
export async function detectEnvironment(
  sources: readonly Source[],
  { hasKernel, hasXen, grows }: { hasKernel: boolean; hasXen: boolean; grows: boolean },
): Promise<Environment> {
  const found = {
    xen: hasXen,
    bare: false,
    iommu: false,
    swiotlb: false,
    direct: false,
    network: false,
  };
  let pageOffset: string | null = null;
  const addresses = { moved: false, kept: false };
  const exchanges: Exchange[] = [];
  const look = (bytes: Buffer) => {
    for (const what of Object.keys(found) as (keyof typeof found)[])
      found[what] ||= signs[what].some((sign) => bytes.includes(sign));
    if (hasKernel) seeMapped(bytes, addresses);
    if (pageOffset === null && bytes.includes("page_offset_base="))
      pageOffset = PAGE_OFFSET.exec(bytes.toString("latin1"))?.[1] ?? null;
  };
  for (const source of sources) {
    if (source.path === "-") {
      look(source.head);
      continue;
    }
    let read = 0;
    for await (const bytes of wholeLines(source.path)) {
      if (read < SOON) look(bytes);
      else if (!found.xen) break;
      read += bytes.length;
      if (found.xen) exchanges.push(...exchangesIn(bytes));
    }
  }
  const { xen, bare, iommu, swiotlb, direct, network } = found;
  // Of what is still to come nothing is known but that the kernel kept a buffer's own address before.
  const isBare = hasKernel && !addresses.moved && (addresses.kept || !grows);
  const known = xen || bare || iommu || swiotlb || direct || isBare;
  return { xen, known, iommu, swiotlb, network, pageOffset, exchanges };
}

/** Whether DMA addresses are the buffers' own, or others: then an IOMMU or hypervisor translates them. */
function seeMapped(bytes: Buffer, addresses: { moved: boolean; kept: boolean }): void {
  if (addresses.moved || !bytes.includes("dma_map_p")) return;
  for (const [, address, own] of bytes.toString("latin1").matchAll(MAPPED))
    addresses[address === own ? "kept" : "moved"] = true;
}

interface Exchange {
  readonly start: number;
  readonly pages: number;
}

/** A file's bytes again, cut after line ends as far as lines are short. */
async function* wholeLines(path: string): AsyncGenerator<Buffer> {
  const again = await Source.open(path, { strict: false, follow: null });
  try {
    let before: Buffer = Buffer.alloc(0);
    for await (const chunk of again.bytes()) {
      const bytes = before.length === 0 ? chunk : Buffer.concat([before, chunk]);
      const border = bytes.lastIndexOf(10) + 1;
      const cut = bytes.length - border > LONG ? bytes.length : border;
      yield bytes.subarray(0, cut);
      before = bytes.subarray(cut);
    }
    yield before;
  } catch (error) {
    // A file that breaks off is complained of when it is read for good, with the line where it does.
    if (!(error instanceof UserError)) throw error;
  } finally {
    await again.close();
  }
}

function* exchangesIn(bytes: Buffer): Generator<Exchange> {
  if (!bytes.includes("xen_create_contiguous_region: ")) return;
  for (const line of bytes.toString("latin1").split("\n")) {
    const [, start, order] = EXCHANGE.exec(line) ?? [];
    if (start !== undefined && Number(order) <= LARGEST_ORDER)
      yield { start: Number.parseInt(start, 16), pages: 2 ** Number(order) };
  }
}
