// disk.test.ts - requests to a disk: which pages become one segment, and what is past its end.

import { describe, expect, test } from "vitest";
import { xenI386 } from "../../src/platform/xen-i386.ts";
import { bareRun } from "../driver-run.ts";

const buffer = (pages: number) => ({ op: "buffer", buffer: 0, pages });
const read = (block: number) => ({ op: "disk_read", buffer: 0, block });
const write = (block: number) => ({ op: "disk_write", buffer: 0, block });
const cpu = (op: "cpu_write" | "cpu_read") => ({ op, buffer: 0 });

describe("four pages in a row", () => {
  const ops = [buffer(4), cpu("cpu_write"), write(0), read(0), cpu("cpu_read")];

  test("are one segment on a PC", () => {
    const told = bareRun("native-i386 gart", {}, ...ops);
    expect(told.result(2)).toMatchObject({ ret: 0, segments: 1 });
    expect(told.of(2, "bio.merged")).toHaveLength(3);
    expect(told.of(2, "descriptor.written").map(({ size }) => size)).toEqual([0x4000]);
  });

  test("are four under Xen, where their frames lie apart", () => {
    const told = bareRun("xen-i386 gart", {}, ...ops);
    expect(told.result(2)).toMatchObject({ ret: 0, segments: 4 });
    expect(told.of(2, "bio.split")).toHaveLength(3);
    expect(told.result(4)).toEqual({ ret: 0, wrong_pages: 0 });
  });

  test("merged by pfn under Xen lose three of them to the frames behind the first", () => {
    const platform = { ...xenI386, dma: { ...xenI386.dma, mergeable: "phys" } as const };
    const told = bareRun("xen-i386 gart", { platform }, ...ops);
    expect(told.result(2)).toMatchObject({ ret: 0, segments: 1 });
    const writes = told.of(3, "device.wrote");
    const start = Number(writes[0]!.machine);
    expect(writes.map(({ reached }) => Number(reached) - start)).toEqual([0, 4096, 8192, 12288]);
    expect(writes.filter(({ machine, reached }) => machine !== reached)).toHaveLength(3);
  });
});

test("a segment has 64 KB at most", () => {
  const told = bareRun("native-i386 gart", {}, buffer(32), read(0));
  const sizes = told.of(1, "descriptor.written").map(({ size }) => size);
  expect(sizes).toEqual([0x10000, 0x10000]);
});

describe("the end of the disk", () => {
  test("is its last block", () => {
    expect(bareRun("native-i386 gart", {}, buffer(2), read(8190)).ret(1)).toBe(0);
  });

  test("is -EIO to go past, with the kernel's words, and nothing is asked of the disk", () => {
    const told = bareRun("native-i386 gart", {}, buffer(2), write(8191));
    expect(told.ret(1)).toBe(-5);
    expect(told.events(1).map((event) => event.kind === "message.logged" && event.text)).toEqual([
      "attempt to access beyond end of device",
      "hda: rw=1, want=65544, limit=65536",
    ]);
  });
});

test("a disk keeps what was written, block by block", () => {
  const other = { op: "buffer", buffer: 1, pages: 1 };
  const ops = [buffer(2), cpu("cpu_write"), write(10), other];
  const told = bareRun("native-i386 gart", {}, ...ops, { op: "disk_read", buffer: 1, block: 11 });
  const [, second] = told.of(1, "cpu.wrote");
  expect(told.of(4, "device.wrote").map(({ tag }) => tag)).toEqual([second!.tag]);
});
