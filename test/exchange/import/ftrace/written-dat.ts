// written-dat.ts - writes trace.dat files as trace-cmd does, of version 6 and 7, in either byte order, packed or not.

import { deflateSync } from "node:zlib";

/** A field of an event: its type and name as its format declares them, and its bytes; 0 for a text of any length. */
type Declared = readonly [declared: string, size: 0 | 4 | 8];
interface Format {
  readonly id: number;
  readonly fields: readonly Declared[];
  readonly print: string;
}

const FLAGS =
  '__print_flags(REC->attrs, "|", { (1UL << 1), "WEAK_ORDERING" }, { (1UL << 5), "SKIP_CPU_SYNC" })';
const DIRECTION =
  '__print_symbolic(REC->dir, { 0, "BIDIRECTIONAL" }, { 1, "TO_DEVICE" }, { 2, "FROM_DEVICE" }, { 3, "NONE" })';
const DISK =
  "((unsigned int) ((REC->dev) >> 20)), ((unsigned int) ((REC->dev) & ((1U << 20) - 1)))";
const buffer: Omit<Format, "id"> = {
  fields: [
    ["__data_loc char[] device", 0],
    ["u64 phys_addr", 8],
    ["u64 dma_addr", 8],
    ["size_t size", 8],
    ["enum dma_data_direction dir", 4],
    ["unsigned long attrs", 8],
  ],
  print: `"%s dir=%s dma_addr=%llx size=%zu phys_addr=%llx attrs=%s", __get_str(device), ${DIRECTION}, REC->dma_addr, REC->size, REC->phys_addr, ${FLAGS}`,
};
const pages: Omit<Format, "id"> = {
  fields: [
    ["unsigned long pfn", 8],
    ["unsigned int order", 4],
  ],
  print:
    '"page=%p pfn=0x%lx order=%d", REC->pfn != -1UL ? (((struct page *)vmemmap_base) + (REC->pfn)) : ((void *)0), REC->pfn != -1UL ? REC->pfn : 0, REC->order',
};
const request: Omit<Format, "id"> = {
  fields: [
    ["dev_t dev", 4],
    ["sector_t sector", 8],
    ["unsigned int nr_sector", 4],
    ["__data_loc char[] rwbs", 0],
  ],
  print: `"%d,%d %s () %llu + %u", ${DISK}, __get_str(rwbs), (unsigned long long)REC->sector, REC->nr_sector`,
};
/** Events as include/trace/events/ has them, but for fields that nobody asks for. */
const formatOf: { readonly [name: string]: Format } = {
  map: {
    id: 7,
    fields: [
      ["u64 iova", 8],
      ["u64 paddr", 8],
      ["size_t size", 8],
    ],
    print:
      '"IOMMU: iova=0x%016llx - 0x%016llx paddr=0x%016llx size=%zu", REC->iova, REC->iova + REC->size, REC->paddr, REC->size',
  },
  unmap: {
    id: 8,
    fields: [
      ["u64 iova", 8],
      ["size_t size", 8],
      ["size_t unmapped_size", 8],
    ],
    print:
      '"IOMMU: iova=0x%016llx - 0x%016llx size=%zu unmapped_size=%zu", REC->iova, REC->iova + REC->size, REC->size, REC->unmapped_size',
  },
  dma_map_page: { id: 9, ...buffer },
  dma_unmap_page: { id: 10, ...buffer },
  mm_page_alloc: { id: 11, ...pages },
  mm_page_free: { id: 12, ...pages },
  block_rq_issue: { id: 13, ...request },
  block_rq_complete: { id: 14, ...request },
  kmalloc: {
    id: 15,
    fields: [
      ["unsigned long call_site", 8],
      ["const void * ptr", 8],
      ["size_t bytes_req", 8],
    ],
    print: '"call_site=%pS ptr=%p bytes_req=%zu", (void *)REC->call_site, REC->ptr, REC->bytes_req',
  },
};

/** Where each field of an event is, each at a multiple of its size, and the first byte behind them. */
function placesOf({ fields }: Format): { readonly at: readonly number[]; readonly end: number } {
  let end = 8;
  const at = fields.map(([, bytes]) => {
    const size = bytes || 4;
    const place = Math.ceil(end / size) * size;
    end = place + size;
    return place;
  });
  return { at, end };
}

function formatText(name: string, format: Format): string {
  const { at } = placesOf(format);
  const fields = format.fields.map(
    ([declared, size], i) =>
      `\tfield:${declared};\toffset:${at[i]};\tsize:${size || 4};\tsigned:0;\n`,
  );
  return (
    `name: ${name}\nID: ${format.id}\nformat:\n\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n` +
    `\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n${fields.join("")}\nprint fmt: ${format.print}\n`
  );
}

/** The data of an event's record. */
function dataOf({ of, values, pid = 50 }: EventItem, big: boolean): Buffer {
  const format = formatOf[of]!;
  const { at, end } = placesOf(format);
  const record = new Bytes(big).number(format.id, 2).number(0, 2).number(pid, 4);
  let behind = end;
  const texts: string[] = [];
  for (const [i, [declared, size]] of format.fields.entries()) {
    const value = values[/(\w+)$/.exec(declared)![1]!] ?? 0;
    record.pad(at[i]!);
    if (size !== 0) record.number(BigInt(value), size);
    else {
      const text = `${value}\0`;
      record.number(behind + text.length * 65536, 4);
      texts.push(text);
      behind += text.length;
    }
  }
  record.put(texts.join(""));
  return record.pad(Math.ceil(behind / 4) * 4).all;
}

const HEADER_PAGE =
  "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n" +
  "\tfield: char data;\toffset:16;\tsize:4080;\tsigned:0;\n";

/** A frame of zstd with its blocks as they are (RFC 8878, 3.1.1), or what zlib makes of the bytes. */
function packedBy(packing: Recording["packing"], bytes: Buffer): Buffer {
  if (packing !== "zstd") return deflateSync(bytes);
  const frame = new Bytes(false).number(0xfd2fb528, 4).put(Buffer.from([0xa0]));
  frame.number(bytes.length, 4);
  for (let at = 0; at < Math.max(bytes.length, 1); at += LARGEST_BLOCK) {
    const block = bytes.subarray(at, at + LARGEST_BLOCK);
    const isLast = at + LARGEST_BLOCK >= bytes.length;
    const head = block.length * 8 + (isLast ? 1 : 0);
    frame
      .number(head % 65536, 2)
      .put(Buffer.from([head >> 16]))
      .put(block);
  }
  return frame.all;
}
const LARGEST_BLOCK = 2 ** 16;

/** A record of an event, with the values of its fields, 0 where none is given. */
export interface EventItem {
  readonly of: string;
  readonly values: { readonly [field: string]: number | bigint | string };
  readonly delta?: number;
  readonly pid?: number;
}
/** What a record of a page is: an event, mostly an entry of an IOMMU, or what stands between events. */
export type Item =
  | EventItem
  | { readonly iova: number; readonly delta?: number; readonly pid?: number; readonly long?: true }
  | { readonly raw: readonly [word: number, next: number] };
export interface Page {
  readonly at: bigint;
  readonly items: readonly Item[];
  readonly missed?: number | "unknown";
}
export interface Buffered {
  readonly name?: string;
  readonly clock?: string;
  readonly pageSize?: number;
  /** Where the file says another size than its pages have. */
  readonly toldSize?: number;
  /** Pages by CPU. */
  readonly cpus: readonly (readonly Page[])[];
}
export interface Recording {
  readonly version?: "6" | "7" | "8";
  readonly big?: boolean;
  readonly packing?: "none" | "zlib" | "zstd" | "lzma";
  readonly options?: readonly (readonly [id: number, data: Buffer])[];
  readonly buffers: readonly Buffered[];
}

class Bytes {
  readonly #parts: Buffer[] = [];
  readonly #big: boolean;
  length = 0;
  constructor(big: boolean) {
    this.#big = big;
  }
  put(bytes: Buffer | string): this {
    const buffer = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes;
    this.#parts.push(buffer);
    this.length += buffer.length;
    return this;
  }
  number(value: number | bigint, size: 2 | 4 | 8): this {
    const bytes = Buffer.alloc(8);
    if (this.#big) bytes.writeBigUInt64BE(BigInt.asUintN(64, BigInt(value)));
    else bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
    return this.put(this.#big ? bytes.subarray(8 - size) : bytes.subarray(0, size));
  }
  pad(size: number): this {
    return this.put(Buffer.alloc(size - this.length));
  }
  get all(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

export const word = (type: number, delta: number, big = false): number =>
  big ? type * 2 ** 27 + delta : delta * 32 + type;

export function pageOf({ at, items, missed }: Page, size: number, big: boolean): Buffer {
  const data = new Bytes(big);
  for (const item of items) {
    if ("raw" in item) {
      data.number(item.raw[0], 4).number(item.raw[1], 4);
      continue;
    }
    const { delta = 0, pid = 50 } = item;
    const isLong = "long" in item;
    const event: EventItem =
      "of" in item
        ? item
        : { of: "map", values: { iova: item.iova, paddr: 0x5000, size: 0x1000 }, pid };
    const bytes = dataOf(event, big);
    data.number(word(isLong ? 0 : bytes.length / 4, delta, big), 4);
    if (isLong) data.number(bytes.length + 4, 4);
    data.put(bytes);
  }
  const flags = missed === undefined ? 0 : missed === "unknown" ? 2 ** 31 : 2 ** 31 + 2 ** 30;
  const page = new Bytes(big)
    .number(at, 8)
    .number(data.length + flags, 8)
    .put(data.all);
  if (typeof missed === "number") page.number(missed, 8);
  return page.pad(size).all;
}

/** Pages as the file has them: 10 to a chunk where they are packed. */
function pagesOf(pages: readonly Page[], size: number, recording: Recording): Buffer {
  const { big = false, packing = "none" } = recording;
  const plain = pages.map((page) => pageOf(page, size, big));
  if (packing === "none") return Buffer.concat(plain);
  // On s390x trace-cmd writes the upper halves of all sizes.
  const chunks = new Bytes(big).number(big ? 0 : Math.ceil(plain.length / 10), 4);
  for (let i = 0; i < plain.length; i += 10) {
    const whole = Buffer.concat(plain.slice(i, i + 10));
    const packed = packedBy(packing, whole);
    chunks.number(big ? 0 : packed.length, 4).number(big ? 0 : whole.length, 4);
    chunks.put(packed);
  }
  return chunks.all;
}

const header = (bytes: Bytes): Bytes => {
  for (const [name, text] of [
    ["header_page\0", HEADER_PAGE],
    ["header_event\0", "# compressed entry header\n"],
  ] as const)
    bytes.put(name).number(text.length, 8).put(text);
  return bytes;
};
/** Of the events that there are, and of entries. */
function formats(bytes: Bytes, { buffers }: Recording): Bytes {
  const items = buffers.flatMap(({ cpus }) => cpus.flat().flatMap((page) => page.items));
  const names = new Set(["map", ...items.flatMap((item) => ("of" in item ? [item.of] : []))]);
  bytes.number(1, 4).put("iommu\0").number(names.size, 4);
  for (const name of names) {
    const text = formatText(name, formatOf[name]!);
    bytes.number(text.length, 8).put(text);
  }
  return bytes;
}
const tasks = (bytes: Bytes): Bytes => bytes.number(7, 8).put("50 drv\n");

const begin = (recording: Recording): Bytes =>
  new Bytes(recording.big ?? false)
    .put(`\x17\x08\x44tracing${recording.version ?? "7"}\0`)
    .put(Buffer.from([recording.big ? 1 : 0, 8]))
    .number(4096, 4);

export const writtenDat = (recording: Recording): Buffer =>
  recording.version === "6" ? version6(recording) : version7(recording);

function version6(recording: Recording): Buffer {
  const { big = false, options = [], buffers } = recording;
  const [top, ...instances] = buffers;
  const before = formats(header(begin(recording)).number(0, 4), recording);
  tasks(before.number(0, 4).number(0, 4)).number(top!.cpus.length, 4);
  const size = (top!.cpus.length + 1) * 16 + 4096;
  const optionBytes = options.reduce((sum, [, data]) => sum + 6 + data.length, 0);
  const instanceBytes = instances.reduce((sum, { name }) => sum + 6 + 8 + name!.length + 1, 0);
  const listsAt = before.length + 10 + optionBytes + instanceBytes + 2;
  const dataAt = Math.ceil((listsAt + size * buffers.length) / 4096) * 4096;
  const file = before.put("options  \0");
  for (const [id, data] of options) file.number(id, 2).number(data.length, 4).put(data);
  for (const [i, { name }] of instances.entries())
    file
      .number(3, 2)
      .number(9 + name!.length, 4)
      .number(listsAt + size * (i + 1), 8)
      .put(`${name}\0`);
  file.number(0, 2);
  let at = dataAt;
  const data: Buffer[] = [];
  for (const [i, { cpus, pageSize = 4096 }] of buffers.entries()) {
    file.pad(listsAt + size * i).put("flyrecord\0");
    for (const pages of cpus) {
      const bytes = pagesOf(pages, pageSize, { ...recording, packing: "none" });
      file.number(at, 8).number(bytes.length, 8);
      data.push(bytes);
      at += bytes.length;
    }
  }
  return new Bytes(big).put(file.pad(dataAt).all).put(Buffer.concat(data)).all;
}

function version7(recording: Recording): Buffer {
  const { big = false, packing = "none", options = [], buffers } = recording;
  const file = begin(recording).put(`${packing}\x001\0`);
  const parts: Buffer[] = [];
  let at = file.length + 8;
  const section = (id: number, content: Buffer, isPlain = false): number => {
    const isPacked = packing !== "none" && !isPlain;
    const packed = packedBy(packing, content);
    const bytes = new Bytes(big)
      .number(id, 2)
      .number(isPacked ? 1 : 0, 2)
      .number(0, 4);
    bytes.number(isPacked ? packed.length + 8 : content.length, 8);
    // Here it is only the second.
    if (isPacked) bytes.number(packed.length, 4).number(big ? 0 : content.length, 4);
    bytes.put(isPacked ? packed : content);
    parts.push(bytes.all);
    at += bytes.length;
    return at - bytes.length;
  };
  const first = new Bytes(big);
  for (const [id, content] of [
    [16, header(new Bytes(big)).all],
    [18, formats(new Bytes(big), recording).all],
    [21, tasks(new Bytes(big)).all],
  ] as const)
    first.number(id, 2).number(8, 4).number(section(id, content), 8);
  for (const [id, data] of options) first.number(id, 2).number(data.length, 4).put(data);
  const told = buffers.map(
    ({ name = "", clock = "local", pageSize = 4096, toldSize = pageSize, cpus }) => {
      const all = cpus.map((pages) => pagesOf(pages, pageSize, recording));
      const begins = at;
      const flags = packing === "none" ? 0 : 1;
      const whole = Buffer.concat(all);
      parts.push(
        new Bytes(big).number(3, 2).number(flags, 2).number(0, 4).number(whole.length, 8).put(whole)
          .all,
      );
      at += 16 + whole.length;
      const option = new Bytes(big).number(begins, 8).put(`${name}\0${clock}\0`);
      option.number(toldSize, 4).number(all.length, 4);
      let from = begins + 16;
      for (const [cpu, bytes] of all.entries()) {
        // The size that is told leaves out the count of the chunks.
        option
          .number(cpu, 4)
          .number(from, 8)
          .number(bytes.length - flags * 4, 8);
        from += bytes.length;
      }
      return option.all;
    },
  );
  // The last buffers stand in a further section of options.
  const done = (next: number) => new Bytes(big).number(0, 2).number(8, 4).number(next, 8).all;
  const option = (data: Buffer) => new Bytes(big).number(3, 2).number(data.length, 4).put(data).all;
  const more = told.slice(1).map((data) => option(data));
  const last = more.length === 0 ? 0 : section(0, Buffer.concat([...more, done(0)]));
  const begins = section(
    0,
    Buffer.concat([first.all, ...told.slice(0, 1).map(option), done(last)]),
    true,
  );
  return file.number(begins, 8).put(Buffer.concat(parts)).all;
}
