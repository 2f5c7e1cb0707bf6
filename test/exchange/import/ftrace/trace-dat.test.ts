// trace-dat.test.ts - a recording of trace-cmd holds the kernel's own records: every version, order and packing of them.

import { readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { traceDat } from "../../../../src/exchange/import/ftrace/trace-dat.ts";
import { Source } from "../../../../src/exchange/import/source/source.ts";
import { UserError } from "../../../../src/fault.ts";
import { freshFolder } from "../../../fresh-folder.ts";
import { importedFrom, importedText } from "../captured.ts";
import { type Buffered, type EventItem, type Recording, word, writtenDat } from "./written-dat.ts";

const at = 10_000_000_000n;
const one: Buffered = { cpus: [[{ at, items: [{ iova: 0x10000 }] }]] };

const imported = (content: Buffer) => importedText({ "trace.dat": content });
/** Each entry's page and time, and what was lost. */
async function told(recording: Recording | Buffer) {
  const content = Buffer.isBuffer(recording) ? recording : writtenDat(recording);
  const { events, sources } = await imported(content);
  const lost = sources[0]!.counts.reduce((sum, count) => sum + count.lost, 0);
  const entries = events.flatMap(({ event }) =>
    event.kind === "iommu.mapped" ? [[Number(event.bus), event.at]] : [],
  );
  return { entries, lost, counts: sources[0]!.counts };
}

describe.each([
  { version: "6" },
  { version: "6", big: true },
  { version: "7" },
  { version: "7", big: true },
  { version: "7", packing: "zlib" },
  { version: "7", packing: "zlib", big: true },
  { version: "7", packing: "zstd", big: true },
] as const)("a file of $version, packing $packing, big endian $big", (of) => {
  test("tells the records of all CPUs in the order of their times", async () => {
    const page = (from: number, deltas: number[]) => ({
      at: at + BigInt(from),
      items: deltas.map((delta, i) => ({ iova: 0x10000 * from + 0x1000 * i, delta })),
    });
    const cpus = [[page(2, [0, 10]), page(20, [0])], [page(1, [0, 3, 7])]];
    const { entries } = await told({ ...of, buffers: [{ cpus }] });
    expect(entries).toEqual([
      [0x10000, 10_000_000_001],
      [0x20000, 10_000_000_002],
      [0x11000, 10_000_000_004],
      [0x12000, 10_000_000_011],
      [0x21000, 10_000_000_012],
      [0x140000, 10_000_000_020],
    ]);
  });

  test("tells those of many pages", async () => {
    const pages = Array.from({ length: 25 }, (_, i) => ({
      at: at + BigInt(i),
      items: [{ iova: 0x1000 * (i + 1) }],
    }));
    const { entries } = await told({ ...of, buffers: [{ cpus: [pages, pages.slice(0, 11)] }] });
    expect(entries).toHaveLength(36);
    expect(entries.at(-1)).toEqual([0x19000, 10_000_000_024]);
  });

  test("tells those of an instance among the top buffer's", async () => {
    const instance = { name: "iov", cpus: [[{ at: at - 5n, items: [{ iova: 0x90000 }] }]] };
    const { entries } = await told({ ...of, buffers: [one, instance] });
    expect(entries).toEqual([
      [0x90000, 9_999_999_995],
      [0x10000, 10_000_000_000],
    ]);
  });

  test("tells once what the top buffer and an instance both hold", async () => {
    const instance = { name: "iov", cpus: [[{ at: at + 400n, items: [{ iova: 0x10000 }] }]] };
    const { entries } = await told({ ...of, buffers: [one, instance] });
    expect(entries).toEqual([[0x10000, 10_000_000_000]]);
  });

  test("passes over options that are not known, by their length", async () => {
    const options = [
      [99, Buffer.from("whatever")],
      [77, Buffer.alloc(0)],
    ] as const;
    expect((await told({ ...of, options, buffers: [one] })).entries).toHaveLength(1);
  });

  test("reads over padding and long records, and adds time that is extended or set anew", async () => {
    const big = "big" in of;
    const items = [
      { raw: [word(30, 5, big), 1] },
      { iova: 0x10000, delta: 1, long: true },
      { raw: [word(29, 2, big), 4] },
      { iova: 0x11000, delta: 1 },
      { raw: [word(31, 7, big), 80] },
      { iova: 0x12000, delta: 0 },
      { raw: [word(29, 0, big), 0] },
      { iova: 0x13000 },
    ] as const;
    const { entries } = await told({ ...of, buffers: [{ cpus: [[{ at, items }]] }] });
    expect(entries).toEqual([
      [0x10000, 10_000_000_000 + 2 ** 27 + 6],
      [0x11000, 10_000_000_000 + 2 ** 27 + 9],
      [0x12000, 80 * 2 ** 27 + 7],
    ]);
  });

  test("counts what was lost, once where no number is told", async () => {
    const items = [{ iova: 0x10000 }];
    const cpus = [
      [
        { at, items, missed: 81 },
        { at: at + 9n, items, missed: "unknown" as const },
      ],
    ];
    expect((await told({ ...of, buffers: [{ cpus }] })).lost).toBe(82);
  });

  test("that was cut is refused at the byte where it was", async () => {
    const whole = writtenDat({ ...of, buffers: [one] });
    const error: unknown = await imported(whole.subarray(0, -100)).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(/trace.dat: byte 0x[0-9a-f]+: /);
  });
});

describe("the times of", () => {
  const timesOf = async (clock: string, first: bigint, options: Recording["options"] = []) => {
    const page = { at: first, items: [{ iova: 0x10000 }, { iova: 0x11000, delta: 1000 }] };
    const { entries } = await told({ options, buffers: [{ clock, cpus: [[page]] }] });
    return entries.map(([, time]) => time);
  };

  test.each(["local", "mono", "boot", "tai"])("the clock %s are nanoseconds", async (clock) => {
    expect(await timesOf(clock, at)).toEqual([10_000_000_000, 10_000_001_000]);
  });

  test("a wall clock count from the first record", async () => {
    expect(await timesOf("tai", 1_770_797_642_100_200_300n)).toEqual([0, 1000]);
  });

  test("a counter are none: the order alone is told", async () => {
    expect(await timesOf("counter", 17n)).toEqual([null, null]);
  });

  test("a processor's cycles are what the file makes of them", async () => {
    const factors = Buffer.alloc(16);
    factors.writeUInt32LE(2 ** 31, 0);
    factors.writeUInt32LE(32, 4);
    expect(await timesOf("tsc2nsec", 4_000_000n, [[14, factors]])).toEqual([2_000_000, 2_000_500]);
    expect(await timesOf("x86-tsc", 4_000_000n)).toEqual([null, null]);
  });

  test("a file with an offset have it added", async () => {
    const offset = Buffer.from("500\0");
    expect(await timesOf("local", at, [[7, offset]])).toEqual([10_000_000_500, 10_000_001_500]);
  });
});

test("a buffer's own size of pages counts, not the file's", async () => {
  const cpus = [
    [
      { at, items: [{ iova: 0x10000 }] },
      { at: at + 5n, items: [{ iova: 0x20000 }] },
    ],
  ];
  const { entries } = await told({ buffers: [{ pageSize: 8192, cpus }] });
  expect(entries).toHaveLength(2);
});

const whole = (...numbers: (number | bigint)[]) => fc.constantFrom(...numbers.map(BigInt));
const addresses = fc.oneof(
  whole(0, 0xffffffff, 2n ** 48n - 1n, 2n ** 52n, 2n ** 64n - 1n, 2n ** 64n - 4096n),
  fc.nat(64).map((page) => BigInt(page * 4096)),
);
const sizes = whole(0, 1, 60, 4096, 8192, 2n ** 34n + 1n, 2n ** 64n - 1n);
const buffers = fc.record({
  device: fc.constantFrom("0000:00:04.0", "3f000000.mmc", "virtio0"),
  phys_addr: addresses,
  dma_addr: addresses,
  size: sizes,
  dir: whole(0, 1, 2, 3, 7),
  attrs: whole(0, 2, 32, 34, 2n ** 63n),
});
const requests = fc.record({
  dev: whole(0, 0x800001, 0xfe00000, 0xffffffff),
  sector: whole(0, 8, 2n ** 52n, 2n ** 64n - 1n),
  nr_sector: whole(0, 8, 0xffffffff),
  rwbs: fc.constantFrom("WS", "R", "FF", "N", ""),
});
const blocks = fc.record({
  pfn: whole(1, 5, 0xffffffff, 2n ** 40n, 2n ** 52n, 2n ** 64n - 1n),
  order: whole(0, 3, 10, 11, 0xffffffff),
});
const allocations = fc.record({ call_site: addresses, ptr: addresses, bytes_req: sizes });
const records = fc.oneof(
  ...[
    ["map", fc.record({ iova: addresses, paddr: addresses, size: sizes })],
    ["unmap", fc.record({ iova: addresses, size: sizes, unmapped_size: sizes })],
    ["dma_map_page", buffers],
    ["dma_unmap_page", buffers],
    ["mm_page_alloc", blocks],
    ["mm_page_free", blocks],
    ["block_rq_issue", requests],
    ["block_rq_complete", requests],
    ["kmalloc", allocations],
  ].map(([of, values]) =>
    fc.record({
      of: fc.constant(of as string),
      values: values as fc.Arbitrary<EventItem["values"]>,
    }),
  ),
);

test("a recording and its text tell the same, whatever its numbers are", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(records, { minLength: 1, maxLength: 12 }), async (items) => {
      const page = { at, items: items.map((item) => ({ ...item, delta: 1000 })) };
      const content = writtenDat({ buffers: [{ cpus: [[page]] }] });
      const path = join(freshFolder(), "trace.dat");
      writeFileSync(path, content);
      const lines = await linesOf("lines", path);
      const [recording, text] = [await outcome(content), await outcome(`${lines.join("\n")}\n`)];
      expect(recording).toEqual(text);
    }),
  );
});

/** The lines that a recording stands for. */
async function linesOf(what: "lines" | "signs", path: string): Promise<string[]> {
  const source = await Source.open(path, { strict: false, follow: null });
  const lines: string[] = [];
  for await (const some of traceDat[what]!(source)) lines.push(...some);
  await source.close();
  return lines;
}

/** The events, or why there are none, and what became of the records of each name. */
async function outcome(content: Buffer | string) {
  try {
    const { events, sources } = await importedText({ trace: content });
    const counts = sources[0]!.counts.map(({ name, read, kept }) => ({ name, read, kept }));
    return { events: events.map(({ event }) => event), counts };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { events: [], counts: [] };
  }
}

test("of the machine tell a function and a task once, and each buffer's handle", async () => {
  const allocations = [16, 16, 32, 16].map((call_site, i) => ({
    of: "kmalloc",
    values: { call_site, ptr: 0x1000 * i },
    pid: i === 3 ? 51 : 50,
  }));
  const mappings = [0x1000, 0x2000].map((dma_addr) => ({
    of: "dma_map_page",
    values: { device: "0000:00:04.0", dma_addr, phys_addr: dma_addr },
  }));
  const path = join(freshFolder(), "trace.dat");
  const items = [...allocations, ...mappings];
  writeFileSync(path, writtenDat({ buffers: [{ cpus: [[{ at, items }]] }] }));
  const lines = await linesOf("signs", path);
  expect(lines.join("\n").match(/(?<= ptr=0*| dma_addr=)(?:0|[1-9]\d*)\b/g)).toEqual([
    "0",
    "2000",
    "3000",
    "1000",
    "2000",
  ]);
});

test("a file that is gzipped as a whole is read as well", async () => {
  const content = gzipSync(writtenDat({ buffers: [one] }));
  expect((await told(content)).entries).toHaveLength(1);
});

describe("refused is", () => {
  const refusal = async (content: Buffer): Promise<string> => {
    const error: unknown = await imported(content).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    return (error as Error).message;
  };

  test.each([
    ["another version", { version: "8", buffers: [one] }, /version 8; 6 and 7 are read/],
    [
      "an absurd size of pages",
      { buffers: [{ ...one, toldSize: 2 ** 31 }] },
      /pages of 2147483648/,
    ],
    [
      "an unknown packing",
      { packing: "lzma", buffers: [one] },
      /packed by 'lzma'.*trace-cmd convert/,
    ],
  ] as const)("%s", async (_, recording, says) => {
    expect(await refusal(writtenDat(recording))).toMatch(says);
  });

  test("a recording that was never ended, with the command that makes it whole", async () => {
    const content = writtenDat({ buffers: [one] });
    content.writeBigUInt64LE(0n, content.indexOf("none") + 5 + 2);
    expect(await refusal(content)).toMatch(/never ended; `trace-cmd restore`/);
  });

  test("a part that says it unpacks to more than its bytes can hold", async () => {
    const content = writtenDat({ packing: "zlib", buffers: [one] });
    // The first section's two sizes stand behind its header.
    const begins = content.indexOf("zlib") + 4 + 3 + 8 + 16;
    content.writeUInt32LE(0xffffffff, begins + 4);
    expect(await refusal(content)).toMatch(/bytes are said to unpack to 4294967295/);
  });
});

test("a buffer without pages may tell no size of them", async () => {
  const empty = { name: "iov", toldSize: 0, cpus: [] };
  const content = writtenDat({ buffers: [one, empty] });
  expect((await told(content)).entries).toHaveLength(1);
});

test("a file that is refused half read is let go of", async () => {
  const behind = { at: 1n, items: [{ iova: 0x2000 }] };
  const content = writtenDat({ buffers: [{ ...one, cpus: [[...one.cpus[0]!, behind]] }] });
  const folder = freshFolder();
  const path = join(folder, "trace.dat");
  writeFileSync(path, content);
  await expect(importedFrom([path])).rejects.toThrow(/two boots/);
  const open = readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      // The one that the folder was read by.
      return false;
    }
  });
  expect(open).toEqual([]);
});

test("a page that says it holds more than it can is skipped and counted", async () => {
  const content = writtenDat({
    version: "6",
    buffers: [{ cpus: [[{ at, items: [] }], one.cpus[0]!] }],
  });
  const commit = content.indexOf(Buffer.from("00e40b5402000000", "hex")) + 8;
  content.writeUInt32LE(5000, commit);
  const { counts } = await told(content);
  expect(counts.find(({ name }) => name === "page")).toMatchObject({ skipped: 1 });
});

test("bytes that are changed anywhere give events or a refusal that says where, never anything else", async () => {
  const whole = [
    writtenDat({ version: "6", buffers: [one] }),
    writtenDat({ packing: "zlib", buffers: [one, { ...one, name: "iov" }] }),
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...whole),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
      fc.option(fc.nat()),
      async (content, changes, cut) => {
        const bytes = Buffer.from(content);
        for (const [where, value] of changes) bytes[10 + (where % (bytes.length - 10))] = value;
        const left = cut === null ? bytes : bytes.subarray(0, 10 + (cut % bytes.length));
        const error: unknown = await imported(left).then(
          () => null,
          (thrown) => thrown,
        );
        if (error !== null) expect(error).toBeInstanceOf(UserError);
      },
    ),
    { numRuns: 120 },
  );
});
