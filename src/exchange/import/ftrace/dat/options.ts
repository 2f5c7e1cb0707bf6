// options.ts - the options of a trace.dat (trace-cmd.dat.v7(5)); one that is not known is passed over by its length.

import type { Contents } from "./contents.ts";
import { MemoryCursor } from "./file.ts";

export const OPTION = {
  done: 0,
  date: 1,
  buffer: 3,
  clock: 4,
  uname: 5,
  offset: 7,
  cpuCount: 8,
  tsc: 14,
  header: 16,
  ftraceEvents: 17,
  events: 18,
  symbols: 19,
  printk: 20,
  tasks: 21,
  bufferText: 22,
} as const;

/** What an option says of times, or of the number of CPUs; false for any other. */
export async function readOption(
  contents: Contents,
  id: number,
  data: Buffer,
  at: number,
): Promise<boolean> {
  const text = () => data.toString("latin1").replace(/\0[\s\S]*$/, "");
  switch (id) {
    case OPTION.date:
      // The wall clock less the trace's, in microseconds.
      contents.offset += integerOf(text()) * 1000n;
      return true;
    case OPTION.uname:
      // "Linux host 6.12.0 x86_64", without the host's name where it has none.
      contents.release = /^\S+ .*?(\S+) \S+$/.exec(text().trim())?.[1] ?? null;
      return true;
    case OPTION.offset:
      contents.offset += integerOf(text());
      return true;
    case OPTION.clock:
      contents.readClock(text());
      return true;
    case OPTION.tsc: {
      if (data.length < 16) return true;
      const cursor = new MemoryCursor(contents.file, data, at);
      const mult = BigInt(await cursor.u32());
      contents.tsc = { mult, shift: BigInt(await cursor.u32()) };
      return true;
    }
    default:
      return false;
  }
}

/** A decimal or hexadecimal number as strtoll reads it. */
function integerOf(text: string): bigint {
  const [, sign, digits] = /^\s*(-?)(0x[0-9a-f]+|\d+)/i.exec(text) ?? [];
  if (digits === undefined) return 0n;
  return BigInt.asIntN(64, sign === "-" ? -BigInt(digits) : BigInt(digits));
}
