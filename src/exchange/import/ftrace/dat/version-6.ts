// version-6.ts - a trace.dat of version 6: its parts stand one behind the other (trace-cmd.dat.v6(5)).

import type { Contents, CpuData } from "./contents.ts";
import { type FileCursor, MemoryCursor } from "./file.ts";
import { OPTION, readOption } from "./options.ts";

/** CPUs that a machine can have; more is a mistake of the file. */
export const MOST_CPUS = 8192;
const KIND = 10;

export async function readVersion6(contents: Contents, cursor: FileCursor): Promise<void> {
  const { file } = contents;
  await contents.readHeader(cursor);
  await contents.readFtraceEvents(cursor);
  await contents.readEvents(cursor);
  await contents.readSymbols(cursor);
  await cursor.bytes(await cursor.u32()); // Formats of trace_printk.
  await contents.readTasks(cursor);
  let cpus = await cursor.u32();
  const first = cpus;
  const instances: { at: number; name: string }[] = [];
  let hasClock = false;
  let kind = await kindAt(cursor);
  if (kind.startsWith("options")) {
    for (let id = await cursor.u16(); id !== OPTION.done; id = await cursor.u16()) {
      const { at } = cursor;
      const data = await cursor.bytes(await cursor.u32());
      hasClock ||= id === OPTION.clock;
      if (await readOption(contents, id, data, at)) continue;
      const inside = new MemoryCursor(file, data, at);
      if (id === OPTION.cpuCount) cpus = await inside.u32();
      // An instance's pages are listed where the offset says, as the top buffer's are here.
      if (id === OPTION.buffer) {
        const name = data.toString("latin1", 8).replace(/\0[\s\S]*$/, "");
        instances.push({ at: await inside.u64(), name });
      }
    }
    kind = await kindAt(cursor);
  }
  if (cpus > MOST_CPUS) throw file.refuse(cursor.at, `${cpus} CPUs are too many`);
  if (kind.startsWith("latency")) {
    contents.text = await file.read(cursor.at, file.size - cursor.at);
    return;
  }
  if (!kind.startsWith("flyrecord"))
    throw file.refuse(cursor.at - KIND, "no list of pages of CPUs");
  const buffer = { clock: null, pageSize: contents.pageSize, isPacked: false };
  contents.buffers.push({ ...buffer, name: "", cpus: await cpusAt(cursor, cpus) });
  // Where an option has raised the number of CPUs an empty entry stands behind.
  if (first < cpus) await cursor.bytes(16);
  if (hasClock && contents.clock === null && cursor.at + 8 <= file.size)
    contents.readClock((await cursor.bytes(await cursor.u64())).toString("latin1"));
  for (const { at, name } of instances) {
    const there = file.cursor(at);
    if (!(await kindAt(there)).startsWith("flyrecord"))
      throw file.refuse(at, "no list of pages of CPUs");
    contents.buffers.push({ ...buffer, name, cpus: await cpusAt(there, cpus) });
  }
}

const kindAt = async (cursor: FileCursor): Promise<string> =>
  (await cursor.bytes(KIND)).toString("latin1");

async function cpusAt(cursor: FileCursor, count: number): Promise<CpuData[]> {
  const found: CpuData[] = [];
  for (let cpu = 0; cpu < count; cpu++) {
    const [at, size] = [await cursor.u64(), await cursor.u64()];
    if (size > 0) found.push({ cpu, at, size });
  }
  return found;
}
