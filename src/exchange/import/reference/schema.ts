// schema.ts - the lines of a reference recording: what each must contain, and the calls that a folded line stands for.
//
// One JSON object a line; `ev` says what happened. An `ev` with several meanings has a shape for each, `<ev>.<which>`.
// Fields that no event needs are not read.

import { z } from "zod";
import { distance, mfn, offset, PAGE_SIZE, pfn, phys, type Virt, virt } from "../../../address.ts";
import { flushes } from "../../../event/cache.ts";
import { fact, formed, hexAddress, hexBus, hexNumber } from "../../../event/field-schema.ts";
import { remappers } from "../../../event/hook.ts";
import { allocators } from "../../../event/memory.ts";
import { levels } from "../../../event/op.ts";
import { bdfOf } from "../../../event/register.ts";
import { checked, type Refuse } from "../source/text-lines.ts";
import {
  coherentFor,
  fromDevice,
  injections,
  operations,
  protections,
  RELEASE,
  refusals,
  roles,
  toDevice,
  usesOf,
} from "./names.ts";

const natural = z.number().int().nonnegative();
/** Words, pages or calls that one line stands for: no table of a driver's has more. */
const bounded = natural.max(2 ** 20);
const order = natural.max(20);
const word = hexNumber;
const pageFrame = word.transform(pfn);
const machineFrame = word.transform(mfn);
const place = z.string();
const device = formed(/^0000:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]$/, "expected a PCI device");
const id = formed(/^0x[0-9a-f]{1,4}$/, "expected a PCI id");

/** 64 bits, all of them. */
export const wide = formed(
  /^0x[0-9a-f]{1,16}$/,
  "expected a hexadecimal number such as 0xc000000001000000",
).transform(BigInt);

/** A kernel linear address, whole in the recording and relative to the virt base from here on. */
const linearFrom = (base: bigint): z.ZodType<Virt> =>
  wide.transform((address, context) => {
    const relative = Number(address - base);
    if (relative < 0 || !Number.isSafeInteger(relative))
      context.addIssue(`0x${address.toString(16)} is not in the kernel's half of the addresses`);
    return virt(relative);
  });

/** One name of a list; any other is not read yet, and is refused by its name. */
const one = <const N extends string>(known: readonly N[]) =>
  z.enum(known as readonly [N, ...N[]], {
    error: ({ input }) => `'${input}' is not read yet; known: ${known.join(", ")}`,
  });
const oneOf = <N extends string>(table: { readonly [name in N]: unknown }) =>
  one(Object.keys(table) as N[]);

/** Each page of Irongate's table has a mapping and a name of its own, `gattK`. */
const PAGE_OF_TABLE = /^gatt(\d+)$/;
const WORDS_A_PAGE = PAGE_SIZE / 4;
const role = oneOf(roles);

/** The table that words belong to, and the entry that index 0 is. */
const table = z.string().transform((name, context) => {
  const page = PAGE_OF_TABLE.exec(name)?.[1];
  const known = role.safeParse(page === undefined ? name : "gatt");
  if (!known.success) {
    context.addIssue(known.error.issues[0]!.message);
    return z.NEVER;
  }
  return { ...roles[known.data], first: Number(page ?? 0) * WORDS_A_PAGE };
});

/** The calls that a folded line stands for, page after page. */
const allocCalls = [
  "alloc_page",
  "change_page_attr:NOCACHE",
  "global_flush_tlb",
  "virt_to_phys",
  "virt_to_bus",
  "virt_to_gart",
] as const;
const freeCalls = [
  "phys_to_virt",
  "bus_to_virt",
  "gart_to_virt",
  "change_page_attr:CACHED",
  "global_flush_tlb",
  "free_page",
] as const;
const insertCalls = ["w32", "dcache_flush(4096)"] as const;

const folded = <const C extends string>(calls: readonly C[]) => ({
  count: bounded,
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
    idx: z.number().int(),
    count: bounded,
    map: natural.optional(),
    val: word.optional(),
    vals: z.array(word).optional(),
    readback: natural.default(0),
    read_twice: natural.default(0),
  })
  .refine(({ role, idx }) => idx >= 0 || role.table === "outside", {
    error: "expected no index below 0, but for `outside-gatt`",
    path: ["idx"],
  })
  .refine(
    ({ count, val, vals }) => (vals === undefined ? val !== undefined : vals.length === count),
    "expected `val`, or as many `vals` as `count`",
  )
  .refine(
    ({ count, readback, read_twice }) => readback <= count && read_twice <= count,
    "expected `readback` and `read_twice` of no more words than `count`",
  );

const physOfPage = hexAddress(phys).optional();

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
      idx: z.number().int(),
      entries: z.array(z.tuple([word, virt])),
    })
    .refine(({ count, entries }) => entries.length === count, asMany("entries")),

  xlate: z.object({ fn: oneOf(toDevice), in: place, arg: virt, res: word, phys: physOfPage }),
  "xlate.back": z.object({
    fn: oneOf(fromDevice),
    in: place,
    arg: word,
    res: virt,
    phys: physOfPage,
  }),
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
      .object({ ...coherent, bus: hexBus, ...pages })
      .refine(itsDevice, asCalled)
      .refine(wholeRun, eachPage),
    "dma_alloc_coherent.failed": z
      .object({ ...coherent, order })
      .refine(itsDevice, asCalled)
      .refine((line) => line.size === PAGE_SIZE * 2 ** line.order, {
        error: "expected the order of `size`",
        path: ["order"],
      }),
    dma_free_coherent: z.object({ ...coherent, virt, bus: hexBus }).refine(itsDevice, asCalled),
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

const spread = z.object({ pfn: pageFrame, count: bounded });
const remapped = z.object({ fn: one(remappers), in: place, phys: hexBus, size: natural });

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
const shapesFrom = (base: bigint) => {
  const virt = linearFrom(base);
  return { ...operation, ...frontend, ...driver(virt), ...memory(virt), ...mapping(virt) };
};

type Shapes = ReturnType<typeof shapesFrom>;
export type Shape = keyof Shapes;
export type FieldsOf<S extends Shape> = z.output<Shapes[S]>;
/** A line: its shape and the fields of that shape. */
export type Line = { [S in Shape]: readonly [S, FieldsOf<S>] }[Shape];

/** What every line after the first has. */
const anyLine = z.looseObject({
  n: natural,
  op: natural,
  ev: z.string(),
  count: bounded.optional(),
  per_page: z.array(z.unknown()).optional(),
});

interface Numbered {
  /** The event's number, and how many numbers the line stands for. */
  readonly n: number;
  readonly width: number;
  readonly op: number;
  readonly line: Line;
}

/** Checks the lines of a recording whose kernel addresses are from that base up. */
export class Lines {
  readonly #shapes: Shapes;
  readonly #refuse: Refuse;

  constructor(base: bigint, refuse: Refuse) {
    this.#shapes = shapesFrom(base);
    this.#refuse = refuse;
  }

  /** Checks a line's JSON. */
  read(json: unknown): Numbered {
    const { n, op, count, per_page, ...line } = checked(anyLine, json, this.#refuse);
    const shape = shapeOf(line);
    if (!Object.hasOwn(this.#shapes, shape))
      throw this.#refuse(`ev '${line.ev}' is not read yet; known: ${this.#events.join(", ")}`);
    const schema: z.ZodType = this.#shapes[shape as Shape];
    const fields = checked(schema, json, this.#refuse);
    const width = per_page === undefined ? 1 : per_page.length * (count ?? 0);
    return { n, width, op, line: [shape, fields] as unknown as Line };
  }

  get #events(): string[] {
    return Object.keys(this.#shapes).filter((shape) => !shape.includes("."));
  }
}

/** Which of the things that its `ev` can say a line says: a call that gave nothing has a null for it. */
function shapeOf({ ev, fn, kind, virt, cookie }: { ev: string; [field: string]: unknown }): string {
  if (virt === null || cookie === null) return `${ev}.failed`;
  if (ev === "ioremap" && kind === "mmio") return "ioremap.mmio";
  if (ev === "xlate" && Object.hasOwn(fromDevice, String(fn))) return "xlate.back";
  return ev;
}

type AllocPage = FieldsOf<"alloc_batch">["pages"][number];
type FreePage = FieldsOf<"free_batch">["pages"][number];

const toDeviceCall =
  (fn: keyof typeof toDevice) =>
  ([arg, , , res]: AllocPage): Line => ["xlate", { fn, in: "agp_allocate_memory", arg, res }];
const fromDeviceCall =
  (fn: keyof typeof fromDevice) =>
  ([arg, res]: FreePage): Line => ["xlate.back", { fn, in: "agp_free_memory", arg, res }];

const onAlloc: { [C in (typeof allocCalls)[number]]: (page: AllocPage) => Line } = {
  alloc_page: ([virt, pfn, mfn]) => [
    "alloc_pages",
    { fn: "alloc_page", in: "agp_generic_alloc_page", order: 0, virt, pfn, mfns: [mfn] },
  ],
  "change_page_attr:NOCACHE": ([, pfn]) => [
    "change_page_attr",
    { in: "map_page_into_agp", pfn, count: 1, prot: "NOCACHE" },
  ],
  global_flush_tlb: () => ["cpu_tlb_flush", { in: "map_page_into_agp", fn: "global_flush_tlb" }],
  virt_to_phys: toDeviceCall("virt_to_phys"),
  virt_to_bus: toDeviceCall("virt_to_bus"),
  virt_to_gart: toDeviceCall("virt_to_gart"),
};

const onFree: { [C in (typeof freeCalls)[number]]: (page: FreePage) => Line } = {
  phys_to_virt: fromDeviceCall("phys_to_virt"),
  bus_to_virt: fromDeviceCall("bus_to_virt"),
  gart_to_virt: fromDeviceCall("gart_to_virt"),
  "change_page_attr:CACHED": ([, , pfn]) => [
    "change_page_attr",
    { in: "unmap_page_from_agp", pfn, count: 1, prot: "CACHED" },
  ],
  global_flush_tlb: () => ["cpu_tlb_flush", { in: "unmap_page_from_agp", fn: "global_flush_tlb" }],
  free_page: ([, virt, pfn, mfn]) => [
    "free_pages",
    {
      ...{ fn: "free_page", in: "agp_generic_destroy_page", order: 0 },
      ...{ virt, pfn, mfn, result: "freed" },
    },
  ],
};

type Insert = FieldsOf<"u3_insert_batch">;
const onInsert: { [C in (typeof insertCalls)[number]]: (line: Insert, k: number) => Line } = {
  w32: ({ role, idx, entries }, k) => [
    "w32",
    { role, idx: idx + k, count: 1, val: entries[k]![0], readback: 0, read_twice: 0 },
  ],
  "dcache_flush(4096)": ({ entries }, k) => {
    const start = entries[k]![1];
    return ["dcache_flush", { in: "u3_insert_memory", start, end: offset(start, PAGE_SIZE) }];
  },
};

/** The lines that a line stands for: itself, unless it is folded. */
export function* unfolded(line: Line): Generator<Line> {
  const [shape, fields] = line;
  if (shape === "alloc_batch")
    for (const page of fields.pages) for (const call of fields.per_page) yield onAlloc[call](page);
  else if (shape === "free_batch")
    for (const page of fields.pages) for (const call of fields.per_page) yield onFree[call](page);
  else if (shape === "u3_insert_batch")
    for (const k of fields.entries.keys())
      for (const call of fields.per_page) yield onInsert[call](fields, k);
  else yield line;
}
