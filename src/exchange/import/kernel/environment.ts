// environment.ts - the platform of a captured run, found in one quick pass over its files before the first event.
//
// A trace says on its first page whether physical addresses are machine addresses; a kernel's log shows it
// only by what it speaks of, somewhere. Exchanges of frames to come limit what a P2M dump tells.

import { UserError } from "../../../fault.ts";
import { Source } from "../source/source.ts";
import { Words } from "../source/words.ts";
import { Handles } from "./handles.ts";

/** IOMMUs by the names that platforms have of them; `iommu` is one of which only entries are seen. */
export type Iommu = "vtd" | "amdvi" | "smmu" | "dart" | "iommu";

export interface Environment {
  readonly xen: boolean;
  /** Whether any file shows what the kernel ran on; if not, no address can be translated. */
  readonly known: boolean;
  /** Whether that is known by inference alone: every buffer's address was its own, and nothing speaks of another. */
  readonly inferred: boolean;
  readonly iommu: Iommu | null;
  readonly swiotlb: boolean;
  /** Devices whose domain of the IOMMU leaves addresses as they are. */
  readonly identity: ReadonlySet<number>;
  /** Device -> what its bus adds to an address (dma-ranges of a device tree). */
  readonly offsets: ReadonlyMap<number, number>;
  /** The bit of a handle that says how memory is encrypted and is no part of the address; null where none does. */
  readonly encryptionBit: number | null;
  /** Whether the files have a network card's buffers. */
  readonly network: boolean;
  /** Whether a device's log has commands of an AHCI controller. */
  readonly ahci: boolean;
  /** The kernel's own address of its first byte of memory, as it is printed; null where nothing tells. */
  readonly pageOffset: string | null;
  readonly exchanges: readonly Exchange[];
  /** Whether a kernel's log holds a trace that the kernel dumped into it. */
  readonly hasDump: boolean;
  /** Whether a trace has stacks of who made its calls. */
  readonly hasStacks: boolean;
  /** Whether a trace has the IOMMU's entries. */
  readonly hasEntries: boolean;
}

/** What only one kind of machine writes into a log. */
const signs = {
  xen: [
    "xen_mmu_set_p",
    "xen_swiotlb_",
    "xen_mc_",
    "pfn_first pfn_count",
    "Xen PV",
    "kernel on Xen",
    "(XEN) ",
  ],
  bare: ["kernel on bare hardware"],
  vtd: [
    "vtd_dmar_",
    "DMAR: Intel(R) Virtualization Technology",
    "DMAR: [",
    "DMAR:[DMA ",
    "DMAR: IOMMU enabled",
    "IOVA_PFN",
  ],
  // Without an AMD IOMMU the kernel says "AMD-Vi: AMD IOMMUv2 functionality not available".
  amdvi: [
    "amdvi_",
    "AMD-Vi: Found IOMMU",
    "AMD-Vi: Extended features",
    "AMD-Vi: Interrupt remapping",
    "AMD-Vi: Event logged",
    "-AMD-Vi-",
  ],
  smmu: ["smmuv3_", "smmu_", "arm-smmu"],
  dart: ["apple-dart"],
  // Field by field an entry has no "IOMMU:" in front; nothing else has these fields' names.
  iommu: ["iova=0x", "unmapped_size=", "io_page_fault:", "iommu: map: iova 0x"],
  entries: ["IOMMU: iova=", "IOMMU: dev=", "unmapped_size="],
  // debugfs, dma-api/dump and domain_translation_struct.
  mappings: [" dma map error check", " dma map error not"],
  tables: ["IOVA_PFN"],
  swiotlb: ["swiotlb_bounced:"],
  // arch/x86/mm/mem_encrypt.c, in its spellings since 4.14; Arm's realms.
  encrypted: [
    "Memory Encryption Features active: ",
    "Memory Encryption (SME) active",
    "Encrypted Virtualization (SEV) active",
    "RME: Using RSI version",
  ],
  passthrough: ["Default domain type: Passthrough"],
  // A function of include/linux/dma-direct.h: no IOMMU and no hypervisor stands between.
  direct: ["dma_direct_"],
  network: ["e1000e_tx_descr", "e1000e_rx_desc_buff_write"],
  dump: ["Dumping ftrace buffer:", "Dumping ftrace instance "],
  // A call chain of perf's has an address of the kernel's half behind a tabulator.
  stacks: [
    "<stack trace",
    "<user stack trace",
    "kernel_stack:",
    "([kernel.",
    "/vmlinux",
    ".ko)",
    "\tffff",
  ],
  ahci: ["ahci_populate_sglist ", "process_ncq_command "],
} as const;
type Sign = keyof typeof signs;
const signNames = Object.keys(signs) as Sign[];
const signed = signNames.flatMap((sign) => signs[sign].map((text) => ({ sign, text })));
const iommus: readonly Iommu[] = ["vtd", "amdvi", "smmu", "dart", "iommu"];

/** A line longer than this holds no sign that its beginning does not. */
const LONG = 1 << 20;
const PAGE_OFFSET = /page_offset_base=(0x[0-9a-f]{16})/;
const EXCHANGE = /xen_create_contiguous_region: .{0,500}?pstart=0x([0-9a-f]+) order=(\d+)/;
/** 2^18 pages are a gigabyte; the hypervisor takes no larger order (xen MAX_ORDER is 18 on x86). */
const LARGEST_ORDER = 18;

/** Bytes of a file, or records of one without text, in which the signs of its machine must have shown; exchanges can come at any time. */
const [SOON_BYTES, SOON_RECORDS] = [1 << 24, 1 << 17];

/**
 * Reads the files once; what cannot be read again (a pipe) is taken by what it begins with. `hasKernel`: whether
 * the kernel itself speaks in one of them, so that it would speak of Xen; `hasXen`: whether a file is Xen's own;
 * `grows`: whether more of the kernel may come.
 */
export async function detectEnvironment(
  sources: readonly Legible[],
  { hasKernel, hasXen, grows }: { hasKernel: boolean; hasXen: boolean; grows: boolean },
): Promise<Environment> {
  const found = Object.fromEntries(signNames.map((sign) => [sign, false])) as {
    [S in Sign]: boolean;
  };
  const words = new Words(signed.map(({ text }) => text));
  found.xen = hasXen;
  let pageOffset: string | null = null;
  const handles = new Handles();
  const exchanges: Exchange[] = [];
  const look = (bytes: Buffer) => {
    words.find(bytes, (word) => {
      found[signed[word]!.sign] = true;
    });
    if (hasKernel || found.dump || found.mappings) handles.see(bytes);
    if (pageOffset === null && bytes.includes("page_offset_base="))
      pageOffset = PAGE_OFFSET.exec(bytes.toString("latin1"))?.[1] ?? null;
  };
  for (const source of sources) {
    if (source.path === "-") {
      look(source.head);
      continue;
    }
    let left = source.lines === undefined ? SOON_BYTES : SOON_RECORDS;
    for await (const { bytes, size } of legible(source)) {
      if (left > 0) look(bytes);
      else if (!found.xen) break;
      left -= size;
      if (found.xen) exchanges.push(...exchangesIn(bytes));
    }
  }
  const { xen, bare, swiotlb, direct, network, ahci, passthrough, dump, stacks, mappings } = found;
  const iommu = iommus.find((kind) => found[kind]) ?? null;
  const isDirect = !xen && iommu === null;
  const encryptionBit = found.encrypted && isDirect ? handles.encryptionBit(swiotlb) : null;
  const hasOffsets = isDirect && encryptionBit === null;
  const offsets = hasOffsets ? handles.offsets() : new Map<number, number>();
  // Of what is still to come nothing is known but that the kernel kept a buffer's own address before.
  const isBare =
    (hasKernel || dump || (mappings && handles.any(offsets))) &&
    (encryptionBit !== null ||
      (handles.areOwn(offsets, swiotlb) && (handles.any(offsets) || !grows)));
  const isTold = xen || bare || iommu !== null || direct;
  const isIdentity = iommu !== null && !xen && (passthrough || found.iommu || found.tables);
  return {
    xen,
    known: isTold || isBare,
    inferred: isBare && !isTold,
    iommu,
    swiotlb,
    identity: isIdentity ? handles.identity() : new Set(),
    offsets,
    encryptionBit,
    network,
    ahci,
    pageOffset,
    exchanges,
    hasDump: dump,
    hasStacks: stacks,
    hasEntries: found.entries,
  };
}

interface Exchange {
  readonly start: number;
  readonly pages: number;
}

/** A file, and its text where its bytes are none. */
export interface Legible {
  readonly path: string;
  readonly head: Buffer;
  readonly lines?: AsyncIterable<readonly string[]> | undefined;
}

/** Text, and its size: in bytes, or in records where it has none of its own. */
interface Text {
  readonly bytes: Buffer;
  readonly size: number;
}

async function* legible({ path, lines }: Legible): AsyncGenerator<Text> {
  if (lines === undefined) {
    for await (const bytes of wholeLines(path)) yield { bytes, size: bytes.length };
    return;
  }
  try {
    for await (const some of lines)
      yield { bytes: Buffer.from(`${some.join("\n")}\n`), size: some.length };
  } catch (error) {
    // As with one that breaks off.
    if (!(error instanceof UserError)) throw error;
  }
}

/** A file's bytes again, cut after line ends as far as lines are short. */
async function* wholeLines(path: string): AsyncGenerator<Buffer> {
  const again = await Source.open(path, { strict: false, follow: null });
  try {
    let before: Buffer = Buffer.alloc(0);
    for await (const chunk of again.bytes()) {
      const newline = chunk.indexOf(10);
      const end = newline < 0 ? chunk.length : newline + 1;
      const line = Buffer.concat([before, chunk.subarray(0, end)]);
      if (newline < 0 && line.length <= LONG) before = line;
      else {
        yield line;
        const last = Math.max(chunk.lastIndexOf(10) + 1, end);
        yield chunk.subarray(end, last);
        before = Buffer.from(chunk.subarray(last));
      }
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
