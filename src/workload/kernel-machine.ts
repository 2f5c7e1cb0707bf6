// kernel-machine.ts - the machine of a script: what its kernel's DMA code finds, and which calls and settings it has.

import { z } from "zod";
import { type Mfn, mfn, type Pfn, pfn, raw } from "../address.ts";
import type { Code, CodeName, CodeOf, Platform } from "../platform/platform.ts";
import { hexNumber, isBlockCall, type KernelCall } from "./kernel-calls.ts";

const region = z.tuple([hexNumber, hexNumber]);
const flag = z.union([z.literal(0), z.literal(1)]);

export const machineSchema = z.strictObject({
  /** The pages that allocations get, upwards: the first, and the one behind the last. */
  alloc_from: hexNumber.optional(),
  alloc_to: hexNumber.optional(),
  pci_window: hexNumber.optional(),
  dac_offset: hexNumber.optional(),
  max_low_pfn: hexNumber.optional(),
  /** Of the block layer: max_pfn, iommu_bio_merge, and the disk's size. */
  pages: hexNumber.optional(),
  biomerge: z.int().min(0).optional(),
  sectors: z.int().min(1).optional(),
  aperture: hexNumber.optional(),
  aperture_mb: z.int().min(32).max(2048).optional(),
  northbridges: z.int().min(1).max(8).optional(),
  end_pfn: hexNumber.optional(),
  iommu: z
    .string()
    .refine((text) => !/(^|,)soft/.test(text), "soft is the swiotlb: take native-x86_64swiotlb")
    .optional(),
  ram: z.array(region).min(1).optional(),
  reserved: z.array(region).optional(),
  vmerge: flag.optional(),
  force_on: flag.optional(),
  table_bytes: z
    .int()
    .min(4096)
    .multipleOf(4096)
    .max(2 ** 21)
    .optional(),
  flush_reads: z.int().min(0).optional(),
  registers: flag.optional(),
  iova_base: hexNumber.optional(),
  iova_mask: hexNumber.optional(),
  agp: flag.optional(),
  nosbagart: flag.optional(),
  boot_pfn: hexNumber.optional(),
  swiotlb: z
    .string()
    .refine((text) => !/^0+(,|$)/.test(text), "a pool of 0 is none; leave it out for the default")
    .optional(),
  total_pages: hexNumber.optional(),
  region_mfn: hexNumber.optional(),
  domain0: flag.optional(),
  /** Of the kernel's pages: the first, its frame, and how many follow it there. */
  p2m: z.array(z.tuple([hexNumber, hexNumber, z.int().min(1)])).optional(),
  /** Of other domains' frames: what M2P says of them. */
  m2p: z.array(z.tuple([hexNumber, hexNumber])).optional(),
});
export type KernelMachine = z.output<typeof machineSchema>;

type Field = keyof KernelMachine;
type Call = KernelCall["op"];

/** What a machine with a DMA code can be set to, and what can be asked of it. */
interface Family {
  readonly settings: readonly Field[];
  readonly calls: readonly Call[];
  /** What of a call's fields it has beside those that all have. */
  readonly fields: readonly string[];
  /** The first page that is allocated. */
  readonly allocFrom: number;
  /** The page behind the last, where it ends. */
  readonly allocTo?: number;
  /** MAX_ORDER - 1: the largest block that its page allocator has, where that is not the usual one. */
  readonly maxOrder?: number;
  /** The code as these settings make it. */
  readonly codeFor: (code: Code, machine: KernelMachine) => Code;
}

const MAX_ORDER = 10;
const mapping: readonly Call[] = [
  ...(["map_single", "unmap_single", "map_sg", "unmap_sg"] as const),
  ...(["alloc_coherent", "free_coherent"] as const),
];
const pages: readonly Field[] = ["alloc_from", "alloc_to"];
/** What only a machine under Xen has. */
const xen: readonly Field[] = ["total_pages", "region_mfn", "domain0", "p2m", "m2p"];
/** Fields that only some machines' calls have. */
const particular = ["mask", "isa", "again", "stale", "nents", "of"] as const;

/** What a block script's machine has, and what is asked of it; any platform has a disk. */
const block: Pick<Family, "settings" | "calls" | "fields"> = {
  settings: ["pages", "biomerge", "sectors", "p2m"],
  calls: ["queue", "bio", "add", "count", "contig", "submit", "unplug", "nr_vecs"],
  fields: [],
};

/** The codes that scripts are about. */
type Scripted = Exclude<CodeName, "direct" | "upwards">;

const families: { readonly [N in Scripted]: Family } = {
  alpha: {
    settings: [...pages, "pci_window", "dac_offset", "max_low_pfn"],
    calls: [...mapping, "supported", "reserve", "release", "bind", "unbind"],
    fields: ["mask", "isa", "nents", "of"],
    allocFrom: 0x1000,
    codeFor: (code, { pci_window, dac_offset, max_low_pfn }) => ({
      ...(code as CodeOf<"alpha">),
      ...(pci_window !== undefined && { pciWindow: pci_window }),
      ...(dac_offset !== undefined && { dacOffset: dac_offset }),
      ...(max_low_pfn !== undefined && { maxLowPfn: max_low_pfn }),
    }),
  },
  gart: {
    settings: [
      ...pages,
      ...(["aperture", "aperture_mb", "northbridges", "end_pfn", "iommu"] as const),
    ],
    calls: [...mapping, "fill", "supported"],
    fields: ["mask", "nents", "of"],
    allocFrom: 0x2000,
    codeFor: (code, { aperture, aperture_mb, northbridges, end_pfn, iommu }) => {
      const before = code as CodeOf<"gart">;
      return {
        ...before,
        aperture: aperture ?? before.aperture,
        apertureMb: aperture_mb ?? before.apertureMb,
        northbridges: northbridges ?? before.northbridges,
        endPfn: end_pfn ?? before.endPfn,
        option: iommu ?? before.option,
      };
    },
  },
  dart: {
    settings: [
      ...pages,
      ...(["ram", "reserved", "vmerge", "force_on"] as const),
      ...(["table_bytes", "flush_reads", "registers"] as const),
    ],
    calls: [...mapping, "fill", "read_table", "stubborn"],
    fields: ["nents", "again", "stale"],
    allocFrom: 0x1000,
    allocTo: 0x60000,
    maxOrder: 12,
    codeFor: (code, { ram, reserved, vmerge, force_on, table_bytes, flush_reads }) => {
      const before = code as CodeOf<"dart">;
      return {
        ...before,
        ram: ram ?? before.ram,
        reserved: reserved ?? before.reserved,
        merges: vmerge === undefined ? before.merges : vmerge === 1,
        isForced: force_on === 1,
        tableBytes: table_bytes ?? before.tableBytes,
        flushReads: flush_reads ?? 0,
      };
    },
  },
  zx1: {
    settings: [...pages, "iova_base", "iova_mask", "agp", "nosbagart"],
    calls: [...mapping, "fill"],
    fields: ["mask", "nents"],
    allocFrom: 0x2000,
    codeFor: (code, { iova_base, iova_mask, agp, nosbagart }) => ({
      ...(code as CodeOf<"zx1">),
      ...(iova_base !== undefined && { iovaBase: iova_base }),
      ...(iova_mask !== undefined && { iovaMask: iova_mask % 2 ** 32 }),
      hasAgp: agp !== 0 && nosbagart !== 1,
    }),
  },
  swiotlb: {
    settings: [...pages, "boot_pfn", "swiotlb", ...xen],
    calls: [
      ...mapping,
      ...(["sync_single", "sync_sg", "supported"] as const),
      ...(["map_page", "unmap_page", "bus_to_phys"] as const),
    ],
    fields: ["mask", "nents"],
    allocFrom: 0x2000,
    codeFor: (code, { swiotlb, total_pages, domain0, boot_pfn }) => ({
      ...(code as CodeOf<"swiotlb">),
      option: swiotlb ?? null,
      totalPages: total_pages ?? 0x100000,
      isDomain0: domain0 !== 0,
      bootPfn: boot_pfn ?? 0x1000,
    }),
  },
};

const isScripted = (name: CodeName): name is Scripted => name in families;

/** A complaint about a script, and where in it. */
export interface Misfit {
  readonly path: readonly PropertyKey[];
  readonly why: string;
}

/** The first thing in a script that a platform cannot have; null where it can have all. */
export function misfit(
  platform: Platform,
  machine: object,
  calls: readonly object[],
): Misfit | null {
  const { name } = platform.dma.code;
  const isBlock = (calls as readonly KernelCall[]).some(isBlockCall);
  const family = isBlock ? block : isScripted(name) ? families[name] : undefined;
  if (family === undefined)
    return { path: ["machine"], why: `${platform.name} has no DMA code that scripts are about` };
  const settings = family.settings.filter(
    (field) => !platform.physIsMachine || !xen.includes(field),
  );
  for (const field of Object.keys(machine))
    if (!(settings as readonly string[]).includes(field))
      return { path: ["machine", field], why: notHad(platform, settings) };
  /** What each id stands for, by the call that made it. */
  const makerOf = new Map<unknown, Call>();
  for (const [i, call] of calls.entries()) {
    const { op, id } = call as { readonly op: Call; readonly id?: number };
    if (!family.calls.includes(op))
      return { path: ["ops", i, "op"], why: `${op}: ${notHad(platform, family.calls)}` };
    for (const field of Object.keys(call))
      if ((particular as readonly string[]).includes(field) && !family.fields.includes(field))
        return { path: ["ops", i, field], why: notHad(platform, family.fields) };
    const makers = needed(call as KernelCall);
    if (makers !== null && !makers.includes(makerOf.get(id)!))
      return { path: ["ops", i, "id"], why: `expected what a ${makers[0]} before it made` };
    if (id !== undefined && makes.includes(op)) makerOf.set(id, op);
  }
  return null;
}

/** The calls after which an id stands for something. */
const makes: readonly Call[] = [
  "map_single",
  "map_page",
  "map_sg",
  "alloc_coherent",
  "reserve",
  "bio",
];

/** The calls one of which must have made what this one is about; null where it makes something itself, or needs nothing. */
function needed(call: KernelCall): readonly Call[] | null {
  switch (call.op) {
    case "unmap_single":
    case "unmap_page":
      return call.dma === undefined ? ["map_single", "map_page"] : null;
    case "sync_single":
      return ["map_single", "map_page"];
    case "unmap_sg":
    case "sync_sg":
      return ["map_sg"];
    case "map_sg":
      return call.again === 1 ? ["map_sg"] : null;
    case "free_coherent":
      return ["alloc_coherent"];
    case "add":
    case "count":
    case "contig":
    case "submit":
      return ["bio"];
    case "release":
    case "bind":
    case "unbind":
      return ["reserve"];
    default:
      return null;
  }
}

const notHad = (platform: Platform, known: readonly string[]): string =>
  `${platform.name} has no such thing; it has: ${known.join(", ")}`;

/** The platform of a script's machine. */
export function withMachine(
  platform: Platform,
  machine: KernelMachine,
  isBlock: boolean,
): Platform {
  const { code } = platform.dma;
  const family = isBlock || !isScripted(code.name) ? null : families[code.name];
  const unit = 2 ** platform.pageOrder;
  const from = machine.alloc_from ?? family?.allocFrom ?? 0x1000;
  const last = machine.alloc_to ?? family?.allocTo ?? 2 ** 36 / unit;
  return {
    ...platform,
    ram: {
      ...{ first: pfn(0), pages: last * unit, bump: pfn(from * unit), reused: false },
      maxOrder: (family?.maxOrder ?? MAX_ORDER) + platform.pageOrder,
    },
    lowPages: Number.POSITIVE_INFINITY,
    dma: { ...platform.dma, code: family === null ? code : family.codeFor(code, machine) },
    ...(!platform.physIsMachine && {
      ...framesOf(machine),
      contiguousFrom: mfn(machine.region_mfn ?? 0x18000),
    }),
  };
}

/** The kernel's frames and what M2P says of others; a page that the script does not name has the frame of its number. */
function framesOf({
  p2m = [],
  m2p = [],
}: KernelMachine): Pick<Platform, "backing" | "strangersPage"> {
  const frames = new Map<number, number>();
  const pages = new Map<number, number>();
  for (const [page, frame, count] of p2m)
    for (let i = 0; i < count; i++) {
      frames.set(page + i, frame + i);
      pages.set(frame + i, page + i);
    }
  const strangers = new Map(m2p);
  return {
    backing: () => ({
      frameOf: (page) => mfn(frames.get(number(page)) ?? number(page)),
      pageOf: (frame) => {
        const at = number(frame);
        if (strangers.has(at)) return null;
        return pfn(pages.get(at) ?? at);
      },
    }),
    strangersPage: (frame) => {
      const page = strangers.get(number(frame));
      return page === undefined ? null : pfn(page);
    },
  };
}

/** Pages and frames by number, as a script has them. */
const number = (page: Pfn | Mfn): number => raw(page); // scripts name them in plain numbers
