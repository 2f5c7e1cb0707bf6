// kernel-lines.ts - what a recording of the kernel's code tells of one operation, and what our events tell of it.
//
// Both come in one form, so that they can be compared.

import {
  asWord,
  hex,
  type Machine as MachineAddress,
  PAGE_SIZE,
  type Pfn,
  physOf,
} from "../src/address.ts";
import type { Facts } from "../src/event/field.ts";
import type { Event, Of } from "../src/event/vocabulary.ts";
import type { CodeName, CodeOf, Platform } from "../src/platform/platform.ts";

export type Line = { readonly [field: string]: unknown };

/** What both sides of a comparison share. */
export interface Judged {
  readonly platform: Platform;
  /** The words of the tables so far. */
  readonly words: Map<string, bigint>;
  /** The page that each machine frame was last given to, where that is not the frame's own number. */
  readonly frames: Map<number, Pfn>;
  /** Whether the recording tells writes of registers after boot. */
  readonly tellsRegisters: boolean;
  /** Of the table that AGP has the beginning of: the first entry for devices. */
  readonly firstEntry: number;
}

/** A table of entries: the part of the bus that it is for, bytes of the bus behind each entry, and how the word grows. */
interface TableOf {
  readonly field: string;
  readonly base: number;
  readonly end: number;
  readonly unit: number;
  readonly step: number;
}

interface Form {
  readonly tables: (platform: Platform) => readonly TableOf[];
  /** Whether every write is told, in order; else the words that changed, by index. */
  readonly everyWrite?: true;
  /** Whether indices count from the first entry that the boot's result names. */
  readonly countsFromFirst?: true;
  /** Whether an entry that is no longer valid keeps its page. */
  readonly keepsPages?: true;
  /** What a word has above bit 51 while the entry is valid. */
  readonly valid?: bigint;
}

const noTables: Form = { tables: () => [] };
const forms: { readonly [N in CodeName]: Form } = {
  alpha: {
    tables: () => [
      { field: "table", base: 0xc0000000, end: 2 ** 32, unit: 8192, step: 2 },
      { field: "isa_table", base: 0x800000, end: 0x1000000, unit: 8192, step: 2 },
    ],
  },
  zx1: {
    tables: ({ dma }) => {
      const { iovaBase } = dma.code as CodeOf<"zx1">;
      return [{ field: "table", base: iovaBase, end: 2 ** 32, unit: 4096, step: 4096 }];
    },
    keepsPages: true,
    valid: 2n ** 63n,
  },
  gart: {
    tables: ({ dma }) => {
      const { aperture, apertureMb } = dma.code as CodeOf<"gart">;
      const end = aperture + apertureMb * 2 ** 20;
      return [{ field: "table", base: aperture, end, unit: 4096, step: 4096 }];
    },
    countsFromFirst: true,
  },
  dart: {
    tables: () => [{ field: "table", base: 0, end: 2 ** 31, unit: 4096, step: 1 }],
    everyWrite: true,
  },
  swiotlb: noTables,
  direct: noTables,
  upwards: noTables,
};
const formOf = ({ dma }: Platform): Form => forms[dma.code.name];

/** Calls that a recording tells as lists of their arguments, by the field that has them. */
const calls: readonly (readonly [field: string, call: RegExp, numbers: readonly number[]])[] = [
  ["cleared", /^memset\((0x[0-9a-f]+), 0, (\d+)\)$/, [1]],
  ["flushes", /^mv_pci_tbi\((0x[0-9a-f]+), (0x[0-9a-f]+)\)$/, []],
  ["flushes", /^pci_write_config_dword\((\d+), (0x[0-9a-f]+), (0x[0-9a-f]+)\)$/, [0]],
  ["registers", /^(?:WRITE_REG|out_be32)\((0x[0-9a-f]+), (0x[0-9a-f]+)\)$/, []],
  ["dcache_flushed", /^flush_dcache_phys_range\((0x[0-9a-f]+), (0x[0-9a-f]+)\)$/, []],
  ["ioremap", /^ioremap\((0x[0-9a-f]+), (\d+)\)$/, [1]],
  ["unmapped_from_kernel", /^clear_kernel_mapping\((0x[0-9a-f]+), (\d+)\)$/, [1]],
  ["warnings", /^WARN_ON\((.*)\)$/, []],
];

/** What a result holds that a recording has beside it. */
const beside = ["segments", "added", "queue", "requests", "ended"];
/** What a line of a recording repeats of the script. */
const asked = [
  ...["n", "op", "result", "id", "pfn", "offset", "size", "dir", "mask", "isa", "sg", "of"],
  ...["count", "align_mask", "from", "pfns", "dma", "nents", "again", "stale", "side", "bus"],
  ...["times", "vecs", "sector", "rw", "with", "max_sectors", "phys", "hw", "segment_size"],
  ...["boundary", "bounce_pfn", "cluster"],
];

/** What our events and result tell of an operation. */
export function ourLine(judged: Judged, op: string, facts: Facts, events: readonly Event[]): Line {
  const { platform, frames } = judged;
  const result = Object.fromEntries(
    Object.entries(facts).filter(([name]) => !beside.includes(name)),
  );
  const line: { [field: string]: unknown } = { result: sorted(result) };
  const put = (field: string, value: unknown) => {
    if (Array.isArray(value) && value.length > 0) line[field] = value;
  };
  const of = <K extends Event["kind"]>(kind: K) =>
    events.filter((event): event is Event & Of<K> => event.kind === kind);
  // Of zx1 a recording tells no more than the addresses.
  if (op === "fill" && platform.dma.code.name === "zx1") line.result = { after: facts.after };
  if (facts.stopped !== undefined) line.result = { stopped: facts.stopped, why: facts.why };
  for (const field of beside) put(field, facts[field]);
  if (op === "fill") put("runs", filled(of("dma.mapped"), facts.stopped !== undefined));
  for (const table of formOf(platform).tables(platform)) {
    const words = tableOf(judged, table, events);
    if (op !== "fill" && op !== "boot" && op !== "read_table") put(table.field, words);
  }
  if (op === "read_table") put("table", facts.table);
  delete (line.result as { table?: unknown }).table;
  put("messages", of("message.logged").map(plainText));
  put(
    "pages",
    events.flatMap((event) => pagesOf(platform, event)),
  );
  const texts = of("call.entered").map(({ text }) => text ?? "");
  for (const [field, form, numbers] of calls) {
    if (field === "registers" && op !== "boot" && !judged.tellsRegisters) continue;
    const found = matches(texts, form, (words) =>
      words.map((word, i) => (numbers.includes(i) ? Number(word) : word)),
    );
    put(field, field === "warnings" ? found.flat() : found);
  }
  if (op !== "fill") put("flush", flushesOf(events));
  for (const { page, machine } of of("p2m.set")) frames.set(asWord(machine) / PAGE_SIZE, page);
  const behind = (machine: MachineAddress): number => {
    const at = asWord(machine);
    const page = frames.get(Math.floor(at / PAGE_SIZE));
    return page === undefined ? at : asWord(physOf(page)) + (at % PAGE_SIZE);
  };
  put(
    "copied",
    of("page.copied").map(({ phys, reached, size }) => [hex(phys), hex(behind(reached)), size]),
  );
  put("regions", [...exchange("create", events), ...exchange("destroy", events)]);
  put(
    "bootmem",
    of("page.allocated")
      .filter(({ by }) => by === "alloc_bootmem")
      .map(({ phys, size }) => [hex(phys!), size]),
  );
  const unit = PAGE_SIZE * 2 ** platform.pageOrder;
  put(
    "clean",
    of("attribute.changed").map(({ phys }) => hex(asWord(phys) / unit)),
  );
  return line;
}

/** The same of a recording's line. */
export function theirLine({ platform }: Judged, line: Line): Line {
  const told: { [field: string]: unknown } = { result: sorted(line.result as Line) };
  const tables = formOf(platform).tables(platform);
  for (const [field, value] of Object.entries(line)) {
    if (asked.includes(field) || (field === "pages" && line.op === "add")) continue;
    if (field === "runs") told[field] = (value as [string, number, number][]).flatMap(steps);
    else if (field === "copied") told[field] = (value as [string, string, number][]).flatMap(cut);
    else if (tables.some((one) => one.field === field)) told[field] = expanded(value as Run[]);
    else told[field] = value;
  }
  return told;
}

const sorted = (facts: Line): Line =>
  Object.fromEntries(Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1)));

const plainText = ({ text }: { readonly text: string }): string =>
  text.replaceAll("\n", "").replaceAll("\t", " ");

/** A copy by the CPU, cut where either side comes to the end of a page. */
function cut([from, to, size]: [string, string, number]): [string, string, number][] {
  const pieces: [string, string, number][] = [];
  for (let done = 0; done < size; ) {
    const [a, b] = [Number(from) + done, Number(to) + done];
    const bytes = Math.min(PAGE_SIZE - Math.max(a % PAGE_SIZE, b % PAGE_SIZE), size - done);
    pieces.push([hex(a), hex(b), bytes]);
    done += bytes;
  }
  return pieces;
}

/** The pages whose frames a function exchanged: what, the first page, how many as a power of two, the first frame. */
function exchange(what: "create" | "destroy", events: readonly Event[]): unknown[] {
  const by = `xen_${what}_contiguous_region`;
  const lost = events.flatMap((event) =>
    event.kind === "p2m.cleared" && event.place === by ? [event] : [],
  );
  const got = events.flatMap((event) =>
    event.kind === "p2m.set" && event.place === by ? [event] : [],
  );
  if (lost.length === 0) return [];
  const frame = what === "create" ? hex(asWord(got[0]!.machine) / PAGE_SIZE) : "";
  return [[what, hex(lost[0]!.page), Math.log2(lost.length), frame]];
}

/** Each call of dart_flush: 1 where it emptied the TLB. */
function flushesOf(events: readonly Event[]): number[] {
  const flushes: number[] = [];
  for (const event of events)
    if (textOf(event) === "dart_flush") flushes.push(0);
    else if (event.kind === "tlb.flushed" && event.place === "dart_tlb_invalidate_all")
      flushes[flushes.length - 1] = 1;
  return flushes;
}

/** The addresses that a buffer got again and again; the recorder of a panic loses the run that it was in. */
function filled(events: readonly Of<"dma.mapped">[], isCut: boolean): string[] {
  const at = events.map(({ bus }) => asWord(bus));
  let begun = 0;
  for (let i = 2; i < at.length; i++)
    if (i > begun + 1 && at[i]! - at[i - 1]! !== at[begun + 1]! - at[begun]!) begun = i;
  return (isCut ? at.slice(0, begun) : at).map((address) => hex(address));
}

/** Addresses in steps, one after the other. */
const steps = ([first, step, count]: [string, number, number]): string[] =>
  Array.from({ length: count }, (_, i) => hex(Number(first) + i * step));

type Words = [index: number, word: string][];
type Run = [first: number, word: string, count: number, step: number];
const expanded = (runs: readonly Run[]): Words =>
  runs.flatMap(([first, word, count, step]) =>
    Array.from({ length: count }, (_, i): [number, string] => [
      first + i,
      hex(BigInt(word) + BigInt(i * step)),
    ]),
  );

function tableOf(
  judged: Judged,
  { field, base, end, unit, step }: TableOf,
  events: readonly Event[],
): Words {
  const { platform, words } = judged;
  const form = formOf(platform);
  const writes: [number, bigint][] = [];
  for (const event of events) {
    if (event.kind !== "iommu.mapped" && event.kind !== "iommu.unmapped") continue;
    if (asWord(event.bus) < base || asWord(event.bus) >= end) continue;
    const first =
      (asWord(event.bus) - base) / unit - (form.countsFromFirst ? judged.firstEntry : 0);
    const isValid = event.kind === "iommu.mapped";
    const word = BigInt(event.word ?? 0) + (isValid ? (form.valid ?? 0n) : 0n);
    const grows = isValid || form.keepsPages ? BigInt(step) : 0n;
    for (let i = 0; i < event.size / unit; i++) writes.push([first + i, word + BigInt(i) * grows]);
  }
  const before = new Map<number, bigint>();
  for (const [index, word] of writes) {
    const key = `${field} ${index}`;
    if (!before.has(index)) before.set(index, words.get(key) ?? 0n);
    words.set(key, word);
  }
  if (form.everyWrite) return writes.map(([index, word]) => [index, hex(word)]);
  return [...before]
    .filter(([index, word]) => words.get(`${field} ${index}`) !== word)
    .sort(([a], [b]) => a - b)
    .map(([index]) => [index, hex(words.get(`${field} ${index}`)!)]);
}

function pagesOf({ pageOrder, pageOffset, virtBase }: Platform, event: Event): unknown[] {
  const unit = PAGE_SIZE * 2 ** pageOrder;
  if (event.kind === "page.allocated" || event.kind === "page.freed") {
    const what = event.kind === "page.allocated" ? "alloc" : "free";
    if (event.by === "alloc_bootmem" || event.by === "lmb_alloc") return [];
    return [[what, hex(asWord(event.phys!) / unit), Math.log2(event.size / unit)]];
  }
  if (event.kind === "fault.raised" && event.fault === "no-memory")
    return [["none", "0x0", Math.log2(event.size! / unit)]];
  const [, order] = /^free_pages\(NULL, (\d+)\)$/.exec(textOf(event)) ?? [];
  if (order === undefined) return [];
  // __pa(NULL), in 64 bits.
  const physical = BigInt.asUintN(64, -(virtBase + BigInt(pageOffset)));
  return [["free", hex(physical / BigInt(unit)), Number(order)]];
}

const textOf = (event: Event): string => (event.kind === "call.entered" ? (event.text ?? "") : "");

const matches = <T>(texts: readonly string[], form: RegExp, make: (parts: string[]) => T): T[] =>
  texts.flatMap((text) => {
    const found = form.exec(text);
    return found === null ? [] : [make(found.slice(1))];
  });
