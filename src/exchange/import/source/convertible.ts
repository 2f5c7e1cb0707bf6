// convertible.ts - files of other programs that are not read, and the command that makes of each what is.

import { isText } from "./copied.ts";

interface Convertible {
  readonly what: string;
  /** What to do, for a file of that path. */
  readonly convert: (path: string) => string;
  readonly magic: Buffer;
  readonly at: number;
}

const bytes = (text: string, at = 0) => ({ magic: Buffer.from(text, "latin1"), at });

const known: readonly Convertible[] = [
  {
    what: "a recording of perf",
    convert: (path) => `print it with \`perf script -i ${path} > perf.txt\` and import that`,
    ...bytes("PERFILE2"),
  },
  {
    what: "a recording of perf of the other byte order",
    convert: (path) => `print it with \`perf script -i ${path} > perf.txt\` and import that`,
    ...bytes("2ELIFREP"),
  },
  {
    // trace/simple.c: the id of the header's record, then HEADER_MAGIC.
    what: "a log of QEMU's backend 'simple'",
    convert: (path) =>
      `convert it with QEMU's \`scripts/simpletrace.py trace-events-all ${path} > qemu.log\` and import that`,
    ...bytes("\xff\xff\xff\xff\xff\xff\xff\xff\xb4\x29\xa4\x0a\xcb\x77\xb1\xf2"),
  },
  {
    what: "a journal as systemd keeps it",
    convert: (path) => `print it with \`journalctl --file ${path} -k -o json > kernel.json\``,
    ...bytes("LPKSHHRH"),
  },
  {
    what: "a stream of the Common Trace Format",
    convert: () => "it holds no event of ftrace; record with `trace-cmd record -e dma -e iommu`",
    ...bytes("\xc1\x1f\xfc\xc1"),
  },
  {
    what: "a crash dump",
    convert: (path) =>
      `take its log with \`crash vmlinux ${path}\`, command \`log\`, and import that`,
    ...bytes("KDUMP   "),
  },
  ...[
    ["bzip2", "BZh", "bunzip2"],
    ["zip", "PK\x03\x04", "unzip"],
    ["7-Zip", "7z\xbc\xaf\x27\x1c", "7z x"],
    ["LZ4", "\x04\x22\x4d\x18", "lz4 -d"],
  ].map(([name, magic, command]) => ({
    what: `packed by ${name}; of packed files gzip, xz, zstd and tar are opened`,
    convert: (path: string) => `unpack it: \`${command} ${path}\``,
    ...bytes(magic!),
  })),
  // Unicode's mark of the order of bytes, in either order: so does PowerShell write what it redirects.
  ...["\xff\xfe", "\xfe\xff"].map((mark) => ({
    what: "text in UTF-16",
    convert: (path: string) => `write it as UTF-8: \`iconv -f UTF-16 -t UTF-8 ${path} > log.txt\``,
    ...bytes(mark),
  })),
  {
    what: "a trace of gartrace, or another SQLite file",
    convert: (path) => `a trace needs no import: \`gartrace info ${path}\``,
    ...bytes("SQLite format 3\0"),
  },
];

/** Bytes of a text that tell how wide its characters are. */
const WIDE = 32;

/** Text in UTF-16 that has no mark: each second byte of what is ASCII is 0. */
function unmarked(head: Buffer): Pick<Convertible, "what" | "convert"> | null {
  if (head.length < WIDE) return null;
  for (const [order, zero] of [
    ["LE", 1],
    ["BE", 0],
  ] as const)
    if (
      head
        .subarray(0, WIDE)
        .every((byte, i) => (i % 2 === zero ? byte === 0 : byte > 0 && byte < 128))
    )
      return {
        what: "text in UTF-16 without a mark of its order",
        convert: (path) =>
          `write it as UTF-8: \`iconv -f UTF-16${order} -t UTF-8 ${path} > log.txt\``,
      };
  return null;
}

/** Text whose lines end as on a Mac of old: it would be one line, and what is in it no fault and no event. */
function returned(head: Buffer): Pick<Convertible, "what" | "convert"> | null {
  const isReturned =
    isText(head) && !head.includes(10) && /\r[^\r]+\r/.test(head.toString("latin1"));
  if (!isReturned) return null;
  return {
    what: "text whose lines end in a carriage return alone",
    convert: (path) => `end them as others do: \`tr '\\r' '\\n' < ${path} > log.txt\``,
  };
}

/** What a file is that has to be converted first; null for any other. */
export const convertible = (head: Buffer): Pick<Convertible, "what" | "convert"> | null =>
  known.find(({ magic, at }) => head.subarray(at, at + magic.length).equals(magic)) ??
  unmarked(head) ??
  returned(head);
