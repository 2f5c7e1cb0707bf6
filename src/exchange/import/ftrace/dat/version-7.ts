// version-7.ts - a trace.dat of version 7: sections, found by options that are chained (trace-cmd.dat.v7(5)).

import type { Contents, CpuData } from "./contents.ts";
import { type Cursor, type FileCursor, MemoryCursor } from "./file.ts";
import { OPTION, readOption } from "./options.ts";
import { symbolsOf } from "./symbols.ts";
import { unpacked } from "./unpack.ts";
import { MOST_CPUS } from "./version-6.ts";

const PACKED = 1;
const SECTION_HEADER = 16;
/** Sections of options at most: one an instance, and some. */
const MOST_SECTIONS = 4096;

export async function readVersion7(contents: Contents, cursor: FileCursor): Promise<void> {
  contents.packing = await cursor.text();
  await cursor.text(); // The version of what packed it.
  const sections = new Map<number, number>();
  const seen = new Set<number>();
  const begins = cursor.at;
  const first = await cursor.u64();
  // The place of the options is written when a recording ends.
  if (first === 0)
    throw contents.file.refuse(
      begins,
      "the recording was never ended; `trace-cmd restore` makes it whole of the trace.dat.cpu* beside it",
    );
  for (let at = first; at !== 0; ) {
    if (seen.has(at) || seen.size > MOST_SECTIONS)
      throw contents.file.refuse(at, "options that lead back to themselves");
    seen.add(at);
    at = await readOptions(contents, at, sections);
  }
  const readers = [
    [OPTION.header, (part: Cursor) => contents.readHeader(part)],
    [OPTION.ftraceEvents, (part: Cursor) => contents.readFtraceEvents(part)],
    [OPTION.events, (part: Cursor) => contents.readEvents(part)],
    [OPTION.tasks, (part: Cursor) => contents.readTasks(part)],
  ] as const;
  for (const [id, read] of readers) {
    const at = sections.get(id);
    if (at !== undefined) await read(await sectionAt(contents, at, id));
  }
  const symbols = sections.get(OPTION.symbols);
  if (symbols === undefined) return;
  // By far the largest section: it is unpacked when a symbol is asked for, of a stack. Its length stands in front.
  const section = await packedAt(contents, symbols, OPTION.symbols);
  contents.symbols = symbolsOf(() => section().subarray(4));
}

interface Section {
  readonly id: number;
  readonly isPacked: boolean;
  readonly size: number;
}

async function headerAt({ file }: Contents, at: number): Promise<Section> {
  const cursor = file.cursor(at);
  const [id, flags] = [await cursor.u16(), await cursor.u16()];
  await cursor.u32(); // What it is, in words that are kept in another section.
  return { id, isPacked: (flags & PACKED) !== 0, size: await cursor.u64() };
}

/** A section's content, unpacked. */
async function sectionAt(contents: Contents, at: number, id: number): Promise<MemoryCursor> {
  const section = await packedAt(contents, at, id);
  return new MemoryCursor(contents.file, section(), at + SECTION_HEADER);
}

/** A section's content, which is unpacked when it is asked for. */
async function packedAt(contents: Contents, at: number, id: number): Promise<() => Buffer> {
  const { file, packing } = contents;
  const section = await headerAt(contents, at);
  if (section.id !== id)
    throw file.refuse(at, `a section ${section.id}, where ${id} is said to be`);
  const begins = at + SECTION_HEADER;
  if (!section.isPacked) {
    const bytes = await file.read(begins, section.size);
    return () => bytes;
  }
  const cursor = file.cursor(begins);
  const [size, length] = [await cursor.u32(), await cursor.u32()];
  const packed = await cursor.bytes(size);
  return () => unpacked(file, packing, { packed, at: begins, length });
}

/** Reads one section of options; gives where the next one is, 0 behind the last. */
async function readOptions(
  contents: Contents,
  at: number,
  sections: Map<number, number>,
): Promise<number> {
  const part = await sectionAt(contents, at, OPTION.done);
  while (part.left > 0) {
    const id = await part.u16();
    const data = await part.bytes(await part.u32());
    const inside = new MemoryCursor(contents.file, data, at);
    if (id === OPTION.done) return data.length < 8 ? 0 : inside.u64();
    if (await readOption(contents, id, data, at)) continue;
    if (id === OPTION.buffer) await readBuffer(contents, inside);
    else if (id === OPTION.bufferText) contents.text = await textAt(contents, await inside.u64());
    else if (id >= OPTION.header && id <= OPTION.tasks && data.length >= 8)
      sections.set(id, await inside.u64());
  }
  return 0;
}

async function readBuffer(contents: Contents, option: MemoryCursor): Promise<void> {
  const at = await option.u64();
  const [name, clock] = [await option.text(), await option.text()];
  const [pageSize, count] = [await option.u32(), await option.u32()];
  if (count > MOST_CPUS) throw contents.file.refuse(at, `${count} CPUs are too many`);
  const cpus: CpuData[] = [];
  for (let i = 0; i < count; i++) {
    const cpu = await option.u32();
    const [begins, size] = [await option.u64(), await option.u64()];
    if (size > 0) cpus.push({ cpu, at: begins, size });
  }
  const { isPacked } = cpus.length === 0 ? { isPacked: false } : await headerAt(contents, at);
  cpus.sort((a, b) => a.cpu - b.cpu);
  contents.buffers.push({ name, clock: clock === "" ? null : clock, pageSize, isPacked, cpus });
}

async function textAt(contents: Contents, at: number): Promise<Buffer> {
  const { size, isPacked } = await headerAt(contents, at);
  const cursor = contents.file.cursor(at + SECTION_HEADER);
  if (!isPacked) return cursor.bytes(size);
  const parts: Buffer[] = [];
  for (let chunks = await cursor.u32(); chunks > 0; chunks--) {
    const begins = cursor.at;
    const [packedSize, length] = [await cursor.u32(), await cursor.u32()];
    const packed = await cursor.bytes(packedSize);
    parts.push(unpacked(contents.file, contents.packing, { packed, at: begins, length }));
  }
  return Buffer.concat(parts);
}
