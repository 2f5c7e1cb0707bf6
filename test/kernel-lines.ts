// kernel-lines.ts - what a recording of the kernel's DMA code tells of one operation, and what our events tell of it.

import { asWord, hex, PAGE_SIZE } from "../src/address.ts";
import type { Facts } from "../src/event/field.ts";
import type { Event, Of } from "../src/event/vocabulary.ts";
import type { CodeName, Platform } from "../src/platform/platform.ts";

export type Line = { readonly [field: string]: unknown };

/** What both sides of a comparison share: the machine, and the words of its tables so far. */
export interface Judged {
  readonly platform: Platform;
  readonly words: Map<string, bigint>;
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
  /** What a word has above bit 51 while the entry is valid. */
  readonly valid?: bigint;
}

const forms: { readonly [N in CodeName]: Form } = {
  alpha: {
    tables: () => [
      { field: "table", base: 0xc0000000, end: 0x100000000, unit: 8192, step: 2 },
      { field: "isa_table", base: 0x800000, end: 0x1000000, unit: 8192, step: 2 },
    ],
  },
};

type Words = [index: number, word: string][];

/** What our events and result tell of an operation. */
export function ourLine(
  { platform, words }: Judged,
  op: string,
  { segments, ...result }: Facts,
  events: readonly Event[],
): Line {
  const form = forms[platform.dma.code!.name];
  const line: { [field: string]: unknown } = { result: sorted(result) };
  const put = (field: string, value: unknown) => {
    if (Array.isArray(value) && value.length > 0) line[field] = value;
  };
  put("segments", segments);
  for (const table of form.tables(platform))
    put(table.field, tableOf(form, table, events, words, op));
  const of = <K extends Event["kind"]>(kind: K) =>
    events.filter((event): event is Event & Of<K> => event.kind === kind);
  put(
    "messages",
    of("message.logged").map(({ text }) => text),
  );
  put(
    "pages",
    events.flatMap((event) => pagesOf(platform, event)),
  );
  const calls = of("call.entered").map(({ text }) => text ?? "");
  put(
    "cleared",
    matches(calls, /^memset\((0x[0-9a-f]+), 0, (\d+)\)$/, ([at, n]) => [at, Number(n)]),
  );
  put(
    "flushes",
    matches(calls, /^mv_pci_tbi\((0x[0-9a-f]+), (0x[0-9a-f]+)\)$/, (words) => words),
  );
  return line;
}

/** The same of a recording's line. */
export function theirLine({ platform }: Judged, line: Line): Line {
  const form = forms[platform.dma.code!.name];
  const told: { [field: string]: unknown } = { result: sorted(line.result as Line) };
  const asked = ["n", "op", "result", ...arguments_];
  for (const [field, value] of Object.entries(line)) {
    if (asked.includes(field)) continue;
    const table = form.tables(platform).find((one) => one.field === field);
    told[field] = table === undefined ? value : expanded(value as Run[]);
  }
  return told;
}

/** What a line repeats of the script. */
const arguments_ = [
  ...[
    "id",
    "pfn",
    "offset",
    "size",
    "dir",
    "mask",
    "isa",
    "sg",
    "of",
    "count",
    "align_mask",
    "from",
  ],
  ...["pfns", "dma", "nents", "again", "stale", "side", "bus", "times"],
];

const sorted = (facts: Line): Line =>
  Object.fromEntries(Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1)));

type Run = [first: number, word: string, count: number, step: number];
const expanded = (runs: readonly Run[]): Words =>
  runs.flatMap(([first, word, count, step]) =>
    Array.from({ length: count }, (_, i): [number, string] => [
      first + i,
      hex(BigInt(word) + BigInt(i * step)),
    ]),
  );

function tableOf(
  form: Form,
  { field, base, end, unit, step }: TableOf,
  events: readonly Event[],
  words: Map<string, bigint>,
  op: string,
): Words {
  const writes: [number, bigint][] = [];
  for (const event of events) {
    if (event.kind !== "iommu.mapped" && event.kind !== "iommu.unmapped") continue;
    if (asWord(event.bus) < base || asWord(event.bus) >= end) continue;
    const first = (asWord(event.bus) - base) / unit;
    const word =
      BigInt(event.word ?? 0) + (event.kind === "iommu.mapped" ? (form.valid ?? 0n) : 0n);
    const grows = event.kind === "iommu.mapped" ? BigInt(step) : 0n;
    for (let i = 0; i < event.size / unit; i++) writes.push([first + i, word + BigInt(i) * grows]);
  }
  const before = new Map(words);
  for (const [index, word] of writes) words.set(`${field} ${index}`, word);
  if (op === "boot") return [];
  if (form.everyWrite) return writes.map(([index, word]) => [index, hex(word)]);
  const changed = [...new Set(writes.map(([index]) => index))].filter(
    (index) => words.get(`${field} ${index}`) !== (before.get(`${field} ${index}`) ?? 0n),
  );
  return changed
    .sort((a, b) => a - b)
    .map((index) => [index, hex(words.get(`${field} ${index}`)!)]);
}

function pagesOf({ pageOrder, pageOffset, virtBase }: Platform, event: Event): unknown[] {
  const unit = PAGE_SIZE * 2 ** pageOrder;
  if (event.kind === "page.allocated" || event.kind === "page.freed") {
    const what = event.kind === "page.allocated" ? "alloc" : "free";
    if (event.by === "alloc_bootmem") return [];
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
