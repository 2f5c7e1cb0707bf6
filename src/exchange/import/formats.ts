// formats.ts - all formats that are read, recognised by what a file begins with.

import { UserError } from "../../fault.ts";
import { dmesg } from "./dmesg.ts";
import type { Format } from "./format.ts";
import { ftrace } from "./ftrace.ts";
import { jsonl } from "./jsonl.ts";
import { kprobeProfile } from "./kprobe-profile.ts";
import { mmiotrace } from "./mmiotrace.ts";
import { p2mDump } from "./p2m-dump.ts";
import { qemuLog } from "./qemu-log.ts";
import { reference } from "./reference.ts";
import type { Source } from "./source.ts";
import { xentrace } from "./xentrace.ts";

/** In the order in which they are asked: the surest signs first. */
const formats: readonly Format[] = [
  reference,
  jsonl,
  xentrace,
  mmiotrace,
  p2mDump,
  qemuLog,
  kprobeProfile,
  dmesg,
  ftrace,
];

export function formatOf(source: Source): Format {
  if (source.head.length === 0)
    throw new UserError(`${source.path} is empty: there is nothing to import`);
  const found = formats.find((format) => format.recognises(source.head));
  if (found !== undefined) return found;
  throw source.refuse(
    `of no format that is known by its content; known: ${formats.map(({ name }) => name).join(", ")}`,
  );
}
