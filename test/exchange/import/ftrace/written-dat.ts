// written-dat.ts - writes trace.dat files as trace-cmd does, of version 6 and 7, in either byte order, packed or not.

import { deflateSync } from "node:zlib";

const FORMAT = (name: string, id: number, fields: string, print: string): string =>
  `name: ${name}\nID: ${id}\nformat:\n\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n` +
  `\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n${fields}\nprint fmt: ${print}\n`;
const MAP = FORMAT(
  "map",
  7,
  "\tfield:u64 iova;\toffset:8;\tsize:8;\tsigned:0;\n\tfield:u64 paddr;\toffset:16;\tsize:8;\tsigned:0;\n" +
    "\tfield:size_t size;\toffset:24;\tsize:8;\tsigned:0;\n",
  '"IOMMU: iova=0x%016llx - 0x%016llx paddr=0x%016llx size=%zu", REC->iova, REC->iova + REC->size, REC->paddr, REC->size',
);
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

/** What a record of a page is: an event, or what stands between events. */
export type Item =
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
    const { iova, delta = 0, pid = 50, long } = item;
    data.number(word(long === undefined ? 8 : 0, delta, big), 4);
    if (long !== undefined) data.number(36, 4);
    data.number(7, 2).number(0, 2).number(pid, 4);
    data.number(iova, 8).number(0x5000, 8).number(0x1000, 8);
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
const formats = (bytes: Bytes): Bytes =>
  bytes.number(1, 4).put("iommu\0").number(1, 4).number(MAP.length, 8).put(MAP);
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
  const before = formats(header(begin(recording)).number(0, 4));
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
    [18, formats(new Bytes(big)).all],
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
