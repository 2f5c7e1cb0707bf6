// mmiotrace.test.ts - register accesses of real drivers, told by the kernel's mmiotrace.

import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { raw } from "../../../../src/address.ts";
import { registerName } from "../../../../src/event/register.ts";
import type { Event, KindName, Of, Recorded } from "../../../../src/event/vocabulary.ts";
import { mmiotrace } from "../../../../src/exchange/import/mmio/mmiotrace.ts";
import { capture } from "../../written.ts";
import { importedText } from "../captured.ts";
import { type Imported, importContent } from "../imported-stream.ts";

const of = <K extends KindName>(events: readonly Recorded[], kind: K): Of<K>[] =>
  events
    .map(({ event }) => event)
    .filter((event): event is Extract<Event, Of<K>> => event.kind === kind);

const HEAD = `VERSION 20070824
PCIDEV 0020 1b360010 a febc0004 0 0 0 0 0 0 4000 0 0 0 0 0 0 nvme
PCIDEV 0028 808610d3 a feb80000 feba0000 c041 febc4000 0 0 feb40000 20000 20000 20 4000 0 0 40000 
MAP 4.428314 1 0xfebc0000 0xffffc900005ae000 0x2000 0x0 0
`;
const tell = (lines: string, strict = false): Promise<Imported> =>
  importContent(mmiotrace, `${HEAD}${lines}`, { strict });
/** The column, and what is wrong there. */
const whyOf = async (line: string, keyword = line.split(" ")[0]!): Promise<string | null> => {
  const { counts } = await tell(`${line}\n`);
  const count = counts.get(keyword);
  expect(count?.skipped).toBe(1);
  return count!.why!.replace(/^.*capture:5:/, "");
};

describe.each([
  ["native", 3061, 2350, "0x8d16000", "0x8d17000"],
  ["xen-dom0", 2847, 2318, "0x206b0000", "0x206b1000"],
])("the capture of Linux 6.1, %s", (set, writes, reads, asq, acq) => {
  const heard = importContent(mmiotrace, capture(`linux-6.1.${set}/mmiotrace.txt.gz`), {
    strict: true,
  });

  test("is kept to the last line: every access is an event of its device", async () => {
    const { events, counts } = await heard;
    expect(of(events, "register.written")).toHaveLength(writes);
    expect(of(events, "register.read")).toHaveLength(reads);
    expect([...counts.values()].map(({ name, read }) => [name, read])).toEqual(
      expect.arrayContaining([
        ["W", writes],
        ["R", reads],
        ["MAP", 6],
        ["UNMAP", 1],
        ["MARK", 7],
      ]),
    );
    expect([...counts.values()].every(({ skipped, lost }) => skipped + lost === 0)).toBe(true);
    const devices = new Set(
      of(events, "register.written").map(({ register }) => registerName(register).slice(5, 17)),
    );
    expect([...devices]).toEqual(["0000:00:04.0", "0000:00:05.0", "0000:00:1f.2"]);
  });

  test("shows where the driver told the disk to look for its admin queues", async () => {
    const { events } = await heard;
    const queues = of(events, "register.written").filter(({ bus }) => bus != null);
    const first = (offset: string) => {
      const written = queues.find(({ register }) =>
        registerName(register).endsWith(`04.0+${offset}`),
      );
      return `0x${raw(written!.bus!).toString(16)}`;
    };
    expect([first("0x28"), first("0x30")]).toEqual([asq, acq]);
  });

  test("has the ops and phases that its markers name", async () => {
    const { events } = await heard;
    expect(of(events, "op.began").map(({ name, arguments: args }) => [name, args])).toEqual([
      ["nvme", { 0: "read", 1: "64k", 2: "x", 3: "4" }],
      ["ping", {}],
      ["ahci", { 0: "read", 1: "64k", 2: "x", 3: "4" }],
    ]);
    expect(of(events, "message.logged").map(({ text }) => text)).toContain("PHASE modprobe e1000e");
  });
});

describe("a record", () => {
  test("of a mapping is one event however long, ended by its end", async () => {
    const { events } = await tell("UNMAP 5.000000 1 0x0 0\n");
    const pages = of(events, "table.remapped");
    expect(
      pages.map(({ function: caller, virt, bus, size }) => [
        caller,
        raw(virt),
        bus && raw(bus),
        size,
      ]),
    ).toEqual([
      ["ioremap", 0x4900005ae000, 0xfebc0000, 0x2000],
      ["iounmap", 0x4900005ae000, undefined, 0x2000],
    ]);
  });

  test("carries its time, its width and all 64 bits of a value", async () => {
    const { events } = await tell("W 8 4.474166 1 0xfebc1000 0xfff0000000000001 0x0 0\n");
    const { seq, op, event } = events.at(-1)!;
    expect([seq, op]).toEqual([2, -1]);
    expect(event).toMatchObject({ at: 4474166000, size: 8, word: 1, high: 0xfff });
  });

  test("of an address in two halves fills the bus column with what the device then holds", async () => {
    const { events } = await tell(
      "W 4 4.5 1 0xfebc0028 0x8d16000 0x0 0\nW 4 4.5 1 0xfebc002c 0x1 0x0 0\n" +
        "W 8 4.5 1 0xfebc0030 0x18d17000 0x0 0\nW 4 4.5 1 0xfebc0014 0x460060 0x0 0\n",
    );
    const buses = of(events, "register.written").map(({ bus }) => bus && raw(bus));
    expect(buses).toEqual([0x8d16000, 0x108d16000, 0x18d17000, undefined]);
  });

  test("of another BAR counts on behind the ones before it", async () => {
    const { events } = await tell(
      "MAP 4.5 2 0xfeba0000 0xffffc90000700000 0x1000 0x0 0\nR 4 4.5 2 0xfeba0010 0x7 0x0 0\n",
    );
    expect(registerName(of(events, "register.read")[0]!.register)).toBe(
      "mmio:0000:00:05.0+0x20010",
    );
  });

  test("of lost records puts in doubt what was known before it", async () => {
    const { events, counts } = await tell("MARK 0.000000 Lost 17 events.\n");
    expect(counts.get("MARK")).toMatchObject({ kept: 1, lost: 17 });
    expect(events.at(-1)!.event).toMatchObject({ kind: "events.lost", count: 17 });
    expect(events.at(-1)!.event.at ?? null).toBeNull();
  });

  test("that mmiotrace could not decode is a gap as well", async () => {
    const { events } = await tell("UNKNOWN 4.474166 1 0xfebc0028 0f,c7,08 0x0 0\n");
    expect(events.at(-1)!.event).toMatchObject({ kind: "events.lost", count: 1 });
  });
});

describe("a register", () => {
  const registers = async (lines: string) =>
    of((await tell(lines)).events, "register.read").map(({ register }) => registerName(register));

  test("more than a megabyte into its device has a number as any other", async () => {
    const found = await registers(
      "PCIDEV 0700 10de1234 1b d0000000 c000000c 0 0 0 0 0 1000000 10000000 0 0 0 0 0 drv\n" +
        "MAP 4.5 2 0xd0000000 0xffffc90001000000 0x1000000 0x0 0\n" +
        "MAP 4.5 3 0xc0000000 0xffffc90010000000 0x10000000 0x0 0\n" +
        "R 4 4.5 2 0xd00ffffc 0x1 0x0 0\nR 4 4.5 2 0xd0400100 0x2 0x0 0\nR 4 4.5 3 0xcffffffc 0x2 0x0 0\n",
    );
    expect(found).toEqual([
      "mmio:0000:07:00.0+0xffffc",
      "mmio:0000:07:00.0+0x400100",
      "mmio:0000:07:00.0+0x10fffffc",
    ]);
  });

  test("of a device that no line lists is named by its address", async () => {
    const found = await registers(
      "MAP 4.5 7 0xd0000000 0xffffc90001000000 0x1000 0x0 0\nR 4 4.5 7 0xd0000ffc 0x1 0x0 0\n",
    );
    expect(found).toEqual(["mmio:0xd0000ffc"]);
  });
});

describe("a log", () => {
  const recognised = (text: string) => mmiotrace.recognises(Buffer.from(text));

  test.each([
    ["of trace_pipe", HEAD],
    ["of cat trace", "# tracer: mmiotrace\n#\nMARK 9.437533 bind nvme\n"],
    ["without a header", "R 4 9.451652 4 0xfebc001c 0x9 0x0 0\n"],
    [
      "that begins with what could not be decoded",
      "UNKNOWN 9.437533 4 0xfebc001c 0x48,0x8b,0x00 0x0 0\n",
    ],
    ["that begins with a mapping", "MAP 9.440614 4 0xfebc0000 0xffffcee8c061a000 0x2000 0x0 0\n"],
  ])("%s is known", (_, text) => {
    expect(recognised(text)).toBe(true);
  });

  test("of another tracer is none", () => {
    expect(recognised("# tracer: nop\n#\n")).toBe(false);
  });

  test("tells a loss twice, by ftrace and by mmiotrace, and it counts once", async () => {
    const { events, counts } = await tell(
      "CPU:0 [LOST 17 EVENTS]\nMARK 0.000000 Lost 17 events.\nMARK 0.000000 Lost 3 events.\n",
    );
    expect(counts.get("MARK")).toMatchObject({ lost: 20 });
    expect(of(events, "events.lost").map(({ count }) => count)).toEqual([17, 3]);
  });
});

test.each([
  ["W 4 4.5 9 0xfebc0028 0x1 0x0 0", "9: no MAP of id 9 is in force"],
  ["UNMAP 4.5 9 0x0 0", "11: no MAP of id 9 is in force"],
  ["W 3 4.5 1 0xfebc0028 0x1 0x0 0", "3: an access of 3 bytes; only 1, 2, 4 and 8 are"],
  ["W -4 4.5 1 0xfebc0028 0x1 0x0 0", "3: an access of -4 bytes; only 1, 2, 4 and 8 are"],
  ["R 4 4.5 1 0xfebc2000 0x1 0x0 0", "11: 0xfebc2000 lies outside what MAP 1 maps"],
  ["R 4 4.5 1 0xfebc0000 one 0x0 0", "22: an address, length or value is no hexadecimal number"],
  ["R 4 4.5 1", "11: an address, length or value is no hexadecimal number"],
  ["MAP 4.5 2 0xfebc0000 0xffffc90000000000 0x0 0x0 0", "41: 0x0 bytes are mapped: none"],
  [
    "MAP 4.5 2 0xffffffff00000 0xffffc90000000000 0x7fffffffff 0x0 0",
    "11: 0xffffffff00000 is above the highest bus address",
  ],
  [
    "MAP 4.5 2 0xfffffffffffff000 0xffffc90000000000 0x1000 0x0 0",
    "11: 0xfffffffffffff000 is above the highest bus address",
  ],
  ["PCIDEV 0020 1b360010 a febc0004", "8: not a device, its interrupt, 7 bases, 7 lengths"],
  ["VERSION 20080101", "9: version 20080101; only 20070824 is known"],
])("the line '%s' is skipped, counted and explained", async (line, why) => {
  expect(await whyOf(line)).toBe(why);
});

test("what is no record at all is counted as a line, and is an error where nothing may be skipped", async () => {
  expect(await whyOf("hello world", "line")).toBe("1: begins with no keyword of mmiotrace");
  await expect(tell("hello world\n", true)).rejects.toThrow(
    /capture:5:1: line: begins with no keyword/,
  );
});

test("a file that ends inside its last line loses that line and says so", async () => {
  const whole = gunzipSync(capture("linux-6.1.native/mmiotrace.txt.gz"));
  const { counts } = await importContent(mmiotrace, whole.subarray(0, 20_010));
  expect(counts.get("line")).toMatchObject({ skipped: 1 });
  expect(counts.get("line")!.why).toMatch(/the file ends inside its last line$/);
});

test("a log that lists devices alone is refused: a trace of it would look as if all were well", async () => {
  const content = HEAD.replace(/^MAP.*\n/m, "");
  await expect(importedText({ "mmio.txt": content })).rejects.toThrow(
    /taken for mmiotrace, .* not a line of 3 became an event/,
  );
});
