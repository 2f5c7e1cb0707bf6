// formats.ts - all formats that are read, recognised by what a file begins with.

import { UserError } from "../../fault.ts";
import { dmesg } from "./dmesg/dmesg.ts";
import { ftrace } from "./ftrace/ftrace.ts";
import { kprobeProfile } from "./ftrace/kprobe-profile.ts";
import type { Format } from "./join/format.ts";
import { jsonl } from "./lines/jsonl.ts";
import { iomem } from "./mmio/iomem.ts";
import { mmiotrace } from "./mmio/mmiotrace.ts";
import { qemuLog } from "./qemu/log.ts";
import { reference } from "./reference/reference.ts";
import type { Source } from "./source/source.ts";
import { p2mDump } from "./xen/p2m-dump.ts";
import { xentrace } from "./xen/xentrace.ts";

/** In the order in which they are asked: the surest signs first. */
const formats: readonly Format[] = [
  reference,
  jsonl,
  xentrace,
  mmiotrace,
  p2mDump,
  iomem,
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
