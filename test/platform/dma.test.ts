// dma.test.ts - what each platform gives a PCI device for a buffer, and what the device gets to with it.

import { describe, expect, test } from "vitest";
import { u3 } from "../../src/chipset/u3.ts";
import { ppc64G5 } from "../../src/platform/ppc64-g5.ts";
import { varied } from "../../src/platform/variant.ts";
import { xenI386, xenI386swiotlb } from "../../src/platform/xen-i386.ts";
import { bareRun } from "../driver-run.ts";

const buffer = (pages: number, kind = "pages") => ({ op: "buffer", buffer: 0, pages, kind });
const map = (other: object = {}) => ({
  op: "dma_map",
  buffer: 0,
  direction: "from-device",
  ...other,
});
const doing = (op: string) => ({ op, buffer: 0 });
const G5 = { chipset: u3, platform: varied(ppc64G5, { layout: "dart" }) };

describe("dma_map_single", () => {
  test("gives the physical address on a PC and the machine address under Xen", () => {
    for (const words of ["native-i386 gart", "xen-i386 gart"]) {
      const told = bareRun(words, {}, buffer(1), map());
      const [mapped] = told.of(1, "dma.mapped");
      expect(mapped?.bus).toEqual(mapped?.machine);
      expect(told.result(1)).toMatchObject({ ret: 0, segments: 1 });
    }
  });

  test("makes entries of the DART for all pages at once and flushes it once", () => {
    const told = bareRun("ppc64-g5 gart", G5, buffer(3), map(), doing("dma_unmap"));
    expect(told.of(1, "iommu.mapped")).toMatchObject([{ page: 0, size: 0x3000 }]);
    expect(told.of(1, "tlb.flushed")).toHaveLength(1);
    expect(told.result(1).handles).toEqual(["0x0"]);
    expect(told.of(2, "iommu.unmapped")).toMatchObject([{ page: 0, size: 0x3000 }]);
    expect(told.of(2, "tlb.flushed")).toEqual([]);
  });

  test("of no bytes gives the address, or none behind an IOMMU", () => {
    const ret = (words: string, other: object) =>
      bareRun(words, other, buffer(1), map({ bytes: 0 })).ret(1);
    expect(ret("native-i386 gart", {})).toBe(0);
    expect(ret("xen-i386 gart", {})).toBe(0);
    expect(ret("xen-i386-swiotlb gart", {})).toBe(0);
    expect(ret("ppc64-g5 gart", G5)).toBe("dma_mapping_error");
  });
});

test("more bytes than the buffer has are not mapped", () => {
  const told = bareRun("xen-i386-swiotlb gart", {}, buffer(1), map({ bytes: 4097 }));
  expect(told.result(1)).toEqual({ ret: -22, note: "has fewer bytes" });
});

describe("a device of few address lines", () => {
  const ops = [{ op: "device", device: 0, lines: 30 }, buffer(1), map(), doing("dma_write")];
  const rest = [doing("dma_unmap"), doing("cpu_read")];

  test("of 30 writes elsewhere under the Xen of March 2005, which looks at no mask", () => {
    const told = bareRun("xen-i386 gart", {}, ...ops, ...rest);
    const [wrote] = told.of(3, "device.wrote");
    expect(Number(wrote!.reached)).toBe(Number(wrote!.machine) % 2 ** 30);
    expect(told.result(5)).toEqual({ ret: 0, wrong_pages: 1 });
  });

  test("of 30 is bounced by a swiotlb, which lies low enough for it", () => {
    const told = bareRun("xen-i386-swiotlb gart", {}, ...ops, ...rest);
    expect(told.of(4, "page.copied")).toHaveLength(1);
    expect(told.result(5)).toEqual({ ret: 0, wrong_pages: 0 });
  });

  test("of 28 panics a kernel whose swiotlb lies too high for it", () => {
    const narrow = { op: "device", device: 0, lines: 28 };
    const told = bareRun("xen-i386-swiotlb gart", {}, narrow, ...ops.slice(1, 3));
    expect(told.ret(2)).toBe("oops");
    expect(told.of(2, "fault.raised").map(({ text }) => text)).toEqual([
      "map_single: bounce buffer is not DMA'ble",
    ]);
  });
});

test("a page above 4 GB is bounced for a device of 32 lines, and without a swiotlb cut short", () => {
  const device = { op: "device", device: 0, lines: 32 };
  const ops = [device, buffer(1), map(), doing("dma_write"), doing("dma_unmap"), doing("cpu_read")];
  // The first swiotlbs had addresses of 32 bits.
  const wide = varied(xenI386swiotlb, { ram: "2G", era: "2005-09-06" });
  const results = [wide, varied(xenI386, { ram: "2G" })].map((platform) => {
    const told = bareRun(`${platform.name} gart`, { platform }, ...ops);
    expect(Number(told.of(5, "cpu.read")[0]!.machine)).toBeGreaterThanOrEqual(2 ** 32);
    return [told.result(5).wrong_pages, told.of(4, "page.copied").length];
  });
  expect(results).toEqual([
    [0, 1],
    [1, 0],
  ]);
});

describe("the swiotlb", () => {
  const words = "xen-i386-swiotlb gart";

  test("copies in at map and out at unmap, as the direction asks", () => {
    const copies = (direction: string) => {
      const told = bareRun(words, {}, buffer(2), map({ direction }), doing("dma_unmap"));
      return [1, 2].map((place) => told.of(place, "page.copied").map(({ direction }) => direction));
    };
    expect(copies("to-device")).toEqual([["to-slot", "to-slot"], []]);
    expect(copies("from-device")).toEqual([[], ["from-slot", "from-slot"]]);
    expect(copies("bidirectional").flat()).toHaveLength(4);
  });

  test("leaves a page alone that the device reaches as it lies", () => {
    const told = bareRun(words, {}, buffer(1), map(), doing("dma_unmap"));
    expect(told.of(2, "page.copied")).toEqual([]);
  });

  test("gives segments of 256 KB and no more; without one the device would write anywhere, and it panics", () => {
    const fits = bareRun(words, {}, buffer(64), map());
    expect(fits.ret(1)).toBe(0);
    const told = bareRun(words, {}, buffer(65), map());
    expect(told.ret(1)).toBe("oops");
    expect(told.of(1, "fault.raised").map(({ text }) => text)).toEqual([
      "PCI-DMA: Memory would be corrupted",
    ]);
    expect(told.of(1, "message.logged").map(({ text }) => text)).toEqual([
      "PCI-DMA: Out of SW-IOMMU space for 266240 bytes at device 0000:02:00.0",
    ]);
  });

  test("gives slots again that were given back", () => {
    const again = Array.from({ length: 12 }, () => [map(), doing("dma_unmap")]).flat();
    const told = bareRun(words, {}, buffer(64), ...again);
    expect(again.map((_, i) => told.ret(i + 1))).toEqual(again.map(() => 0));
  });
});

test("a list has a segment for each run of pages, up to the size it is told", () => {
  const segments = (other: object, kind?: string) =>
    bareRun("native-i386 gart", {}, buffer(4, kind), map({ by: "sg", ...other })).result(1)
      .segments;
  expect(segments({})).toBe(4);
  expect(segments({ segment: 8192 })).toBe(2);
  expect(segments({ segment: 65536 })).toBe(1);
});

test("what a driver asks of a buffer that it has not, or has mapped already, is -EINVAL", () => {
  const told = bareRun("native-i386 gart", {}, doing("cpu_read"), buffer(1), map(), map());
  expect([told.ret(0), told.ret(3)]).toEqual([-22, -22]);
});
