// memory.ts - pages, page tables and IOMMU entries: kmem:*, xen:* and iommu:* of ftrace.

import { bus, machine, mfnOf, pfn, phys, physOf, pteIndex, virt } from "../../../address.ts";
import { virtOf } from "../join/run.ts";
import { deviceOf } from "../kernel/device.ts";
import type { Piece } from "../kernel/iommu-entries.ts";
import { wholeOf } from "../source/far.ts";
import {
  address,
  busAddress,
  busAddressOf,
  hexAt,
  LARGEST,
  number,
  size,
  Unusable,
} from "../source/fields.ts";
import type { Record } from "./record.ts";
import type { Handler, Handlers } from "./tasks.ts";

/** 2^10 pages are the buddy allocator's largest block on x86 (MAX_ORDER, include/linux/mmzone.h). */
const LARGEST_ORDER = 10;

/**
 * An allocation that failed: a null page as kernels of either word, libtraceevent and perf print it, or field by field a
 * frame of all ones (include/trace/events/kmem.h, mm_page_alloc).
 */
const NO_PAGE =
  /^(?:\[FAILED TO PARSE\] )?(?:page=(?: *\((?:null|nil)\)|(?:0x)?0+) pfn=(?:0x)?0+|pfn=(?:0xf{8}|0xf{16}|4294967295|18446744073709551615)) /;

/** The frame and the order of a block of pages, each null where it is not told; null for an allocation that failed. */
function blockIn(record: Record): { frame: number | null; order: number | null } | null {
  const { fields } = record;
  const recorded = fields?.number("pfn") ?? NO_FRAME;
  if (recorded < NO_FRAME) return { frame: recorded, order: fields?.number("order") ?? null };
  const { body } = record;
  if (NO_PAGE.test(body)) return null;
  return { frame: number(body, "pfn"), order: number(body, "order") };
}
const NO_FRAME = 0xffffffff;

const page =
  (kind: "page.allocated" | "page.freed"): Handler =>
  ({ run }, record) => {
    const block = blockIn(record);
    if (block === null) return true;
    const { frame, order } = block;
    if (frame === null || order === null || order > LARGEST_ORDER)
      throw new Unusable("no page frame number or no order");
    const at = physOf(pfn(frame));
    run.emit({
      kind,
      actor: "kernel",
      at: run.at,
      allocation: pfn(frame),
      by: kind === "page.allocated" ? "alloc_pages" : "free_pages",
      use: "kernel",
      size: 4096 * 2 ** order,
      phys: at,
      machine: run.frames.machineOf(at),
    });
    return true;
  };

/** Before 5.17 the end of the range was not printed (94aedac49d92). */
const IOVA = /^IOMMU: (?:dev=\S+ )?iova=(0x[0-9a-f]{1,16}) /;
const BEGINS = "IOMMU: iova=0x";

/** The entries that a record of iommu:map or iommu:unmap is about; null where it cannot be read. */
export function pieceOf(record: Record): Piece | null {
  const recorded = recordedPiece(record);
  if (recorded !== null) return recorded;
  const { name, body } = record;
  const iova = iovaOf(body);
  if (iova === null) return null;
  return name === "map"
    ? { iova, phys: address(body, "paddr"), size: size(body, "size") }
    : { iova, phys: null, size: size(body, "unmapped_size") };
}

/** What a recording has of them; null where there is none, and for what the text has to be asked. */
function recordedPiece({ name, fields }: Record): Piece | null {
  const iova = fields?.number("iova") ?? null;
  if (fields === undefined || iova === null) return null;
  const phys = name === "map" ? fields.number("paddr") : null;
  const size = fields.number(name === "map" ? "size" : "unmapped_size");
  if (size === null || size > LARGEST || (name === "map" && phys === null)) return null;
  return { iova, phys, size };
}

/** Hot: twice for each entry that is traced (bench: import); nearly all are told alike. */
function iovaOf(body: string): number | null {
  if (body.startsWith(BEGINS) && body.indexOf(" ", BEGINS.length) > 0) {
    const known = hexAt(body, BEGINS.length - 2);
    if (!Number.isNaN(known)) return known;
  }
  const [, digits] = IOVA.exec(body) ?? [];
  return digits === undefined ? null : busAddressOf(digits, "iova");
}

const needed = (record: Record): Piece => {
  const piece = pieceOf(record);
  if (piece === null) throw new Unusable("no range of IOVAs");
  return piece;
};

const PTE =
  /^(?:mm [0-9a-f]+ addr [0-9a-f]+ )?(?:ptep|pmdp|pudp|p4dp) ([0-9a-f]{16})(?: \w+ [0-9a-f]{16})? (?:pte|pmd|pud|p4d)val ([0-9a-f]{16}) \(raw ([0-9a-f]{16})\)/;
/** Bits 12 to 51 of an entry name a frame, bit 0 says that it is there (Intel SDM volume 3, 4.5). */
const FRAME = 2 ** 12;
const frameOf = (digits: string): number =>
  Math.floor(Number.parseInt(digits.slice(3), 16) / FRAME);

const entry: Handler = ({ run }, { name, body }) => {
  const [, at, value, raw] = PTE.exec(body) ?? [];
  if (at === undefined) throw new Unusable("not a page-table entry with its raw value");
  const where = virtOf(at);
  if (where === null) throw new Unusable("the entry is not in kernel memory");
  const present = Number.parseInt(raw!.slice(-1), 16) % 2 === 1;
  const page = phys(frameOf(value!) * FRAME);
  const named = frameOf(raw!) * FRAME;
  const known = present ? run.frames.machineOf(page) : null;
  const seq = run.emit({
    kind: "pte.written",
    actor: "kernel",
    place: name,
    at: run.at,
    entry: pteIndex(where / 8),
    word: Number.parseInt(raw!.slice(3), 16),
    high: Number.parseInt(raw!.slice(0, 3), 16) || null,
    virt: virt(where),
    phys: present ? page : null,
    machine: known,
    bus: present ? bus(named) : null,
    reached: present ? machine(named) : null,
  });
  if (present && known === null && run.environment.xen)
    run.frames.learn(page, mfnOf(machine(named)), seq);
  return true;
};

export const memoryEvents: Handlers = {
  mm_page_alloc: page("page.allocated"),
  mm_page_free: page("page.freed"),
  map: (kernel, record, owner) => {
    const piece = needed(record);
    const call = kernel.innermost(record.task);
    call?.pieces.push({ iova: piece.iova, phys: piece.phys!, size: piece.size });
    kernel.run.iommu.tell(owner ?? call?.device ?? null, piece);
    return true;
  },
  unmap: (kernel, record, owner) => {
    const { run, givingBack } = kernel;
    const piece = needed(record);
    // What the device did through the entries it did before they were cleared.
    if (owner !== null)
      for (const mapping of run.mappings.within(owner, piece.iova, piece.size))
        if (!kernel.settle(mapping.command) || !run.device.settleBuffer(mapping)) return false;
    const range = givingBack.get(record.task);
    const known =
      range !== undefined && piece.iova < range.end && range.start < piece.iova + piece.size;
    run.iommu.tell(owner ?? (known ? range.device : null), piece);
    return true;
  },
  io_page_fault: ({ run }, { name, body }) => {
    // "IOMMU:DRIVER DEVICE iova=ADDRESS flags=FLAGS" (include/trace/events/iommu.h); DRIVER can be empty.
    const [, device] = /^IOMMU:(?:.*? )?(\S+) iova=/.exec(body) ?? [];
    if (device === undefined) throw new Unusable("no device and no 'iova'");
    const said = { actor: "kernel", place: name, at: run.at, text: body } as const;
    const fault = { fault: "iommu", device: deviceOf(device) } as const;
    run.faults.raise(
      run.source,
      { kind: "fault.raised", ...said, ...fault, bus: wholeOf(busAddress(body, "iova")) },
      (cause) => ({ kind: "call.entered", ...said, cause }),
    );
    return true;
  },
  xen_mmu_set_pte: entry,
  xen_mmu_set_pte_at: entry,
  xen_mmu_ptep_modify_prot_commit: entry,
  xen_mmu_set_pmd: entry,
  xen_mmu_set_pud: entry,
  xen_mmu_set_p4d: entry,
};
