// formats.ts - all formats that are read, recognised by what a file begins with, and what is said of any other file.

import { UserError } from "../../fault.ts";
import { dmaApiDump } from "./debugfs/dma-api-dump.ts";
import { domainTranslation } from "./debugfs/domain-translation.ts";
import { dmesg } from "./dmesg/dmesg.ts";
import { ftrace } from "./ftrace/ftrace.ts";
import { kprobeProfile } from "./ftrace/kprobe-profile.ts";
import { isPage } from "./ftrace/ring/page.ts";
import { traceDat } from "./ftrace/trace-dat.ts";
import type { Format } from "./join/format.ts";
import { kernelFiles } from "./kernel-files.ts";
import { jsonl } from "./lines/jsonl.ts";
import { iomem } from "./mmio/iomem.ts";
import { mmiotrace } from "./mmio/mmiotrace.ts";
import { qemuLog } from "./qemu/log.ts";
import { reference } from "./reference/reference.ts";
import { convertible } from "./source/convertible.ts";
import { isText } from "./source/copied.ts";
import type { Source } from "./source/source.ts";
import { p2mDump } from "./xen/p2m-dump.ts";
import { xentrace } from "./xen/xentrace.ts";

/** In the order in which they are asked: the surest signs first. */
export const formats: readonly Format[] = [
  reference,
  jsonl,
  xentrace,
  traceDat,
  mmiotrace,
  p2mDump,
  iomem,
  dmaApiDump,
  domainTranslation,
  ...kernelFiles,
  qemuLog,
  kprobeProfile,
  dmesg,
  ftrace,
];

/** The format of a source by its content; null where it is of none. */
export const knownFormatOf = ({ head }: Source): Format | null =>
  formats.find((format) => format.recognises(head)) ?? null;

export function formatOf(source: Source): Format {
  const { trouble } = source;
  if (source.head.length === 0 && trouble === null)
    throw new UserError(`${source.path} is empty: there is nothing to import`);
  const other = convertible(source.head);
  if (other !== null) throw source.refuse(`${other.what}; ${other.convert(source.path)}`);
  const found = knownFormatOf(source);
  if (found !== null) return found;
  // What is left of a file that is cut may be too little to know it by.
  if (trouble !== null) throw source.refuse(trouble);
  throw source.refuse(strange(source.head));
}

/** What a file of no known format begins with, and which one it may be meant for. */
function strange(head: Buffer): string {
  const text = head.toString("latin1");
  const isReadable = isText(head);
  if (!isReadable && isPage(head)) return PAGES;
  const begins = isReadable ? `begins with ${quoted(text)}` : "is binary";
  // The name of an event is a surer sign than a word that logs have too.
  const near = isReadable
    ? [ftrace, ...formats].find((format) => format.near?.test(text))
    : undefined;
  const next =
    near === undefined
      ? "leave it out, or `gartrace list formats` has each with the command that makes it"
      : `nearest is ${near.name}, ${near.what}: ${near.madeBy}`;
  return `of no format that is known by its content: it ${begins}; looked for ${formats.map(({ name }) => name).join(", ")}; ${next}`;
}

const PAGES =
  "pages of a kernel's ring buffer, which do not say what their records are; save `trace` of tracefs instead, and of trace.dat.cpu* files that trace-cmd left make one: `trace-cmd restore -o trace.dat trace.dat.cpu*`";

const SHOWN = 80;
function quoted(text: string): string {
  const line = text.split(/\r?\n/).find((one) => one.trim() !== "") ?? "";
  return `"${line.length > SHOWN ? `${line.slice(0, SHOWN)}...` : line}"`;
}
