// refused.test.ts - lines that cannot be used are counted with their place, and files that cannot are refused.

import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../../src/fault.ts";
import { importedText } from "../captured.ts";
import { pageOf } from "./written-dat.ts";

const HEADER = "# tracer: nop\n#\n";
const line = (event: string): string => `          dd-183      [000] d..1.     6.000001: ${event}`;
const DEVICE = "0000:00:04.0";

/** A line of which an event is made: a file without one is refused. */
const MARK = line("tracing_mark_write: PHASE x").replace(" 6.", " 7.");

/** What one line tells, and what became of it. */
async function told(text: string): Promise<{ events: readonly unknown[]; skipped: string[] }> {
  const content = `${HEADER}${text}\n${MARK}\n`;
  const { events: all, sources } = await importedText({ "ftrace.txt": content });
  const events = all.filter(({ event }) => event.kind !== "message.logged");
  const skipped = sources[0]!.counts.flatMap(({ name, why, skipped }) =>
    skipped > 0 ? [`${name}: ${why!.replace(/^.*ftrace.txt:/, "")}`] : [],
  );
  return { events, skipped };
}

describe("a line that cannot be used is skipped and says why:", () => {
  const map = (fields: string) => line(`dma_map_page: ${DEVICE} dir=TO_DEVICE ${fields} attrs=`);
  // The third is what the column that is named points at.
  test.each([
    [
      "an address of memory with its top bit set",
      map("dma_addr=1000 size=4096 phys_addr=8000000000001000"),
      "8000000000001000",
      "above 2^52",
    ],
    ["a negative size", map("dma_addr=1000 size=-4096 phys_addr=1000"), "-4096", "is no size"],
    [
      "an absurd size",
      map("dma_addr=1000 size=99999999999999 phys_addr=1000"),
      "99999999999999",
      "more than any buffer",
    ],
    ["a missing field", map("size=4096 phys_addr=1000"), DEVICE, "no field 'dma_addr'"],
    [
      "one bad number of a list",
      line(
        `dma_map_sg: ${DEVICE} dir=TO_DEVICE dma_addrs={0x1000,0x2x} sizes={0x1,0x1} phys_addrs={0x1,0x2} attrs=`,
      ),
      "0x2x",
      "is no address",
    ],
    [
      "no direction",
      line(`dma_map_page: ${DEVICE} dir=SIDEWAYS dma_addr=1000 size=1 phys_addr=1`),
      "SIDEWAYS",
      "no direction",
    ],
    [
      "a direction that every object knows",
      line(`dma_map_page: ${DEVICE} dir=constructor dma_addr=1000 size=1 phys_addr=1`),
      "constructor",
      "no direction",
    ],
    [
      "an absurd order",
      line("mm_page_alloc: page=ffffea0000186b00 pfn=0x61ac order=60"),
      "page=",
      "no order",
    ],
    ["an IOVA range cut short", line("map: IOMMU: iova=0x00000000"), "IOMMU", "no range of IOVAs"],
    [
      "an event of another part of the kernel",
      line("sched_switch: prev_comm=x"),
      "sched_switch",
      "no importer knows",
    ],
    ["no record at all", "what?", "what?", "not a record of ftrace"],
  ])("%s", async (_, bad, there, why) => {
    const { events, skipped } = await told(bad);
    expect(events).toEqual([]);
    expect(skipped).toEqual([expect.stringContaining(`3:${bad.indexOf(there) + 1}: `)]);
    expect(skipped[0]).toContain(why);
    const content = { "ftrace.txt": `${HEADER}${bad}\n` };
    const error: unknown = await importedText(content, { strict: true }).catch((thrown) => thrown);
    expect(String(error)).toContain(`ftrace.txt:3:${bad.indexOf(there) + 1}: `);
  });

  test("a last line that was cut", async () => {
    const { events, sources } = await importedText({
      "ftrace.txt": `${HEADER}${MARK}\n${map("dma_addr=1000 size=4096 phys_addr=1000").slice(0, -9)}`,
    });
    expect(events).toHaveLength(1);
    const cut = sources[0]!.counts.find(({ name }) => name === "line");
    expect(cut!.why).toMatch(/ends inside its last line$/);
  });
});

test.each([
  [
    "whose last field is there",
    " dd-1 [000] ..... 8.000000: dma_unmap_page: 0000:00:04.0 dir=TO_DEVICE dma_addr=1000 size=4096 attrs=",
  ],
  [
    "whose sum is right",
    " dd-1 [000] ..... 8.000000: map: IOMMU: iova=0x1000 - 0x2000 paddr=0x3000 size=4096",
  ],
])("a last line that nothing ends is kept %s", async (_, last) => {
  const { events } = await importedText({ "ftrace.txt": `${HEADER}${MARK}\n${last}` });
  expect(events).toHaveLength(2);
});

test("a single line that nothing ends is a file", async () => {
  const { events } = await importedText({ "ftrace.txt": MARK });
  expect(events).toHaveLength(1);
});

describe("refused, with file and line, is", () => {
  const refusal = async (content: string | Buffer): Promise<string> => {
    const error: unknown = await importedText({ "ftrace.txt": content }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    return (error as Error).message.replace(/^.*?ftrace.txt/, "FILE");
  };
  const one = line("mm_page_free: page=ffffea00000af740 pfn=0x2bdd order=0");

  test("a file of two boots", async () => {
    const early = one.replace(/ 6\./, " 2.");
    expect(await refusal(`${HEADER}${one}\n${early}\n`)).toMatch(
      /^FILE:4: time goes back from 6\.\d+ s to 2\.\d+ s: there are two boots/,
    );
    expect(await refusal(`${HEADER}${one}\n${HEADER}`)).toMatch(/^FILE:4: a second trace begins/);
  });

  test.each([
    [
      "a kernel's log",
      "dmesg.txt",
      "[    7.000000] b\n[    0.000000] a\n[    0.004000] c\n",
      "2: time goes back from 7.000000 s to 0.000000 s",
    ],
    [
      "registers",
      "mmiotrace.txt",
      "VERSION 20070824\nMARK 9.000000 a\nVERSION 20070824\nMARK 4.000000 b\n",
      "4: time goes back from 9.000000 s to 4.000000 s",
    ],
    ["a device's log", "qemu.log", "1@9.5:dma_blk_io a\n1@7.5:dma_blk_io b\n", "2: time goes back"],
  ])("%s of two boots", async (_, name, content, complaint) => {
    const files = { "ftrace.txt": `${HEADER}${one}\n`, [name]: content };
    const error: unknown = await importedText(files).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toContain(`${name}:${complaint}`);
  });

  test("a file of which no line became an event, with the first that did not and the command that makes one", async () => {
    expect(await refusal(`${HEADER}${line("sched_switch: prev_comm=x")}\n`)).toMatch(
      /^FILE: taken for ftrace, .* not a line of 3 became an event \(the first: .*ftrace.txt:3:49: no importer knows this event\); such a file is made by: cat .*trace-cmd report/,
    );
    expect(await refusal(HEADER)).toMatch(/it has a header alone/);
  });

  test.each([
    ["159 0 35425771429 type: 1336", "no event is named: switch off raw, hex and bin"],
    ["map: IOMMU: iova=0x1000 - 0x2000 paddr=0x1000 size=4096", "switch on context-info"],
    [line("mydma: (dma_map_page_attrs+0x4/0x50) dev=0xffff8ae5010a00d0"), "--probes FILE says"],
    [line("mydmar: (prep+0x537/0xac0 [nvme] <- dma_map_page_attrs) ret=0x1000"), "--probes FILE"],
    [line("mydma: (ffffffffa0673134) dev=0xffff8ae5010a00d0"), "--probes FILE says"],
  ])(
    "a file of events that lack what would tell them, with what gives it: %s",
    async (text, how) => {
      expect(await refusal(`${HEADER}${text}\n`)).toContain(how);
    },
  );

  test("what perf says it lost samples of, where it does not say between which", async () => {
    const warning = "Processed 2974 events and lost 65 chunks!";
    const head = "dd   183 [000]     6.000001: ";
    const event = `${head}dma:dma_map_page: ${DEVICE} dir=TO_DEVICE dma_addr=2000 size=4096 phys_addr=2000 attrs=`;
    expect(await refusal(`${event}\n${warning}\n`)).toMatch(/^FILE:2: .*--show-lost-events/);
    const placed = `${event}\n${head}PERF_RECORD_LOST lost 65\n${warning}\n`;
    const { events } = await importedText({ "perf.txt": placed });
    expect(events).toHaveLength(2);
  });

  // An allocation that failed, as kernels, libtraceevent and perf print it, and field by field.
  test.each([
    "page=0000000000000000 pfn=0x0",
    "page=00000000 pfn=0",
    "page=          (null) pfn=0",
    "page=(nil) pfn=0x0",
    "[FAILED TO PARSE] pfn=0xffffffffffffffff",
    "pfn=18446744073709551615",
  ])("a file of which every line is of nothing that was done: %s", async (page) => {
    const text = line(`mm_page_alloc: ${page} order=0 migratetype=0 gfp_flags=GFP_KERNEL`);
    expect(await refusal(`${HEADER}${text}\n`)).toMatch(
      /not a line of 3 became an event \(what it has tells of nothing that was done\)/,
    );
  });

  test.each([
    ["PERFILE2\0\0", /^FILE:1: a recording of perf; print it with `perf script -i .*ftrace.txt > /],
    ["LPKSHHRH", /^FILE:1: a journal as systemd keeps it; .*journalctl --file/],
    [
      "BZh91AY",
      /^FILE:1: packed by bzip2; .*zstd and tar are opened; unpack it: `bunzip2 .*ftrace.txt`/,
    ],
    ["PK\x03\x04", /^FILE:1: packed by zip; .*`unzip /],
    ["SQLite format 3\0", /^FILE:1: a trace of gartrace.*gartrace info/],
  ])("what another command has to read first: %j", async (content, says) => {
    expect(await refusal(Buffer.from(content))).toMatch(says);
  });

  test("pages of a ring buffer alone, with how to make of them what is read", async () => {
    const page = pageOf(
      { at: 76_364_347_370n, items: [{ iova: 0x1000 }, { iova: 0x2000 }] },
      4096,
      false,
    );
    expect(await refusal(page)).toMatch(/^FILE:1: pages of a kernel's .*trace-cmd restore -o /);
    page.writeUInt8(page.readUInt8(8) + 4, 8);
    expect(await refusal(page)).toMatch(/^FILE:1: of no format .* it is binary/);
  });

  test("UTF-16, with a mark of its order or without", async () => {
    const little = Buffer.from(HEADER.padEnd(40), "utf16le");
    const mark = Buffer.from("\ufeff", "utf16le");
    expect(await refusal(Buffer.concat([mark, little]))).toMatch(
      /: text in UTF-16; .*iconv -f UTF-16 /,
    );
    expect(await refusal(little)).toMatch(
      /: text in UTF-16 without a mark .*iconv -f UTF-16LE -t UTF-8 /,
    );
    expect(await refusal(Buffer.from(little).swap16())).toMatch(/iconv -f UTF-16BE -t UTF-8 /);
  });

  test("lines that end in a carriage return alone, which would all be one", async () => {
    expect(await refusal(`${HEADER}${MARK}\n`.replaceAll("\n", "\r"))).toMatch(
      /^FILE:1: text whose lines end in a carriage return alone; .*`tr /,
    );
  });

  test("a text of no format, with its first line and the nearest format", async () => {
    expect(await refusal("something about pci_nvme_map_addr\n")).toMatch(
      /^FILE:1: of no format .* it begins with "something about pci_nvme_map_addr"; looked for .*ftrace; nearest is qemu-log, .*--trace/,
    );
    expect(await refusal("hello\n")).toMatch(
      /begins with "hello".*; leave it out, or .*gartrace list formats/,
    );
  });

  // "iommu" is a word of kernel logs as well.
  test.each([
    "     0.000 (         ): dd/240 iommu:map(iova: 4294443008, paddr: 102899712, size: 4096)",
    "   18.876960: iommu:map: IOMMU: iova=0x00000000fff80000 - 0x00000000fff81000 size=4096",
    "dma_map_page: 0000:00:04.0 dir=TO_DEVICE dma_addr=1000 size=64 phys_addr=1000 attrs=",
  ])("the text of events that lacks what a record has: '%s'", async (text) => {
    expect(await refusal(`${text}\n`)).toMatch(/nearest is ftrace, .*perf script/);
  });

  test("what is empty, binary or cut", async () => {
    expect(await refusal("")).toMatch(/is empty: there is nothing to import$/);
    expect(await refusal(Buffer.from([0, 1, 2, 3, 255, 254]))).toMatch(/^FILE:1: of no format/);
    const whole = gzipSync(`${HEADER}${`${one}\n`.repeat(50_000)}`);
    expect(await refusal(whole.subarray(0, 600))).toMatch(/^FILE:\d+: the gzip file is cut short/);
  });
});
