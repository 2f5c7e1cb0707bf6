// edits.ts - what can be wrong in a recording: each field changed once, each kind of line left out.

import { linesOf } from "../recordings.ts";

/** What is in a recording and not compared, and why it cannot be. */
export const notCompared: { readonly [field: string]: string } = {
  "run.hookset": "a name; every hook call is compared with its function and numbers",
  "run.source": "words for people",
  "run.num_physpages":
    "a setting that no event repeats; max_memory, which follows from it, is compared",
  "run.bump_pfn": "a setting that no event repeats; the pages that follow from it are compared",
  "run.sizeof_long":
    "a setting that no event repeats; num_scratch_pages, which follows, is compared",
};

/** What the recorder observed beside the driver: left out, nothing is there to be compared. */
export const mayBeLeftOut: readonly string[] = [
  "no hw_base",
  "no gatt_dump",
  ...["gatt_crc32", "gatt_nonzero", "gatt_used", "hw_ok", "hw_bad", "hw_first_bad"].map(
    (fact) => `ret without ${fact}`,
  ),
];

/** Where a name has a fellow that could stand in its place, that is the smaller step. */
const fellows: { readonly [name: string]: string } = {
  wbinvd: "mb",
  NOCACHE: "CACHED",
  CACHED: "NOCACHE",
  virt_to_gart: "virt_to_bus",
  gart_to_virt: "bus_to_virt",
  virt_to_phys: "virt_to_bus",
  phys_to_virt: "virt_to_phys",
  alloc_page: "__get_free_pages",
  __get_free_pages: "alloc_page",
  free_pages: "free_page",
  free_page: "free_pages",
  "foreign-ram": "injected",
  injected: "foreign-ram",
  ioremap_nocache: "ioremap",
  agp_generic_create_gatt_table: "alloc_gatt_pages",
  alloc_gatt_pages: "dma_alloc_coherent",
  agp_bind_memory: "agp_unbind_memory",
  agp_unbind_memory: "agp_bind_memory",
  "0000:00:00.0": "0000:00:00.1",
};

/** Each value within a value, changed: where it is, and the whole with it. */
function* changes(value: unknown, where: string): Generator<[string, unknown]> {
  if (typeof value === "number") yield [where, value > 0 ? value - 1 : value + 1];
  else if (value === null) yield [where, "memory"];
  else if (typeof value === "string") yield [where, changed(value)];
  else if (Array.isArray(value)) {
    // A list of many alike stands for them by its middle; each place of a tuple means something else.
    const places = value.length > 4 ? [value.length >> 1] : value.keys();
    for (const i of places)
      for (const [at, other] of changes(value[i], `${where}[${value.length > 4 ? "" : i}]`))
        yield [at, value.with(i, other)];
  } else
    for (const [name, inner] of Object.entries(value as object))
      for (const [at, other] of changes(inner, `${where}.${name}`))
        yield [at, { ...(value as object), [name]: other }];
}

const changed = (text: string): string =>
  /^0x[0-9a-f]+$/.test(text)
    ? `0x${(Number.parseInt(text, 16) + 1).toString(16)}`
    : (fellows[text] ?? `${text}x`);

/** The line without each of its facts. */
function* losses(line: Line): Generator<[string, unknown]> {
  for (const fact of Object.keys(line))
    yield [`ret without ${fact}`, { ...line, [fact]: undefined }];
}

interface Line {
  readonly n: number;
  readonly op: number;
  readonly ev: string;
  readonly fn?: string;
  readonly count?: number;
  readonly per_page?: readonly string[];
}

/** A recording with one thing wrong, up to the end of the operation that it is wrong in. */
export interface Edit {
  readonly what: string;
  readonly upTo: number;
  readonly lines: readonly string[];
}

const met = new Set<string>();

/** What can be wrong in the first operations of a recording, and was not wrong in one before. */
export function editsOf(name: string, operations: number): Edit[] {
  const texts = linesOf(name);
  const lines = texts.map((text) => JSON.parse(text) as Line);
  const ends = (op: number) => lines.findLastIndex((line) => line.op === op) + 1;
  return lines.flatMap((line, at): Edit[] => {
    if (line.op >= operations) return [];
    // The first line belongs to the run: what follows from it shows in the first table.
    const upTo = line.op < 0 ? 2 : line.op;
    const others = [...changes(line, line.ev), ...(line.ev === "ret" ? losses(line) : [])];
    const wrong = others.map(([what, other]) => ({
      // The value that an operation returns means something else in each.
      what: what === "ret.ret" ? `${what} of ${line.fn}` : what,
      upTo,
      lines: texts.with(at, JSON.stringify(other)).slice(0, ends(upTo)),
    }));
    const without = {
      what: `no ${line.ev}`,
      upTo,
      lines: renumbered(texts, lines, at, ends(upTo)),
    };
    const edits = line.ev === "run" ? wrong : [...wrong, without];
    return edits.filter(({ what }) => !met.has(what) && met.add(what));
  });
}

/** The lines without one of them, numbered as if it had never been there. */
function renumbered(texts: readonly string[], lines: readonly Line[], at: number, end: number) {
  const { count = 1, per_page } = lines[at]!;
  const width = per_page === undefined ? 1 : count * per_page.length;
  return [
    ...texts.slice(0, at),
    ...lines.slice(at + 1, end).map((line) => JSON.stringify({ ...line, n: line.n - width })),
  ];
}
