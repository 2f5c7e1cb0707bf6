// reference-shapes.ts - the lines of a reference recording: what each must hold to be read.
//
// One JSON object a line; `ev` says what happened. Where an `ev` says different things, each is a shape of
// its own, `<ev>.<which>`. Fields that nothing is made of are not looked at.

import { z } from "zod";
import { distance, PAGE_SIZE, type Virt } from "../../address.ts";
import { flushes } from "../../event/cache.ts";
import { busField, fact, physField } from "../../event/field.ts";
import { remappers } from "../../event/hook.ts";
import { allocators } from "../../event/memory.ts";
import { levels } from "../../event/op.ts";
import { bdfOf } from "../../event/register.ts";
import {
  device,
  id,
  linearFrom,
  machineFrame,
  natural,
  one,
  oneOf,
  order,
  pageFrame,
  place,
  table,
  word,
} from "./reference-fields.ts";
import {
  coherentFor,
  fromDevice,
  injections,
  operations,
  protections,
  RELEASE,
  refusals,
  toDevice,
  usesOf,
} from "./reference-names.ts";

/** The calls that a folded line stands for, page after page. */
export const allocCalls = [
  "alloc_page",
  "change_page_attr:NOCACHE",
  "global_flush_tlb",
  "virt_to_phys",
  "virt_to_bus",
  "virt_to_gart",
] as const;
export const freeCalls = [
  "phys_to_virt",
  "bus_to_virt",
  "gart_to_virt",
  "change_page_attr:CACHED",
  "global_flush_tlb",
  "free_page",
] as const;
export const insertCalls = ["w32", "dcache_flush(4096)"] as const;

const folded = <const C extends string>(calls: readonly C[]) => ({
  count: natural,
  per_page: z.array(one(calls)),
});
const asMany = (name: "pages" | "entries") => ({
  error: `expected \`count\` ${name}`,
  path: [name],
});

/** Lines about the operation itself. */
const operation = {
  call: z.object({ fn: oneOf({ ...operations, [RELEASE]: "release" }) }).catchall(fact),
  ret: z.object({ fn: z.string() }).catchall(fact),
  inject: z.union(
    Object.keys(injections).map((field) => z.object({ [field]: z.number().int() })),
    `expected one of ${Object.keys(injections).join(", ")}`,
  ),
  hw_base: z.object({ entry0_addr: fact }),
  gatt_dump: z.object({ tag: z.string(), entries: natural, runs: z.array(z.unknown()) }),
  proc: z.object({ pid: natural, uid: natural, suid: natural, comm: z.string() }),
  dup: z.object({ file: natural, pid: natural, f_count: natural }),
  dir_dump: z.object({ nonzero: z.array(z.tuple([natural, z.string()])) }),
};

const access = { off: word, w: z.union([z.literal(1), z.literal(2), z.literal(4)]), val: word };
const config = z.object({ dev: device, ...access });
/** The words of this program hold 52 bits. */
const WIDE = "expected no bits above 51";
const mmio = z.object({ map: natural, ...access });
const msr = z.object({ msr: word, lo: word, hi: word.refine((hi) => hi < 2 ** 20, WIDE) });
const words = z
  .object({
    role: table,
    idx: natural,
    count: natural,
    map: natural.optional(),
    val: word.optional(),
    vals: z.array(word).optional(),
    readback: natural.default(0),
    read_twice: natural.default(0),
  })
  .refine(
    ({ count, val, vals }) => (vals === undefined ? val !== undefined : vals.length === count),
    "expected `val`, or as many `vals` as `count`",
  )
  .refine(
    ({ count, readback, read_twice }) => readback <= count && read_twice <= count,
    "expected `readback` and `read_twice` of no more words than `count`",
  );

const meant = physField.schema.optional();

const driver = (virt: z.ZodType<Virt>) => ({
  probe: z.object({ driver: z.string(), dev: device, vendor: id, device: id }),
  probe_ret: z.object({ ret: z.number().int() }),
  remove: z.object({ driver: z.string(), dev: device }),
  pci_find_capability: z.object({ in: place, dev: device, cap: natural, res: word }),
  pci_find_slot: z
    .object({ in: place, bus: natural, devfn: word, res: device.nullable() })
    .refine(({ bus, devfn, res }) => res === null || bdfOf(res) === bus * 256 + devfn, {
      error: "expected the device of that bus, number and function",
      path: ["res"],
    }),
  msleep: z.object({ ms: natural }),
  request_mem_region: z.object({ in: place, start: word, size: natural, name: z.string() }),
  release_mem_region: z.object({ in: place, start: word, size: natural }),
  release_resource: z.object({ start: word, end: word }),
  frontend: z.object({ fn: z.string(), ret: z.number().int().optional() }),
  // -1 stands for no level; it is the last of the list.
  printk: z.object({
    lvl: z
      .number()
      .int()
      .min(-1)
      .max(levels.length - 2),
    msg: z.string(),
  }),
  // A pointer that went wrong need not be in the kernel's half of the addresses.
  oops: z.object({ why: z.string(), addr: virt.or(word.transform(() => null)) }),

  pci_r: config,
  pci_w: config,
  rdmsr: msr,
  wrmsr: msr,
  mmio_r: mmio,
  mmio_w: mmio,
  w32: words,
  r32: words,
  u3_insert_batch: z
    .object({
      ...folded(insertCalls),
      role: table,
      idx: natural,
      entries: z.array(z.tuple([word, virt])),
    })
    .refine(({ count, entries }) => entries.length === count, asMany("entries")),

  xlate: z.object({ fn: oneOf(toDevice), in: place, arg: virt, res: word, phys: meant }),
  "xlate.back": z.object({ fn: oneOf(fromDevice), in: place, arg: word, res: virt, phys: meant }),
});
const wholeRun = (line: { order: number; mfns: unknown[] }) => line.mfns.length === 2 ** line.order;
const eachPage = { error: "expected a frame for each page", path: ["mfns"] };
const coherent = { in: oneOf(coherentFor), dev: z.string().nullable(), size: natural };
const itsDevice = (line: { in: keyof typeof coherentFor; dev: string | null }) =>
  line.dev === coherentFor[line.in];
const asCalled = { error: "expected the device that the caller names", path: ["dev"] };

const memory = (virt: z.ZodType<Virt>) => {
  /** What a page is, and where, in the lines that give pages. */
  const pages = { virt, order, pfn: pageFrame, mfns: z.array(machineFrame) };
  return {
    alloc_pages: z
      .object({ fn: one(allocators), in: oneOf(usesOf), ...pages })
      .refine(wholeRun, eachPage),
    "alloc_pages.failed": z.object({ fn: z.string(), in: place, order }),
    free_pages: z.object({
      ...{ fn: one(allocators), in: place, order, virt, pfn: pageFrame, mfn: machineFrame },
      result: one(["freed"]),
    }),
    alloc_batch: z
      .object({
        ...folded(allocCalls),
        pages: z.array(z.tuple([virt, pageFrame, machineFrame, word])),
      })
      .refine(({ count, pages }) => pages.length === count, asMany("pages")),
    free_batch: z
      .object({
        ...folded(freeCalls),
        pages: z.array(z.tuple([word, virt, pageFrame, machineFrame])),
      })
      .refine(({ count, pages }) => pages.length === count, asMany("pages")),

    alloc_gatt_pages: z.object({ in: place, order: natural }),
    free_gatt_pages: z.object({ in: place, order: natural, virt: z.string() }),
    dma_alloc_coherent: z
      .object({ ...coherent, bus: busField.schema, ...pages })
      .refine(itsDevice, asCalled)
      .refine(wholeRun, eachPage),
    "dma_alloc_coherent.failed": z
      .object({ ...coherent, order })
      .refine(itsDevice, asCalled)
      .refine((line) => line.size === PAGE_SIZE * 2 ** line.order, {
        error: "expected the order of `size`",
        path: ["order"],
      }),
    dma_free_coherent: z
      .object({ ...coherent, virt, bus: busField.schema })
      .refine(itsDevice, asCalled),
    xen_contig_memory: z
      .object({
        ...{ pfn: pageFrame, order },
        mfns_before: z.array(machineFrame),
        mfns_after: z.array(machineFrame),
      })
      .refine((line) => line.mfns_before.length === 2 ** line.order, {
        error: "expected a frame for each page",
        path: ["mfns_before"],
      })
      .refine((line) => line.mfns_before.length === line.mfns_after.length, {
        error: "expected as many frames as before",
        path: ["mfns_after"],
      }),
  };
};

const spread = z.object({ pfn: pageFrame, count: natural });
const remapped = z.object({ fn: one(remappers), in: place, phys: busField.schema, size: natural });

const mapping = (virt: z.ZodType<Virt>) => ({
  SetPageReserved: spread,
  ClearPageReserved: spread,
  change_page_attr: z.object({ in: place, prot: oneOf(protections), ...spread.shape }),
  cpu_tlb_flush: z.object({ in: place, fn: one(["global_flush_tlb"]) }),
  cache_flush: z.object({ insn: one(flushes) }),
  mb: z.object({ in: place }),
  dcache_flush: z
    .object({ in: place, start: virt, end: virt })
    .refine(({ start, end }) => distance(start, end) >= 0, {
      error: "expected no end before the start",
      path: ["end"],
    }),

  ioremap: remapped
    .extend({
      ...{ cookie: virt, map: natural, role: table, kind: one(["own-ram"]) },
      mfns: z.array(machineFrame),
    })
    .refine((line) => line.mfns.length === line.size / PAGE_SIZE, eachPage),
  "ioremap.mmio": remapped.extend({ cookie: virt, map: natural, role: one(["mmio"]) }),
  "ioremap.failed": remapped.extend({
    kind: oneOf(refusals),
    mfns: z.array(machineFrame).nonempty(),
  }),
  iounmap: z.object({ map: natural, cookie: virt }),
});

const copied = z.object({ in: place, bytes: natural, left: natural });
/** The device file that the front end stands behind. */
const misc = { minor: z.literal(175) };

/** Lines of the recordings that hold the real front end. */
const frontend = {
  misc_register: z.object({ ...misc, name: z.literal("agpgart"), ret: z.number().int() }),
  misc_deregister: z.object(misc),
  fput: z.object({ file: natural, f_count: natural }),
  copy_from_user: copied,
  copy_to_user: copied,
  io_remap_pfn_range: z.object({
    ...{ vm_start: word, pfn: pageFrame, size: natural, prot: word },
    ret: z.number().int(),
  }),
  kmalloc_failed: z.object({ size: natural }),
  blocked: z.object({}),
};

/** The shapes of a recording whose kernel addresses are from that base up. */
export const shapesFrom = (base: bigint) => {
  const virt = linearFrom(base);
  return { ...operation, ...frontend, ...driver(virt), ...memory(virt), ...mapping(virt) };
};
