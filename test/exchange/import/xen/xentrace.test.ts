// xentrace.test.ts - what Xen's trace buffers tell, against what xenalyze prints of the same file.

import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { machine, pfn, phys, raw } from "../../../../src/address.ts";
import type { Event, Recorded } from "../../../../src/event/vocabulary.ts";
import { xentrace } from "../../../../src/exchange/import/xen/xentrace.ts";
import { capture } from "../../written.ts";
import { importContent } from "../imported-stream.ts";

const packed = capture("linux-6.1.xen-dom0/xentrace.bin.gz");
const whole = gunzipSync(packed);

const callsOf = (events: readonly Recorded[], place?: string) => {
  const counts: { [call: string]: number } = {};
  for (const { event } of events)
    if (event.kind === "hypercall.made" && event.place === place)
      counts[event.call] = (counts[event.call] ?? 0) + 1;
  return counts;
};

describe("the capture of Linux 6.1 as dom0", () => {
  const heard = importContent(xentrace, packed);

  test("has the hypercalls that xenalyze counts, those in multicalls apart", async () => {
    const { events, counts } = await heard;
    expect(callsOf(events)).toEqual({
      iret: 1309,
      set_segment_base: 821,
      mmu_update: 750,
      vcpu_op: 597,
      stack_switch: 339,
      sched_op: 247,
      mmuext_op: 40,
      xen_version: 27,
      physdev_op: 8,
      multicall: 7,
      update_va_mapping: 2,
      sysctl: 1,
    });
    expect(callsOf(events, "multicall")).toEqual({ update_va_mapping: 51, mmuext_op: 26 });
    expect(counts.get("PV_HYPERCALL_V2")).toMatchObject({ read: 4148, kept: 4148 });
    expect(counts.get("PV_HYPERCALL_SUBCALL")).toMatchObject({ read: 77, kept: 77 });
  });

  test("has the page-table writes that Xen did for the kernel, with the machine frames in them", async () => {
    const { events, counts } = await heard;
    expect(counts.get("PV_PTWR_EMULATION")).toMatchObject({ read: 46, kept: 46 });
    const written = events.filter(({ event }) => event.kind === "pte.written");
    expect(written).toHaveLength(46);
    // xenalyze: ptwr l1e 80000000329dd965 eip ffffffff812d12c5 addr ffff88800668ef10
    expect(written[0]!.event).toMatchObject({
      entry: 0x8800668ef10 / 8,
      word: 0x329dd965,
      high: 0x800,
      bus: 0x329dd000,
      reached: 0x329dd000,
    });
    // xenalyze shows 24 entries that name nothing.
    const empty = written.filter(({ event }) => "word" in event && event.word === 0);
    expect(empty.length).toBe(24);
    expect(empty.every(({ event }) => !("bus" in event))).toBe(true);
  });

  test("says of every record what became of it, windows and padding included", async () => {
    const { counts } = await heard;
    const all = [...counts.values()];
    expect(all.reduce((sum, { read }) => sum + read, 0)).toBe(12562);
    expect(counts.get("CPU_CHANGE")).toMatchObject({ kept: 99 });
    expect(counts.get("WRAP_BUFFER")).toMatchObject({ kept: 2 });
    expect(counts.get("PV_TRAP")).toMatchObject({ skipped: 496, kept: 0 });
  });
});

const words = (...values: number[]) => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeUInt32LE(value >>> 0, i * 4);
  return bytes;
};
/** A record with a time stamp. */
const record = (event: number, ...extra: number[]): Buffer =>
  words(2 ** 31 + extra.length * 2 ** 28 + event, 1, 0, ...extra);
const window = (size: number) => words(0x2001f003, 0, size);
const windowOf = (...records: Buffer[]) => {
  const bytes = Buffer.concat(records);
  return Buffer.concat([window(bytes.length), bytes]);
};
const iret = record(0x20100d, 23);

describe("a record", () => {
  const p2mSet = (page: number, frame: number): Event => ({
    kind: "p2m.set",
    actor: "kernel",
    page: pfn(page),
    phys: phys(page * 4096),
    machine: machine(frame * 4096),
  });

  test("of a hypercall keeps the arguments that it has", async () => {
    // A0 and A2 are there, the second with 64 bits.
    const bytes = windowOf(record(0x20100d, 20 + 2 ** 20 + 2 * 2 ** 24, 5, 1, 2));
    const { events } = await importContent(xentrace, bytes, { strict: true });
    expect(events[0]!.event).toMatchObject({
      call: "grant_table_op",
      text: "a0=0x5 a2=0x200000001",
    });
  });

  test("of a page-table write names the page, where the trace knows whose frame it is", async () => {
    const bytes = windowOf(record(0x20110b, 0x329dd967, 0, 0x668ef10, 0xffff8880, 0, 0));
    const { events } = await importContent(xentrace, bytes, {
      strict: true,
      before: [p2mSet(0x29dd, 0x329dd)],
    });
    const { event } = events.at(-1)!;
    expect(event).toMatchObject({ phys: 0x29dd000, machine: 0x329dd000, reached: 0x329dd000 });
  });

  test("of memory changes the P2M of this domain, and of no other", async () => {
    const bytes = windowOf(
      record(0x10f004, 0x100, 0, 0x900, 0, 0, 1 * 2 ** 16),
      record(0x10f004, 0x200, 0, 0x901, 0, 0, 3),
      record(0x10f005, 0x29dd, 0, 0, 0),
      record(0x10f005, 0x5000, 0, 0, 0),
    );
    const { events, counts } = await importContent(xentrace, bytes, {
      before: [p2mSet(0x29dd, 0x329dd)],
    });
    expect(
      events.slice(1).map(({ event }) => "phys" in event && [event.kind, raw(event.phys!) / 4096]),
    ).toEqual([
      ["p2m.set", 0x100],
      ["p2m.set", 0x101],
      ["p2m.cleared", 0x29dd],
    ]);
    expect(counts.get("SET_P2M_ENTRY")).toMatchObject({ kept: 1, skipped: 1 });
    expect(counts.get("SET_P2M_ENTRY")!.why).toMatch(
      /of domain 3, whose memory is not this trace's/,
    );
  });

  test("of lost records puts in doubt what was known before it", async () => {
    const { events, counts } = await importContent(
      xentrace,
      windowOf(record(0x1f001, 99, 0, 1, 0), iret),
    );
    expect(counts.get("LOST_RECORDS")).toMatchObject({ kept: 1, lost: 99 });
    expect(events[0]!.event).toMatchObject({ kind: "events.lost", count: 99 });
    expect(events).toHaveLength(2);
  });

  test.each([
    ["an absurd order", record(0x10f005, 0x100, 0, 0, 40), /2\^40 pages at once/],
    ["a hypercall of no name", record(0x20100d, 4000), /hypercall 4000 has no name/],
    ["too few words", record(0x20100d), /too few words/],
    ["a grant", record(0x10f001, 1), /no event of a trace says this/],
  ])("with %s is skipped, counted and explained", async (_, bytes, why) => {
    const { events, counts } = await importContent(xentrace, windowOf(bytes, iret));
    expect(events).toHaveLength(1);
    expect([...counts.values()].find(({ skipped }) => skipped > 0)!.why).toMatch(why);
    await expect(importContent(xentrace, windowOf(bytes), { strict: true })).rejects.toThrow(why);
  });
});

describe("a window", () => {
  const wrong = async (...parts: Buffer[]) => {
    const { events, counts } = await importContent(xentrace, Buffer.concat(parts));
    return { calls: events.length, why: counts.get("window")?.why?.replace(/^.*capture:/, "") };
  };

  test("that says it is longer than it is ends where the next begins", async () => {
    expect(await wrong(window(400), iret, windowOf(iret))).toEqual({
      calls: 2,
      why: "3: the window ends 384 bytes before it says it does (byte 28)",
    });
  });

  test("that says it is shorter than it is, is read to its end", async () => {
    expect(await wrong(window(16), iret, iret, iret, windowOf(iret))).toEqual({
      calls: 4,
      why: "3: the window holds more bytes than it says; they are read all the same (byte 28)",
    });
  });

  test("with garbage is left for the next window, and the garbage counted", async () => {
    const garbage = Buffer.from("this is not a trace of Xen!!");
    expect(await wrong(windowOf(iret, garbage), windowOf(iret))).toEqual({
      calls: 2,
      why: "3: 28 bytes before this are no records (byte 56)",
    });
  });

  test("that the file ends in is told as far as it goes", async () => {
    expect(await wrong(window(32), iret)).toEqual({
      calls: 1,
      why: "3: the file ends 16 bytes before its last window does (byte 28)",
    });
    expect(await wrong(window(32), iret, iret.subarray(0, 10))).toEqual({
      calls: 1,
      why: "3: 10 bytes before this are no records (byte 38)",
    });
  });
});

test("a capture cut anywhere is told up to the cut, however its chunks fall", async () => {
  const { events } = await importContent(xentrace, whole);
  for (const end of [13, 4099, 65537, 131_141]) {
    const { events: cut } = await importContent(xentrace, whole.subarray(0, end));
    expect(cut.map(({ event }) => event)).toEqual(
      events.slice(0, cut.length).map(({ event }) => event),
    );
    expect(cut.length).toBeLessThan(events.length);
  }
});
