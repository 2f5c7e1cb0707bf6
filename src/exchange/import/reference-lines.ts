// reference-lines.ts - the lines of a reference recording: what each must hold to be read.
//
// One JSON object a line; `ev` says what happened. A call that gave nothing (`virt` or `cookie` is
// null) is a shape of its own, `<ev>.failed`. Fields that nothing is made of are not looked at.

import { z } from "zod";
import { mfn, PAGE_SIZE, pfn } from "../../address.ts";
import { flushes } from "../../event/cache.ts";
import { busField, fact, physField, virtField, wordField } from "../../event/field.ts";
import { remappers } from "../../event/hook.ts";
import { allocators } from "../../event/memory.ts";
import {
  coherentFor,
  injections,
  levels,
  operations,
  protections,
  refusals,
  roles,
  translations,
  usesOf,
} from "./reference-names.ts";
import { checked } from "./text-lines.ts";

const natural = z.number().int().nonnegative();
const word = wordField.schema;
const virt = virtField.schema;
const pageFrame = word.transform(pfn);
const machineFrame = word.transform(mfn);
const place = z.string();
const device = z.string().regex(/^0000:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]$/, "expected a PCI device");
const id = z.string().regex(/^0x[0-9a-f]{1,4}$/, "expected a PCI id");

/** One name of a list; any other is not read yet, and is refused by its name. */
const one = <const N extends string>(known: readonly N[]) =>
  z.enum(known as readonly [N, ...N[]], {
    error: ({ input }) => `'${input}' is not read yet; known: ${known.join(", ")}`,
  });
const oneOf = <N extends string>(table: { readonly [name in N]: unknown }) =>
  one(Object.keys(table) as N[]);

/** What a page is, and where, in the lines that give pages. */
const pages = { virt, order: natural.max(20), pfn: pageFrame, mfns: z.array(machineFrame) };
const wholeRun = (line: { order: number; mfns: unknown[] }) => line.mfns.length === 2 ** line.order;
const eachPage = { error: "expected a frame for each page", path: ["mfns"] };
const coherent = { in: oneOf(coherentFor), dev: z.string().nullable(), size: natural };
const itsDevice = (line: { in: keyof typeof coherentFor; dev: string | null }) =>
  line.dev === coherentFor[line.in];
const asCalled = { error: "expected the device that the caller names", path: ["dev"] };

const spread = z.object({ pfn: pageFrame, count: natural });
const config = z.object({
  dev: device,
  off: word,
  w: z.union([z.literal(1), z.literal(2), z.literal(4)]),
  val: word,
});
const words = z
  .object({
    role: oneOf(roles),
    idx: natural,
    count: natural,
    map: natural,
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
const remapped = z.object({ fn: one(remappers), in: place, phys: busField.schema, size: natural });

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
const folded = <const C extends string, P extends z.ZodType>(calls: readonly C[], page: P) =>
  z
    .object({ count: natural, per_page: z.array(one(calls)), pages: z.array(page) })
    .refine((line) => line.pages.length === line.count, {
      error: "expected `count` pages",
      path: ["pages"],
    });

const shapes = {
  call: z.object({ fn: oneOf(operations) }).catchall(fact),
  ret: z.object({ fn: z.string() }).catchall(fact),
  inject: z.union(
    Object.keys(injections).map((field) => z.object({ [field]: z.number().int() })),
    `expected one of ${Object.keys(injections).join(", ")}`,
  ),
  hw_base: z.object({ entry0_addr: fact }),
  gatt_dump: z.object({ tag: z.string(), entries: natural, runs: z.array(z.unknown()) }),

  probe: z.object({ driver: z.string(), dev: device, vendor: id, device: id }),
  probe_ret: z.object({ ret: z.number().int() }),
  remove: z.object({ driver: z.string(), dev: device }),
  pci_find_capability: z.object({ in: place, dev: device, cap: natural, res: word }),
  frontend: z.object({ fn: z.string(), ret: z.number().int().optional() }),
  printk: z.object({ lvl: natural.max(levels.length - 1), msg: z.string() }),
  oops: z.object({ why: z.string(), addr: virt }),

  pci_r: config,
  pci_w: config,
  w32: words,
  r32: words,

  alloc_pages: z
    .object({ fn: one(allocators), in: oneOf(usesOf), ...pages })
    .refine(wholeRun, eachPage),
  "alloc_pages.failed": z.object({ fn: z.string(), in: place, order: natural.max(20) }),
  free_pages: z.object({
    fn: one(allocators),
    in: place,
    order: natural.max(20),
    virt,
    pfn: pageFrame,
    mfn: machineFrame,
    result: one(["freed"]),
  }),
  alloc_batch: folded(allocCalls, z.tuple([virt, pageFrame, machineFrame, word])),
  free_batch: folded(freeCalls, z.tuple([word, virt, pageFrame, machineFrame])),

  alloc_gatt_pages: z.object({ in: place, order: natural }),
  free_gatt_pages: z.object({ in: place, order: natural, virt: z.string() }),
  dma_alloc_coherent: z
    .object({ ...coherent, bus: busField.schema, ...pages })
    .refine(itsDevice, asCalled)
    .refine(wholeRun, eachPage),
  "dma_alloc_coherent.failed": z
    .object({ ...coherent, order: natural.max(20) })
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
      pfn: pageFrame,
      order: natural.max(20),
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

  SetPageReserved: spread,
  ClearPageReserved: spread,
  change_page_attr: z.object({ in: place, prot: oneOf(protections), ...spread.shape }),
  cpu_tlb_flush: z.object({ in: place, fn: one(["global_flush_tlb"]) }),
  cache_flush: z.object({ insn: one(flushes) }),

  xlate: z.object({
    fn: oneOf(translations),
    in: place,
    arg: word,
    res: word,
    phys: physField.schema.optional(),
  }),
  ioremap: remapped
    .extend({
      cookie: virt,
      map: natural,
      role: oneOf(roles),
      kind: one(["own-ram"]),
      mfns: z.array(machineFrame),
    })
    .refine((line) => line.mfns.length === line.size / PAGE_SIZE, eachPage),
  "ioremap.failed": remapped.extend({
    kind: oneOf(refusals),
    mfns: z.array(machineFrame).nonempty(),
  }),
  iounmap: z.object({ map: natural, cookie: virt }),
};

export type Shape = keyof typeof shapes;
export type FieldsOf<S extends Shape> = z.output<(typeof shapes)[S]>;
/** A line: its shape and the fields of that shape. */
export type Line = { [S in Shape]: readonly [S, FieldsOf<S>] }[Shape];

/** What the first line says of the run. */
export const runLine = z.object({
  ev: z.literal("run"),
  n: z.literal(0),
  op: z.literal(-1),
  format: z.literal(1),
  platform: z.string(),
  hookset: z.string(),
  chipset: z.string(),
  workload: z.string(),
  source: z.string(),
  page_offset: word,
});

/** What every line after it has. */
const anyLine = z.looseObject({
  n: natural,
  op: natural,
  ev: z.string(),
  count: natural.optional(),
  per_page: z.array(z.unknown()).optional(),
});

export interface Numbered {
  /** The event's number, and how many numbers the line stands for. */
  readonly n: number;
  readonly width: number;
  readonly op: number;
  readonly line: Line;
}

const events = Object.keys(shapes).filter((shape) => !shape.endsWith(".failed"));

/** Checks a line's JSON; throws what `refuse` makes of its complaint. */
export function lineOf(json: unknown, refuse: (complaint: string) => Error): Numbered {
  const { n, op, ev, count, per_page } = checked(anyLine, json, refuse);
  const { virt, cookie } = json as { virt?: unknown; cookie?: unknown };
  const shape = virt === null || cookie === null ? `${ev}.failed` : ev;
  if (!Object.hasOwn(shapes, shape))
    throw refuse(`ev '${ev}' is not read yet; known: ${events.join(", ")}`);
  const fields = checked(shapes[shape as Shape] as z.ZodType, json, refuse);
  const width = per_page === undefined ? 1 : per_page.length * (count ?? 0);
  return { n, width, op, line: [shape, fields] as unknown as Line };
}
